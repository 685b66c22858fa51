import { missingCapabilities } from "../../ffi/capabilities.ts";
import { SyscallError } from "../../ffi/errno.ts";
import { NETLINK, NetlinkSocket } from "../../ffi/netlink_socket.ts";
import { NlError } from "../../ffi/libnl_error.ts";
import { raiseDescriptorLimit, takeOverChildren } from "../../ffi/process.ts";
import { assert } from "../base/assert.ts";
import type { DaemonConfig } from "../config/types.ts";
import { Drivers } from "../drivers/drivers.ts";
import type { Log } from "../log.ts";
import { AcceptError, AcceptRules } from "./accept/accept_rules.ts";
import { newTableName } from "./accept/table_name.ts";
import { TableMonitor } from "./accept/table_watch.ts";
import { NumberDirectory } from "./auth/number_store.ts";
import { NumberKeeper } from "./auth/number_keeper.ts";
import type { Companion, Control } from "./companion.ts";
import { Engine } from "./engine.ts";
import { FirstReady } from "./first_ready.ts";
import { type Lifecycle, UNWATCHED } from "./lifecycle.ts";
import { Reload } from "./reload.ts";
import { Scripts } from "./scripts/scripts.ts";
import { Signals, type SignalTarget } from "./signals.ts";
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
  /** Where something that lasts longer than the virtual routers has taken them before. */
  readonly signals?: Signals | undefined;
}

/**
 * Runs all virtual routers of `config` until SIGINT or SIGTERM, then leaves the machine as it was
 * found. Throws {@linkcode SystemRefusal}.
 */
export async function runRouters(
  config: DaemonConfig,
  log: Log,
  { lifecycle = UNWATCHED, readAgain, companion, ...given }: SupervisorOptions = {},
): Promise<void> {
  requireCapabilities();
  takeOverChildren();
  raiseDescriptorLimit();
  using own = given.signals === undefined ? new Signals() : undefined;
  const signals = given.signals ?? own;
  assert(signals !== undefined, "somebody takes the signals");
  try {
    const names = config.routers.map(({ driver }) => driver);
    using drivers = Drivers.open({ names, warn: (line) => log.warning(line) });
    using files = StateDirectory.open(config.stateDir);
    using undo = Undo.open({ ...config, files, driver: drivers.links, log, pid: Deno.pid });
    try {
      const guarded = drivers.guarded((one) => undo.guard(one));
      using accept = acceptRules({ log, undo });
      accept.require(config.routers);
      await runEngine(config, {
        ...{ drivers: guarded, undo, accept, log, lifecycle, readAgain, companion, signals },
      });
    } finally {
      undo.close();
    }
  } catch (error) {
    const isRefusal = error instanceof SyscallError || error instanceof NlError ||
      error instanceof StateDirectoryError || error instanceof AcceptError;
    if (isRefusal) throw new SystemRefusal(error.message);
    throw error;
  }
}

function acceptRules({ log, undo }: { readonly log: Log; readonly undo: Undo }): AcceptRules {
  return new AcceptRules({
    log,
    notes: undo,
    tableName: newTableName(Deno.pid),
    open: () => new NetlinkSocket({ protocol: NETLINK.netfilter, groups: 0 }),
    watch: (name) => new TableMonitor(name),
  });
}

interface EngineParts {
  readonly drivers: Drivers;
  readonly undo: Undo;
  readonly accept: AcceptRules;
  readonly log: Log;
  readonly lifecycle: Lifecycle;
  readonly readAgain: SupervisorOptions["readAgain"];
  readonly companion: SupervisorOptions["companion"];
  readonly signals: Signals;
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
  const { lifecycle, undo, readAgain, companion, signals } = parts;
  const publisher = companion?.publisher;
  const ready = new FirstReady(lifecycle);
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
      ready.noteTransition();
    },
  });
  const reload = readAgain && new Reload({ ...parts, engine, scripts, readAgain });
  engine.start();
  using _wait = ready.waitFor(engine);
  signals.follow(signalTarget(engine, { ...parts, reload }));
  if (reload !== undefined) companion?.begin(controlOf(engine, { ...parts, reload }));
  try {
    await engine.run();
  } finally {
    signals.ignore();
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

function signalTarget(
  engine: Engine,
  { log, lifecycle, reload }: {
    readonly log: Log;
    readonly lifecycle: Lifecycle;
    readonly reload: Reload | undefined;
  },
): SignalTarget {
  return {
    stop: () => {
      lifecycle.stopping();
      engine.stop();
    },
    reload: () => {
      lifecycle.reopenLogs();
      reload?.begin();
    },
    force: (to, signal) => {
      const count = engine.force({}, to);
      const routers = `${count} virtual router${count === 1 ? "" : "s"}`;
      log.information(`${signal}: ${routers} forced to be ${to}`);
    },
  };
}
