import type { Daemon, DaemonKind, RouterSpec, WaitForStateOptions } from "./daemon.ts";
import { TestProcess } from "./process.ts";
import { changePattern, RVRRPD, type StateWord } from "./rvrrpd.ts";
import type { Machine, World } from "./world.ts";

/** Ours by the classic command line: one virtual router a process. */
export const vrrpd: DaemonKind = {
  name: "vrrpd",
  async start({ world, machine, routers }) {
    const [router, ...others] = routers;
    if (router === undefined || others.length > 0) {
      throw new Error(`Cannot start vrrpd with ${routers.length} virtual routers: it takes one`);
    }
    const daemon = await Vrrpd.start({ world, machine, args: routerArgs(router) });
    await daemon.process.waitForLine(changePattern("(Backup|Master)"));
    return daemon;
  },
};

export interface VrrpdOptions {
  readonly world: World;
  readonly machine: Machine;
  readonly args: readonly string[];
}

export class Vrrpd implements Daemon {
  readonly process: TestProcess;

  private constructor(process: TestProcess) {
    this.process = process;
  }

  /** Returns as soon as the process runs. */
  static async start({ world, machine, args }: VrrpdOptions): Promise<Vrrpd> {
    const [command, ...words] = await classicCommand({ world, machine, args });
    const namespace = world.namespace(machine);
    return world.own(new Vrrpd(new TestProcess({ command, args: words, namespace })));
  }

  async waitFor(state: StateWord, { since = 0 }: WaitForStateOptions = {}): Promise<void> {
    await this.process.waitForLine(changePattern(state), { since });
  }

  async stop(): Promise<void> {
    const { code, signal } = await this.process.stop();
    if (code !== 0 || signal !== null) {
      throw new Error(`vrrpd ended with ${signal ?? `code ${code}`}:\n${this.process.text}`);
    }
  }

  kill(): Promise<void> {
    return this.process.kill();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.process.kill();
  }
}

/**
 * The program by the name that makes it the classic one, for `ip netns exec`, which gives every
 * command its own view of the file system: there its fixed paths lead into the world's directory.
 */
export async function classicCommand(
  { world, machine, args }: VrrpdOptions,
): Promise<[string, ...string[]]> {
  const program = world.path("vrrpd");
  try {
    await Deno.symlink(RVRRPD, program);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
  const redirect = 'mount --bind "$1" /run; mount --bind "$2" /var/lib; shift 2; exec "$@"';
  const directories = [pidDirectory(world, machine), world.path(`lib-${machine}`)];
  for (const path of directories) await Deno.mkdir(path, { recursive: true });
  return ["sh", "-ec", redirect, "sh", ...directories, program, ...args];
}

/** Where the machine's PID files are, as seen from outside; /var/run is another name of /run. */
export function pidDirectory(world: World, machine: Machine): string {
  return world.path(`run-${machine}`);
}

function routerArgs(router: RouterSpec): string[] {
  const { interface: name = "eth0", vrid, priority, addresses, advertS = 1, password } = router;
  if (router.virtualMac === "macvlan") throw new Error("Cannot configure vrrpd: it has no macvlan");
  return [
    ...["-i", name, "-v", String(vrid), "-p", String(priority), "-d", String(advertS)],
    ...(router.preempt === false ? ["-s"] : []),
    ...(router.virtualMac === "interface" ? [] : ["-n"]),
    ...(password === undefined
      ? []
      : ["-a", `${router.authHeader === true ? "ah" : "pw"}/0x${hex(password)}`]),
    ...addresses,
  ];
}

function hex(text: string): string {
  return new TextEncoder().encode(text).toHex();
}
