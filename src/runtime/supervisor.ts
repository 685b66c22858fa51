import { missingCapabilities } from "../../ffi/capabilities.ts";
import { SyscallError } from "../../ffi/errno.ts";
import { NlError } from "../../ffi/libnl_error.ts";
import type { DaemonConfig } from "../config/types.ts";
import { Drivers } from "../drivers/drivers.ts";
import type { Log } from "../log.ts";
import { NumberDirectory } from "./auth/number_store.ts";
import { NumberKeeper } from "./auth/number_keeper.ts";
import type { Companion, Control } from "./companion.ts";
import { Engine } from "./engine.ts";
import { type Lifecycle, UNWATCHED } from "./lifecycle.ts";
import { Reload } from "./reload.ts";
import { Scripts } from "./scripts/scripts.ts";
import { readIdentity } from "./undo/identity.ts";
import { StateDirectory, StateDirectoryError } from "./undo/state_directory.ts";
import { Undo } from "./undo/undo.ts";

/** The system does not let this process do its work, for good; the message is for the user. */
export class SystemRefusal extends Error {
  override readonly name = "SystemRefusal";
}

/** Throws {@linkcode SystemRefusal} where this process may not change or hear the network. */
export function requireCapabilities(): void {
  const missing = missingCapabilities(["CAP_NET_ADMIN", "CAP_NET_RAW"]);
  if (missing.length === 0) return;
  const lacks = `This process lacks ${missing.join(" and ")}`;
  throw new SystemRefusal(`${lacks}: run it as root or grant it to the service`);
}

export interface SupervisorOptions {
  readonly lifecycle?: Lifecycle;
  /** Reads the configuration on SIGHUP; `undefined` where it is wrong, which it has told by then. */
  readonly readAgain?: () => Promise<DaemonConfig | undefined>;
  readonly companion?: Companion | undefined;
}

/**
 * Runs all virtual routers of `config` until SIGINT or SIGTERM, then leaves the machine as it was
 * found. Throws {@linkcode SystemRefusal}.
 */
export async function runRouters(
  config: DaemonConfig,
  log: Log,
  { lifecycle = UNWATCHED, readAgain, companion }: SupervisorOptions = {},
): Promise<void> {
  requireCapabilities();
  try {
    const names = config.routers.map(({ driver }) => driver);
    using drivers = Drivers.open({ names, warn: (line) => log.warning(line) });
    using files = StateDirectory.open(config.stateDir);
    using undo = Undo.open({ ...config, files, driver: drivers.links, log, pid: Deno.pid });
    try {
      const guarded = drivers.guarded((one) => undo.guard(one));
      await runEngine(config, { drivers: guarded, undo, log, lifecycle, readAgain, companion });
    } finally {
      undo.close();
    }
  } catch (error) {
    const isRefusal = error instanceof SyscallError || error instanceof NlError ||
      error instanceof StateDirectoryError;
    if (isRefusal) throw new SystemRefusal(error.message);
    throw error;
  }
}

interface EngineParts {
  readonly drivers: Drivers;
  readonly undo: Undo;
  readonly log: Log;
  readonly lifecycle: Lifecycle;
  readonly readAgain: SupervisorOptions["readAgain"];
  readonly companion: SupervisorOptions["companion"];
}

async function runEngine(
  config: DaemonConfig,
  parts: EngineParts,
): Promise<void> {
  const scripts = new Scripts(parts);
  const admitted = scripts.admit(config);
  if (!admitted.ok) throw new SystemRefusal(admitted.error);
  const numbers = new NumberKeeper({
    log: parts.log,
    store: new NumberDirectory({ path: config.replayDir, log: parts.log }),
    bootId: readIdentity().boot,
  });
  try {
    await runWith({ scripts, numbers }, config, parts);
  } finally {
    await numbers.finish();
    await scripts.finish();
  }
}

async function runWith(
  { scripts, numbers }: { readonly scripts: Scripts; readonly numbers: NumberKeeper },
  config: DaemonConfig,
  parts: EngineParts,
): Promise<void> {
  const { lifecycle, undo, readAgain, companion } = parts;
  const publisher = companion?.publisher;
  using engine = new Engine({
    ...config,
    ...parts,
    numbers,
    others: undo,
    pulse: lifecycle.pulse,
    scripts,
    publisher,
    onTransition: (router, report, nowMs) => {
      scripts.noteTransition(router, report);
      publisher?.noteTransition(router, report, nowMs);
    },
  });
  const reload = readAgain && new Reload({ ...parts, engine, scripts, readAgain });
  using _signals = handleSignals(engine, { ...parts, reload });
  engine.start();
  lifecycle.ready();
  if (reload !== undefined) companion?.begin(controlOf(engine, { ...parts, reload }));
  try {
    await engine.run();
  } finally {
    companion?.end();
  }
}

function controlOf(
  engine: Engine,
  { lifecycle, reload }: { readonly lifecycle: Lifecycle; readonly reload: Reload },
): Control {
  return {
    get routers() {
      return engine.routers;
    },
    force: (which, to) => engine.force(which, to),
    take: (read) => reload.take(read),
    reload: () => {
      lifecycle.reopenLogs();
      reload.begin();
    },
    stop: () => {
      lifecycle.stopping();
      engine.stop();
    },
  };
}

/** As the classic vrrpd takes them, on every virtual router of the process. */
const FORCING = [["SIGUSR1", "Master"], ["SIGUSR2", "Backup"]] as const;

/** Every signal whose default would end the process without an orderly stop. */
function handleSignals(
  engine: Engine,
  { log, lifecycle, reload }: {
    readonly log: Log;
    readonly lifecycle: Lifecycle;
    readonly reload: Reload | undefined;
  },
): Disposable {
  const handlers = new Map<Deno.Signal, () => void>();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    handlers.set(signal, () => {
      lifecycle.stopping();
      engine.stop();
    });
  }
  handlers.set("SIGHUP", () => {
    lifecycle.reopenLogs();
    reload?.begin();
  });
  for (const [signal, state] of FORCING) {
    handlers.set(signal, () => {
      const count = engine.force({}, state);
      const routers = `${count} virtual router${count === 1 ? "" : "s"}`;
      log.information(`${signal}: ${routers} forced to be ${state}`);
    });
  }
  for (const [signal, handler] of handlers) Deno.addSignalListener(signal, handler);
  return {
    [Symbol.dispose]: () => {
      for (const [signal, handler] of handlers) Deno.removeSignalListener(signal, handler);
    },
  };
}
