import { openLifecycle } from "../daemon/lifecycle.ts";
import { SyslogSocket } from "../daemon/syslog_socket.ts";
import { openLog, STANDARD_OUTPUTS } from "../log.ts";
import { requireCapabilities } from "../runtime/supervisor.ts";
import { readConfig } from "./config_file.ts";
import { EXIT, type ExitCode } from "./exit.ts";
import type { RvrrpdOptions } from "./options.ts";
import { serve } from "./serve.ts";

/** Mode 1: logs to standard output, errors to standard error, until it is told to stop. */
export async function runForeground(options: RvrrpdOptions): Promise<ExitCode> {
  const read = readConfig(options);
  const { config, faults } = read;
  if (config === undefined) {
    for (const { text } of faults) console.error(text);
    return EXIT.wrongUse;
  }
  requireCapabilities();
  const log = openLog(config, { ...STANDARD_OUTPUTS, syslog: new SyslogSocket() });
  try {
    await serve({ options, read, home: Deno.cwd(), config, log, lifecycle: openLifecycle(log) });
    return EXIT.fine;
  } finally {
    await log.close();
  }
}
