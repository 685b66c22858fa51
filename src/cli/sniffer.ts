import { FileSource } from "../sniffer/file_source.ts";
import { LiveSource } from "../sniffer/live_source.ts";
import { Others } from "../sniffer/others.ts";
import { PcapOutput } from "../sniffer/pcap_output.ts";
import { sniff } from "../sniffer/sniff.ts";
import { CaptureFileError, type FrameSource, SnifferRefusal } from "../sniffer/source.ts";
import { EXIT, type ExitCode, ExitError } from "./exit.ts";
import type { RvrrpdOptions } from "./options.ts";
import { openForReading } from "./open_file.ts";

/** Shows the VRRP packets of an interface or a capture. Throws {@linkcode ExitError}. */
export async function runSniffer(options: RvrrpdOptions): Promise<ExitCode> {
  try {
    using source = await openSource(options);
    using output = openOutput(options);
    const others = new Others();
    const shown = await listen({ options, source, output, others });
    summarize({ options, source, others, shown });
    return EXIT.fine;
  } catch (error) {
    // Whoever read our output has seen enough, as `head` has.
    if (error instanceof Deno.errors.BrokenPipe) return EXIT.fine;
    if (error instanceof CaptureFileError) throw new ExitError(EXIT.wrongUse, error.message);
    if (error instanceof SnifferRefusal) throw new ExitError(EXIT.refused, error.message);
    throw error;
  }
}

async function openSource({ iface, readFile }: RvrrpdOptions): Promise<FrameSource> {
  if (readFile !== undefined && iface !== undefined) {
    throw new ExitError(EXIT.wrongUse, "Choose one: -i listens on an interface, -r reads a file");
  }
  if (readFile !== undefined) {
    return new FileSource({ name: readFile, reader: await openForReading(readFile) });
  }
  if (iface === undefined) {
    throw new ExitError(
      EXIT.wrongUse,
      "The sniffer needs an interface (-i NAME) or a file (-r FILE)",
    );
  }
  return new LiveSource({ interfaceName: iface, tell: note });
}

function openOutput({ readFile, writeFile }: RvrrpdOptions): PcapOutput | undefined {
  if (writeFile === undefined) return undefined;
  if (readFile !== undefined && isSameFile(readFile, writeFile)) {
    throw new ExitError(EXIT.wrongUse, `Cannot write ${writeFile}: it is the file that is read`);
  }
  return new PcapOutput(writeFile);
}

/** Opening the output empties it: what is to be read must not be gone then. */
function isSameFile(a: string, b: string): boolean {
  try {
    const [one, other] = [Deno.statSync(a), Deno.statSync(b)];
    return one.isFile && one.dev === other.dev && one.ino === other.ino;
  } catch {
    // One that cannot be looked at is not there, or is told by the attempt to open it.
    return false;
  }
}

async function listen({ options, source, output, others }: {
  readonly options: RvrrpdOptions;
  readonly source: FrameSource;
  readonly output: PcapOutput | undefined;
  readonly others: Others;
}): Promise<number> {
  using stop = stopOnSignals();
  if (options.iface !== undefined) note(`Listening on ${options.iface} (Ctrl-C ends)`);
  return await sniff({
    source,
    format: options.json ? "json" : "text",
    limit: options.count ?? Infinity,
    ...output === undefined ? {} : { output },
    others,
    show: print,
    stop: stop.signal,
  });
}

function stopOnSignals(): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  const stop = () => controller.abort();
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, stop);
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.removeSignalListener(signal, stop);
    },
  };
}

/** Throws `Deno.errors.BrokenPipe` where nobody reads any more. */
async function print(text: string): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  try {
    for (let at = 0; at < bytes.length;) at += await Deno.stdout.write(bytes.subarray(at));
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new ExitError(EXIT.refused, `Cannot write to standard output: ${why}`);
  }
}

/** On standard error, so that what is shown can be read by a program. */
function note(line: string): void {
  console.error(line);
}

function summarize({ options, source, others, shown }: {
  readonly options: RvrrpdOptions;
  readonly source: FrameSource;
  readonly others: Others;
  readonly shown: number;
}): void {
  if (options.iface === undefined) {
    const line = others.describe();
    if (line !== undefined) note(line);
    return;
  }
  const lost = source.takeLost();
  note(`${shown} packets${lost === 0 ? "" : `, and ${lost} that came too fast to be shown`}`);
}
