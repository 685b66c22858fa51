import { DaemonRefusal } from "../daemon/refusal.ts";
import { SystemRefusal } from "../runtime/supervisor.ts";
import { EXIT, type ExitCode, ExitError } from "./exit.ts";

interface Invocation {
  /** As the user knows it: `rvrrpd`, `rvrrpd schema`. */
  readonly program: string;
  readonly args: readonly string[];
}

/** One line for the user; where our own code is to blame, `-d5` adds where it happened. */
export function tell(error: unknown, { program, args }: Invocation): ExitCode {
  if (error instanceof ExitError || isRefusal(error)) {
    console.error(`${program}: ${error.message}`);
    return error instanceof ExitError ? error.code : EXIT.refused;
  }
  const message = error instanceof Error ? error.message : String(error);
  console.error(`${program}: Internal error: ${message} (please report it; -d5 shows where)`);
  const wantsMore = /(?:^|\s)(?:-d\s?|--debug[= ])5(?:\s|$)/.test(args.join(" "));
  if (wantsMore && error instanceof Error) console.error(error.stack);
  return EXIT.refused;
}

/** Whether the system has refused something for good; the message is for the user. */
export function isRefusal(error: unknown): error is SystemRefusal | DaemonRefusal {
  return error instanceof SystemRefusal || error instanceof DaemonRefusal;
}
