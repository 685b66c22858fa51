import { TextLineStream } from "./text_lines.ts";
import { describeThreads } from "./threads.ts";
import { afterPatience, PATIENCE_MS } from "./wait.ts";

export interface ProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** Runs there by `ip netns exec`, which execs: the process id is the command's own. */
  readonly namespace?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface OutputLine {
  readonly stream: "stdout" | "stderr";
  readonly text: string;
}

export interface WaitForLineOptions {
  readonly timeoutMs?: number;
  /** Lines before this one do not count; see {@linkcode TestProcess.mark}. */
  readonly since?: number;
}

interface Waiter {
  readonly pattern: RegExp;
  readonly found: (line: string) => void;
  readonly failed: (error: Error) => void;
}

const LINES_IN_A_FAILURE = 60;

/** A running program whose output is kept line by line and that never outlives its scope. */
export class TestProcess implements AsyncDisposable {
  readonly #name: string;
  readonly #child: Deno.ChildProcess;
  readonly #lines: OutputLine[] = [];
  readonly #waiters = new Set<Waiter>();
  readonly #ended: Promise<Deno.CommandStatus>;
  #status: Deno.CommandStatus | undefined;

  constructor(options: ProcessOptions) {
    const own = [options.command, ...options.args];
    const argv = options.namespace === undefined
      ? own
      : ["ip", "netns", "exec", options.namespace, ...own];
    this.#name = own.join(" ");
    const [command = "", ...args] = argv;
    this.#child = new Deno.Command(command, {
      args,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      ...(options.env === undefined ? {} : { env: { ...options.env } }),
    }).spawn();
    this.#ended = this.#follow();
  }

  get pid(): number {
    return this.#child.pid;
  }

  get running(): boolean {
    return this.#status === undefined;
  }

  get lines(): readonly OutputLine[] {
    return this.#lines;
  }

  /** The whole output so far, for assertions and failures. */
  get text(): string {
    return this.#lines.map((line) => line.text).join("\n");
  }

  /** A place in the output, to wait for lines that come after it. */
  mark(): number {
    return this.#lines.length;
  }

  matching(pattern: RegExp, since = 0): string[] {
    return this.#lines.slice(since).map((line) => line.text).filter((text) => pattern.test(text));
  }

  /** The first line that matches, already there or still to come; throws when the process ends first. */
  async waitForLine(pattern: RegExp, options: WaitForLineOptions = {}): Promise<string> {
    const [found] = this.matching(pattern, options.since);
    if (found !== undefined) return found;
    if (!this.running) throw this.#failure(`ended without the line ${pattern}`);
    const timeoutMs = options.timeoutMs ?? PATIENCE_MS;
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const waiter: Waiter = { pattern, found: resolve, failed: reject };
    this.#waiters.add(waiter);
    const callOff = afterPatience(
      timeoutMs,
      () => reject(this.#failure(`did not say ${pattern} within ${timeoutMs} ms`)),
    );
    try {
      return await promise;
    } finally {
      callOff();
      this.#waiters.delete(waiter);
    }
  }

  /** Does nothing when the process has ended already. */
  signal(signal: Deno.Signal): void {
    if (!this.running) return;
    try {
      this.#child.kill(signal);
    } catch (error) {
      // It ended by itself, and nobody has read its status yet.
      if (!(error instanceof Deno.errors.NotFound) && !(error instanceof TypeError)) throw error;
    }
  }

  /** The exit status, once the output has been read to its end; throws after `timeoutMs`. */
  async exited(timeoutMs: number = PATIENCE_MS): Promise<Deno.CommandStatus> {
    const { promise, reject } = Promise.withResolvers<never>();
    const callOff = afterPatience(
      timeoutMs,
      () => reject(this.#failure(`still runs after ${timeoutMs} ms`)),
    );
    try {
      return await Promise.race([this.#ended, promise]);
    } finally {
      callOff();
    }
  }

  async kill(): Promise<void> {
    this.signal("SIGKILL");
    await this.exited();
  }

  /** SIGTERM, then the exit status. */
  stop(): Promise<Deno.CommandStatus> {
    this.signal("SIGTERM");
    return this.exited();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  async #follow(): Promise<Deno.CommandStatus> {
    const [status] = await Promise.all([
      this.#child.status,
      this.#read("stdout", this.#child.stdout),
      this.#read("stderr", this.#child.stderr),
    ]);
    this.#status = status;
    for (const waiter of this.#waiters) {
      waiter.failed(this.#failure(`ended without the line ${waiter.pattern}`));
    }
    return status;
  }

  async #read(stream: OutputLine["stream"], output: ReadableStream<Uint8Array<ArrayBuffer>>) {
    const lines = output.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
    for await (const text of lines) {
      this.#lines.push({ stream, text });
      for (const waiter of this.#waiters) if (waiter.pattern.test(text)) waiter.found(text);
    }
  }

  #failure(problem: string): Error {
    const output = this.#lines.slice(-LINES_IN_A_FAILURE).map((line) => `  ${line.text}`);
    const threads = this.running ? describeThreads(this.pid) : [];
    return new Error([`"${this.#name}" ${problem}; its output:`, ...output, ...threads].join("\n"));
  }
}
