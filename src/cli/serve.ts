import type { DaemonConfig } from "../config/types.ts";
import type { OpenLog } from "../log.ts";
import type { Lifecycle } from "../runtime/lifecycle.ts";
import type { NewConfig } from "../runtime/reload.ts";
import type { Signals } from "../runtime/signals.ts";
import { runRouters } from "../runtime/supervisor.ts";
import { ApiHost } from "./api_host.ts";
import type { ReadConfig } from "./config_file.ts";
import { readConfigElsewhere } from "./config_process.ts";
import { waitForRestart } from "./fixed_keys.ts";
import type { RvrrpdOptions } from "./options.ts";

export interface Service {
  readonly options: RvrrpdOptions;
  /** The configuration file, and what there is to be said of it. */
  readonly read: ReadConfig;
  /** The directory that relative paths in it begin at. */
  readonly home: string;
  /** What the virtual routers run with. */
  readonly config: DaemonConfig;
  readonly log: OpenLog;
  readonly lifecycle: Lifecycle;
  readonly signals?: Signals;
}

/** Runs the virtual routers until the process is told to stop, in whatever mode. */
export async function serve(service: Service): Promise<void> {
  const { read, config, log, lifecycle } = service;
  collectGarbage();
  for (const { text } of read.warnings) log.warning(text);
  log.debug(1, "main", () => `Configuration from ${read.fileName}`);
  const api = new ApiHost({ ...service, read: { ...read, config }, started: read.config });
  await runRouters(config, log, {
    lifecycle,
    signals: service.signals,
    companion: api,
    readAgain: () => readAgain(service, api),
  });
}

/** Reads the configuration while the daemon runs, and tells what is wrong with it. */
async function readAgain(
  { options, read, log }: Service,
  api: ApiHost,
): Promise<NewConfig | undefined> {
  const again = await readConfigElsewhere(options, api.changes);
  const { config, faults, warnings } = again;
  if (config === undefined) {
    for (const { text } of faults) log.error(text);
    log.error("The configuration is wrong and stays as it was");
    return undefined;
  }
  const later = waitForRestart(read.config, config);
  for (const text of [...warnings.map(({ text }) => text), ...later]) log.warning(text);
  const takeOver = () => {
    log.configure(config);
    api.configure(again);
    log.information("Configuration read again");
  };
  return { ...config, takeOver };
}

/**
 * What is left of reading a large configuration would stay for good: the engine alone makes too
 * little garbage for a full collection. `scripts/build` gives the program this function.
 */
function collectGarbage(): void {
  const { gc } = globalThis as { gc?: (options: { flavor: "last-resort" }) => void };
  gc?.({ flavor: "last-resort" });
}
