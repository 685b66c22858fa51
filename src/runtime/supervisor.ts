import { missingCapabilities } from "../../ffi/capabilities.ts";
import { SyscallError } from "../../ffi/errno.ts";
import { NlError } from "../../ffi/libnl_error.ts";
import type { DaemonConfig } from "../config/types.ts";
import { Drivers } from "../drivers/drivers.ts";
import type { Log } from "../log.ts";
import { Engine } from "./engine.ts";
import { type Lifecycle, UNWATCHED } from "./lifecycle.ts";
import { Reload } from "./reload.ts";
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
}

/**
 * Runs all virtual routers of `config` until SIGINT or SIGTERM, then leaves the machine as it was
 * found. Throws {@linkcode SystemRefusal}.
 */
export async function runRouters(
  config: DaemonConfig,
  log: Log,
  { lifecycle = UNWATCHED, readAgain }: SupervisorOptions = {},
): Promise<void> {
  requireCapabilities();
  try {
    const names = config.routers.map(({ driver }) => driver);
    using drivers = Drivers.open({ names, warn: (line) => log.warning(line) });
    using files = StateDirectory.open(config.stateDir);
    using undo = Undo.open({ ...config, files, driver: drivers.links, log, pid: Deno.pid });
    try {
      const guarded = drivers.guarded((one) => undo.guard(one));
      await runEngine(config, { drivers: guarded, undo, log, lifecycle, readAgain });
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

async function runEngine(
  config: DaemonConfig,
  parts: {
    readonly drivers: Drivers;
    readonly undo: Undo;
    readonly log: Log;
    readonly lifecycle: Lifecycle;
    readonly readAgain: SupervisorOptions["readAgain"];
  },
): Promise<void> {
  const { lifecycle, undo, readAgain } = parts;
  using engine = new Engine({ ...config, ...parts, others: undo, pulse: lifecycle.pulse });
  const reload = readAgain && new Reload({ ...parts, engine, readAgain });
  using _signals = handleSignals(engine, { ...parts, reload });
  engine.start();
  lifecycle.ready();
  await engine.run();
}

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
  for (const signal of ["SIGUSR1", "SIGUSR2"] as const) {
    handlers.set(signal, () => log.warning(`${signal} is not acted on in this version`));
  }
  for (const [signal, handler] of handlers) Deno.addSignalListener(signal, handler);
  return {
    [Symbol.dispose]: () => {
      for (const [signal, handler] of handlers) Deno.removeSignalListener(signal, handler);
    },
  };
}
