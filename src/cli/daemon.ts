import type { DaemonConfig } from "../config/types.ts";
import { startDetached, Starter } from "../daemon/detach.ts";
import { openLifecycle } from "../daemon/lifecycle.ts";
import { PidFile } from "../daemon/pid_file.ts";
import { openLogFiles, settleIn } from "../daemon/surroundings.ts";
import { openLog } from "../log.ts";
import { Signals } from "../runtime/signals.ts";
import { requireCapabilities } from "../runtime/supervisor.ts";
import { type ReadConfig, readConfig } from "./config_file.ts";
import { EXIT, type ExitCode, ExitError } from "./exit.ts";
import type { RvrrpdOptions } from "./options.ts";
import { serve } from "./serve.ts";
import { isRefusal } from "./tell.ts";

/** Mode 2: returns when the daemon is up, or in the daemon itself when that has ended. */
export async function runDaemon(options: RvrrpdOptions): Promise<ExitCode> {
  const starter = Starter.find();
  return starter === undefined ? start() : await beDaemon(options, starter);
}

function start(): ExitCode {
  const outcome = startDetached((bytes) => Deno.stderr.writeSync(bytes));
  if (outcome === "ready") return EXIT.fine;
  if ("signal" in outcome) {
    const what = `The daemon was killed by signal ${outcome.signal} while it started`;
    throw new ExitError(EXIT.refused, what);
  }
  if (outcome.code === EXIT.fine) {
    throw new ExitError(EXIT.refused, "The daemon was told to stop while it started");
  }
  // It has said why.
  return outcome.code === EXIT.wrongUse ? EXIT.wrongUse : EXIT.refused;
}

async function beDaemon(given: RvrrpdOptions, starter: Starter): Promise<ExitCode> {
  const home = Deno.cwd();
  const { configFile } = given;
  const options = configFile === undefined ? given : { ...given, configFile: fromHere(configFile) };
  const read = readConfig(options);
  if (read.config === undefined) {
    for (const { text } of read.faults) console.error(text);
    return EXIT.wrongUse;
  }
  requireCapabilities();
  return await work({ options, read, home, config: withFixedPaths(read.config), starter });
}

interface Work {
  readonly options: RvrrpdOptions;
  readonly read: ReadConfig;
  readonly home: string;
  readonly config: DaemonConfig;
  readonly starter: Starter;
}

async function work({ options, read, home, config, starter }: Work): Promise<ExitCode> {
  const remarks: string[] = [];
  const warn = (line: string) => {
    remarks.push(line);
    console.error(`rvrrpd: warning: ${line}`);
  };
  settleIn(config);
  // Before the file tells others where to send some, and until it is gone.
  using signals = new Signals();
  using _pidFile = PidFile.take({ path: config.pidFile, pid: Deno.pid, warn });
  const files = await openLogFiles(config, warn);
  const log = openLog(config, files.outputs);
  const lifecycle = openLifecycle(log, () => {
    files.standIn();
    starter.release();
  });
  try {
    for (const line of remarks) log.warning(line);
    await serve({ options, read, home, config, log, lifecycle, signals });
    return EXIT.fine;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    log.error(isRefusal(error) ? message : `Internal error: ${message} (please report it)`);
    if (error instanceof Error) log.debug(5, "main", () => error.stack ?? "");
    // Somebody is there to be told as in every other mode.
    if (starter.waits) throw error;
    return EXIT.refused;
  } finally {
    await log.close();
  }
}

/** The working directory changes, and these files stay where they are meant from here. */
function withFixedPaths(config: DaemonConfig): DaemonConfig {
  const { errorLog, controlSocket } = config;
  return {
    ...config,
    pidFile: fromHere(config.pidFile),
    mainLog: fromHere(config.mainLog),
    stateDir: fromHere(config.stateDir),
    replayDir: fromHere(config.replayDir),
    controlSocket: controlSocket === "" ? "" : fromHere(controlSocket),
    ...errorLog === undefined ? {} : { errorLog: fromHere(errorLog) },
  };
}

function fromHere(path: string): string {
  return path.startsWith("/") ? path : `${Deno.cwd()}/${path}`;
}
