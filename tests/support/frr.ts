import type { Family } from "../../src/base/ip.ts";
import {
  type Daemon,
  type DaemonKind,
  type RouterSpec,
  type StartOptions,
  virtualMac,
  type WaitForStateOptions,
} from "./daemon.ts";
import { TestProcess } from "./process.ts";
import { setSysctls } from "./sysctl.ts";
import { eventually } from "./wait.ts";
import type { Machine, World } from "./world.ts";

const PROGRAMS = "/usr/lib/frr";

/** FRR's vrrpd beside a zebra of its own; it takes a macvlan for each router as it finds it. */
export const frr: DaemonKind = { name: "frr", start };

async function start({ world, machine, routers }: StartOptions): Promise<Daemon> {
  const directory = await prepareDirectory(world, machine);
  await Deno.writeTextFile(`${directory}/vrrpd.conf`, configText(machine, routers));
  for (const router of routers) await prepareLink(world, machine, router);
  const zebra = startProgram("zebra", { world, machine, directory });
  world.own(zebra);
  await eventually(() => exists(socketPath(directory)), { what: "zebra's socket" });
  const vrrpd = startProgram("vrrpd", { world, machine, directory });
  const daemon = world.own(new Frr({ vrrpd, zebra, routers }));
  await daemon.ready();
  return daemon;
}

class Frr implements Daemon {
  readonly process: TestProcess;
  readonly #zebra: TestProcess;
  readonly #routers: readonly RouterSpec[];

  constructor({ vrrpd, zebra, routers }: {
    readonly vrrpd: TestProcess;
    readonly zebra: TestProcess;
    readonly routers: readonly RouterSpec[];
  }) {
    this.process = vrrpd;
    this.#zebra = zebra;
    this.#routers = routers;
  }

  async ready(): Promise<void> {
    for (const { vrid } of this.#routers) await this.#entered("(Backup|Master)", { vrid });
  }

  waitFor(state: "Backup" | "Master", options: WaitForStateOptions = {}): Promise<void> {
    return this.#entered(state, options);
  }

  async #entered(state: string, { vrid = this.#routers[0]?.vrid, since = 0 }: WaitForStateOptions) {
    const pattern = new RegExp(`\\[VRID ${vrid}\\] \\[IPv[46]\\] \\w+ -> ${state}$`);
    await this.process.waitForLine(pattern, { since });
  }

  /** It says farewell while zebra still lives: without one it would not lower its links again. */
  async stop(): Promise<void> {
    await this.process.stop();
    await this.#zebra.stop();
  }

  async kill(): Promise<void> {
    await this.process.kill();
    await this.#zebra.kill();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}

/**
 * The daemons run as root, whom they only let into a group that has this name and holds root; and
 * they insist on writing crash logs below /var/tmp.
 */
async function prepareDirectory(world: World, machine: Machine): Promise<string> {
  const directory = world.path(`frr-${machine}`);
  await Deno.mkdir(`${directory}/vty`, { recursive: true });
  await Deno.mkdir(`${directory}/tmp`, { recursive: true });
  await Deno.writeTextFile(`${directory}/group`, "root:x:0:\nfrrvty:x:85:root\n");
  await Deno.writeTextFile(`${directory}/zebra.conf`, `hostname ${machine}\nlog stdout\n`);
  await Deno.remove(socketPath(directory)).catch(() => undefined);
  return directory;
}

function startProgram(
  name: "zebra" | "vrrpd",
  { world, machine, directory }: {
    readonly world: World;
    readonly machine: Machine;
    readonly directory: string;
  },
): TestProcess {
  // `ip netns exec` gives every command its own view of the file system.
  const redirect = 'mount --bind "$1" /var/tmp; mount --bind "$2" /etc/group; shift 2; exec "$@"';
  const program = [
    ...[`${PROGRAMS}/${name}`, "-f", `${directory}/${name}.conf`, "-i", `${directory}/${name}.pid`],
    ...["-u", "root", "-g", "root", "-z", socketPath(directory)],
    ...["--vty_socket", `${directory}/vty`, "-P", "0"],
  ];
  return new TestProcess({
    command: "sh",
    args: ["-ec", redirect, "sh", `${directory}/tmp`, `${directory}/group`, ...program],
    namespace: world.namespace(machine),
  });
}

function socketPath(directory: string): string {
  return `${directory}/zserv.api`;
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** Else the parent answers, and asks, in the name of the link's addresses with its own MAC. */
const ARP_SETTINGS = {
  "net/ipv4/conf/all/arp_ignore": "1",
  "net/ipv4/conf/all/arp_announce": "2",
};

/** As its manual asks: the link has the virtual MAC and the addresses, which it serves once it is up. */
async function prepareLink(world: World, machine: Machine, router: RouterSpec): Promise<void> {
  const family = familyOf(router);
  const name = `vrrp${family}-2-${router.vrid}`;
  const links: readonly { ifname: string }[] = JSON.parse(
    await world.run(machine, ["ip", "-j", "link", "show"]),
  );
  if (links.some(({ ifname }) => ifname === name)) return;
  const flags = family === 6 ? " nodad" : "";
  await setSysctls(world, machine, ARP_SETTINGS);
  await world.ip(
    machine,
    `link add ${name} link ${router.interface ?? "eth0"} type macvlan mode bridge`,
    `link set dev ${name} addrgenmode none address ${virtualMac(router.vrid, family)}`,
    ...router.addresses.map((address) => `addr add ${address} dev ${name}${flags}`),
    `link set dev ${name} up`,
  );
}

/** The configuration file of vrrpd for these routers. */
export function configText(machine: Machine, routers: readonly RouterSpec[]): string {
  return [
    "frr defaults traditional",
    `hostname ${machine}`,
    "log stdout debugging",
    "debug vrrp protocol",
    ...routers.flatMap(lines),
    "",
  ].join("\n");
}

function lines(router: RouterSpec): string[] {
  const { vrid, priority, version = 2, addresses, advertS = 1, preempt = true } = router;
  if (router.password !== undefined || router.unicast !== undefined) {
    throw new Error("Cannot configure FRR: it has neither authentication nor unicast");
  }
  const keyword = familyOf(router) === 4 ? "ip" : "ipv6";
  return [
    `interface ${router.interface ?? "eth0"}`,
    ` vrrp ${vrid} version ${version}`,
    ` vrrp ${vrid} priority ${priority}`,
    ` vrrp ${vrid} advertisement-interval ${Math.round(advertS * 1000)}`,
    ...(preempt ? [] : [` no vrrp ${vrid} preempt`]),
    ...addresses.map((address) => ` vrrp ${vrid} ${keyword} ${address.replace(/\/.*/, "")}`),
    "exit",
  ];
}

function familyOf({ addresses: [first = ""] }: RouterSpec): Family {
  return first.includes(":") ? 6 : 4;
}
