import { setFileMask } from "../../ffi/process.ts";
import type { DaemonConfig } from "../config/types.ts";
import type { LogOutputs } from "../log.ts";
import { LogFile } from "./log_file.ts";
import { DaemonRefusal } from "./refusal.ts";
import { SyslogSocket } from "./syslog_socket.ts";

/** Files of the daemon are not for everybody, and only its user changes them. */
const FILE_MASK = 0o027;
const STANDARD_OUTPUT = 1;
const STANDARD_ERROR = 2;

/** Lets go of the place that the daemon was started at. Throws {@linkcode DaemonRefusal}. */
export function settleIn({ workingDir }: Pick<DaemonConfig, "workingDir">): void {
  setFileMask(FILE_MASK);
  try {
    Deno.chdir(workingDir);
  } catch (error) {
    const why = error instanceof Error
      ? error.message.replace(/ \(os error.*/s, "")
      : String(error);
    throw new DaemonRefusal(
      `Cannot work in ${workingDir}: ${why}; set working_dir to a directory that is there`,
    );
  }
}

/** The daemon's log files, and how they take the place of standard output and error. */
export interface LogFiles {
  readonly outputs: LogOutputs;
  /** Nobody who has started us gets anything from us after this. */
  standIn(): void;
}

/**
 * Opens the log files. One that cannot be opened is told to `warn`, and opened as soon as it can
 * be: a router without a log is better than none.
 */
export async function openLogFiles(
  { mainLog, errorLog }: Pick<DaemonConfig, "mainLog" | "errorLog">,
  warn: (line: string) => void,
): Promise<LogFiles> {
  const main = new LogFile(mainLog);
  const errors = errorLog === undefined ? undefined : new LogFile(errorLog);
  for (const file of [main, errors]) {
    await file?.reopen().catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      warn(`Cannot write the log to ${file.name}: ${why}`);
    });
  }
  return {
    outputs: { main, syslog: new SyslogSocket(), ...errors === undefined ? {} : { errors } },
    standIn: () => {
      main.standInFor(errors === undefined ? [STANDARD_OUTPUT, STANDARD_ERROR] : [STANDARD_OUTPUT]);
      errors?.standInFor([STANDARD_ERROR]);
    },
  };
}
