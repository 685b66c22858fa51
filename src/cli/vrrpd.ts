import type { DaemonConfig } from "../config/types.ts";
import { hideArgument } from "../daemon/hidden_argument.ts";
import { openLifecycle } from "../daemon/lifecycle.ts";
import { PidFile } from "../daemon/pid_file.ts";
import { SyslogSocket } from "../daemon/syslog_socket.ts";
import { openLog, STANDARD_OUTPUTS } from "../log.ts";
import { obstacle } from "../runtime/first_look.ts";
import { PROGRAM_INSPECTOR } from "../runtime/scripts/program_inspector.ts";
import { Signals } from "../runtime/signals.ts";
import { requireCapabilities, runRouters } from "../runtime/supervisor.ts";
import { classicConfig } from "./classic/config.ts";
import { HELP, parseOptions } from "./classic/options.ts";
import { EXIT, type ExitCode, ExitError } from "./exit.ts";

/** The classic command line: one virtual router, in the foreground, without a file. */
export async function runVrrpd(args: readonly string[]): Promise<ExitCode> {
  if (args.length === 0) {
    console.error(HELP);
    return EXIT.wrongUse;
  }
  const options = parseOptions(args);
  if (options.auth?.includes("/")) hideArgument(options.auth);
  if (options.help) {
    console.log(HELP);
    return EXIT.fine;
  }
  const machine = { directory: Deno.cwd(), programs: PROGRAM_INSPECTOR };
  const read = classicConfig(options, machine);
  if (!read.ok) {
    for (const line of read.error.lines) console.error(`vrrpd: ${line}`);
    return read.error.ofInterface ? EXIT.refused : EXIT.wrongUse;
  }
  const { config, router, warnings } = read.value;
  requireCapabilities();
  const why = obstacle(router);
  if (why !== undefined) {
    throw new ExitError(EXIT.refused, `Cannot start: ${why} (-i takes the name of another one)`);
  }
  return await run(config, warnings);
}

/** As mode 1, but its process id is in a file and there is nothing that it could read again. */
async function run(config: DaemonConfig, warnings: readonly string[]): Promise<ExitCode> {
  const remarks = [...warnings];
  // Before the file tells others where to send some, and until it is gone.
  using signals = new Signals();
  using _pidFile = PidFile.take({
    path: config.pidFile,
    pid: Deno.pid,
    warn: (line) => remarks.push(line),
    setting: "-f",
  });
  const log = openLog(config, { ...STANDARD_OUTPUTS, syslog: new SyslogSocket() });
  try {
    for (const line of remarks) log.warning(line);
    await runRouters(config, log, { lifecycle: openLifecycle(log), signals });
    return EXIT.fine;
  } finally {
    await log.close();
  }
}
