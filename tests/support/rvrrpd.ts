import { fileURLToPath } from "node:url";
import type {
  Daemon,
  DaemonKind,
  RouterSpec,
  StartOptions,
  WaitForStateOptions,
} from "./daemon.ts";
import { TestProcess } from "./process.ts";
import { type TomlTable, tomlText } from "./toml.ts";
import type { Machine, World } from "./world.ts";

/** The program under test, as `scripts/build` makes it. */
export const RVRRPD = fileURLToPath(new URL("../../rvrrpd", import.meta.url));

export type StateWord = "Init" | "Backup" | "Master" | "Fault" | "Down";

/** Ours, in the foreground, configured for the topology by common words. */
export const rvrrpd: DaemonKind = {
  name: "rvrrpd",
  async start({ world, machine, routers }: StartOptions): Promise<Daemon> {
    const daemon = await Rvrrpd.start({ world, machine, routers: routers.map(routerTable) });
    for (const { vrid } of routers) {
      await daemon.process.waitForLine(changePattern("(Backup|Master)", vrid));
    }
    return daemon;
  },
};

export interface RvrrpdOptions {
  readonly world: World;
  readonly machine: Machine;
  /** `[[vrouter]]` tables; `interface` is eth0 unless given. */
  readonly routers: readonly TomlTable[];
  /** Keys outside every table. */
  readonly general?: TomlTable;
}

export class Rvrrpd implements Daemon {
  readonly process: TestProcess;

  private constructor(process: TestProcess) {
    this.process = process;
  }

  /** Returns as soon as the process runs. */
  static async start({ world, machine, routers, general = {} }: RvrrpdOptions): Promise<Rvrrpd> {
    const file = await writeConfig({ world, machine, routers, general });
    return world.own(
      new Rvrrpd(
        new TestProcess({
          command: RVRRPD,
          args: ["-m1", "-c", file],
          namespace: world.namespace(machine),
        }),
      ),
    );
  }

  async waitFor(state: StateWord, options: WaitForStateOptions = {}): Promise<void> {
    const { vrid, since = 0 } = options;
    await this.process.waitForLine(changePattern(state, vrid), { since });
  }

  /** All changes of state so far as `Backup to Master`, in order. */
  changes(): string[] {
    return this.process.matching(changePattern("\\w+")).map((line) =>
      line.slice(line.indexOf("Changed from ") + "Changed from ".length)
    );
  }

  async stop(): Promise<void> {
    const { code, signal } = await this.process.stop();
    if (code !== 0 || signal !== null) {
      throw new Error(`rvrrpd ended with ${signal ?? `code ${code}`}:\n${this.process.text}`);
    }
  }

  kill(): Promise<void> {
    return this.process.kill();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.process.kill();
  }
}

/** Writes a configuration whose files of its own all lie in the world's directory. */
export async function writeConfig(options: RvrrpdOptions): Promise<string> {
  const { world, machine, routers, general = {} } = options;
  const file = world.path(`rvrrpd-${machine}.conf`);
  const text = tomlText({
    general: {
      pid: world.path(`rvrrpd-${machine}.pid`),
      working_dir: world.directory,
      main_log: world.path(`rvrrpd-${machine}.log`),
      control_socket: world.path(`rvrrpd-${machine}.sock`),
      state_dir: world.path(`rvrrpd-${machine}.state`),
      replay_dir: world.path(`rvrrpd-${machine}.replay`),
      ...general,
    },
    routers: routers.map((router) => ({ interface: "eth0", ...router })),
  });
  await Deno.writeTextFile(file, text, { mode: 0o600 });
  return file;
}

/** The line that the daemon writes on every change of state. */
export function changePattern(state: string, vrid?: number): RegExp {
  return new RegExp(
    `VR \\S+ for group ${vrid ?? "\\d+"} on interface \\S+ - Changed from \\w+ to ${state}\\b`,
  );
}

/** The `[[vrouter]]` table for this router. */
export function routerTable(router: RouterSpec): TomlTable {
  const { vrid, priority, addresses, advertS = 1, preempt = true, password, unicast } = router;
  const { version, accept } = router;
  return {
    ...(router.interface === undefined ? {} : { interface: router.interface }),
    ...(version === undefined ? {} : { version }),
    group: vrid,
    vip: [...addresses],
    priority,
    preemption: preempt,
    timers: { advert: advertS },
    ...(accept === undefined ? {} : { accept }),
    ...(password === undefined ? {} : {
      auth_type: router.authHeader === true ? "rfc2338-ah" : "rfc2338-simple",
      auth_secret: password,
    }),
    ...(unicast === undefined ? {} : { unicast_src: unicast.source, unicast_peers: unicast.peers }),
    ...MAC_KEYS[router.virtualMac ?? "none"],
  };
}

const MAC_KEYS: Readonly<Record<NonNullable<RouterSpec["virtualMac"]>, TomlTable>> = {
  none: { iftype: "ether", vmac: false },
  interface: { iftype: "ether", vmac: true },
  macvlan: { iftype: "macvlan" },
};
