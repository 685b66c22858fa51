import { type LogOptions, type LogSource, openLog } from "../../src/log.ts";

/** What the program does, one thing after the other. */
export type Step =
  | { readonly do: "information" | "warning" | "error"; readonly text: string }
  | {
    readonly do: "debug";
    readonly level: 1 | 2 | 3 | 5;
    readonly source: LogSource;
    readonly text: string;
  }
  /** Information lines `line 1`, `line 2` … in one go. */
  | { readonly do: "flood"; readonly count: number }
  | { readonly do: "configure"; readonly options: LogOptions }
  /** Waits for something on standard input. */
  | { readonly do: "wait" }
  /** Past the log, on standard error. */
  | { readonly do: "tell"; readonly text: string }
  | { readonly do: "close" };

export interface Speech {
  readonly options: LogOptions;
  readonly steps: readonly Step[];
  /** What the clock shows; the real time where absent. */
  readonly timeMs?: number;
}

async function speak({ options, steps, timeMs }: Speech): Promise<void> {
  if (timeMs !== undefined) Date.now = () => timeMs;
  const log = openLog(options);
  for (const step of steps) {
    switch (step.do) {
      case "debug":
        log.debug(step.level, step.source, () => step.text);
        break;
      case "flood":
        for (let line = 1; line <= step.count; line++) log.information(`line ${line}`);
        break;
      case "wait":
        await Deno.stdin.read(new Uint8Array(1));
        break;
      case "tell":
        Deno.stderr.writeSync(new TextEncoder().encode(`${step.text}\n`));
        break;
      case "configure":
        log.configure(step.options);
        break;
      case "close":
        await log.close();
        break;
      default:
        log[step.do](step.text);
    }
  }
}

// A program of its own, because a process has one standard output and one time zone.
if (import.meta.main) {
  await speak(JSON.parse(Deno.args[0] ?? ""));
  Deno.exit(0);
}
