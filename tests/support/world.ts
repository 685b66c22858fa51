import { attempt, run } from "./command.ts";
import { settled } from "./wait.ts";

/** The machines of every world; the switch joins them by a bridge. */
export type Machine = "r1" | "r2" | "host";
type Namespace = Machine | "sw";

export const MACHINES: readonly Machine[] = ["r1", "r2", "host"];

/** Fixed, so that a capture can be read without looking anything up. */
export const MAC: Readonly<Record<Machine, string>> = {
  r1: "02:00:00:00:00:01",
  r2: "02:00:00:00:00:02",
  host: "02:00:00:00:00:03",
};

export const ADDRESS: Readonly<Record<Machine, string>> = {
  r1: "10.9.0.1",
  r2: "10.9.0.2",
  host: "10.9.0.3",
};

/** With the prefix length 64, in worlds with IPv6. */
export const ADDRESS6: Readonly<Record<Machine, string>> = {
  r1: "fd00:9::1",
  r2: "fd00:9::2",
  host: "fd00:9::3",
};

/** What the kernel makes of {@linkcode MAC}, in worlds with IPv6. */
export const LINK_LOCAL: Readonly<Record<Machine, string>> = {
  r1: "fe80::ff:fe00:1",
  r2: "fe80::ff:fe00:2",
  host: "fe80::ff:fe00:3",
};

export interface WorldOptions {
  /** Default: unique in this process and among processes; at most 6 characters. */
  readonly id?: string;
  /** Machines whose eth0 gets no address; with IPv6 the kernel still gives it a link-local one. */
  readonly withoutAddress?: readonly Machine[];
  /** The machines speak IPv6 beside IPv4; default false. */
  readonly ipv6?: boolean;
}

export interface LinkOptions {
  readonly machine: Machine;
  readonly name: string;
  readonly mac: string;
  /** With prefix length; without it the link comes up with no address. */
  readonly address?: string;
  /** The switch's bridge that it is joined to; default `br0`, where all eth0 are. */
  readonly bridge?: string;
}

let worldsMade = 0;

/**
 * Two routers and a host in network namespaces, joined by a bridge in a fourth.
 *
 * Disposing kills every process in them and removes them; what a killed test run leaves behind
 * carries the prefix `rv-`, by which `scripts/test` sweeps it up.
 */
export class World implements AsyncDisposable {
  readonly id: string;
  /** For configurations, captures and PID files; removed with the world. */
  readonly directory: string;
  readonly #owned = new AsyncDisposableStack();

  private constructor(id: string, directory: string) {
    this.id = id;
    this.directory = directory;
  }

  static async create(options: WorldOptions = {}): Promise<World> {
    const id = options.id ?? `${Deno.pid.toString(36)}${(worldsMade++).toString(36)}`;
    const world = new World(id, await Deno.makeTempDir({ prefix: `rv-${id}-` }));
    try {
      await world.#removeNamespaces();
      await world.#build(options);
    } catch (error) {
      await world[Symbol.asyncDispose]();
      throw error;
    }
    return world;
  }

  namespace(name: Namespace): string {
    return `rv-${this.id}-${name}`;
  }

  path(name: string): string {
    return `${this.directory}/${name}`;
  }

  /** Ends `resource` with the world, before the namespaces go. */
  own<T extends AsyncDisposable>(resource: T): T {
    return this.#owned.use(resource);
  }

  /** Runs a command in a namespace to its end; throws where it fails. */
  run(name: Namespace, argv: readonly [string, ...string[]]): Promise<string> {
    return run(["ip", "netns", "exec", this.namespace(name), ...argv]);
  }

  /** Lines for `ip`, each without the leading word, all at once. */
  async ip(name: Namespace, ...lines: string[]): Promise<void> {
    await run(["ip", "-n", this.namespace(name), "-batch", "-"], {
      stdin: lines.join("\n") + "\n",
    });
  }

  /** A further bridge of the switch, which separates what is joined to it from all the others. */
  addBridge(name: string): Promise<void> {
    return this.ip(
      "sw",
      `link add ${name} type bridge mcast_snooping 0 forward_delay 0`,
      `link set ${name} up`,
    );
  }

  /** A further interface of a machine, joined to the same bridge unless another is given, and up. */
  async addLink({ machine, name, mac, address, bridge = "br0" }: LinkOptions): Promise<void> {
    const port = portName(machine, name);
    await this.ip(
      "sw",
      `link add ${port} type veth peer name ${name} address ${mac} netns ${
        this.namespace(machine)
      }`,
      `link set ${port} master ${bridge} up`,
    );
    const assign = address === undefined ? [] : [`addr add ${address} dev ${name}`];
    await this.ip(machine, ...assign, `link set ${name} up`);
  }

  /** The interface of the machine disappears, as an unplugged USB adapter does. */
  removeLink(machine: Machine, name = "eth0"): Promise<void> {
    return this.ip(machine, `link del ${name}`);
  }

  /** Takes the carrier from a machine's interfaces: there it hears nothing and is not heard. */
  unplug(machine: Machine, names: readonly string[] = ["eth0"]): Promise<void> {
    return this.ip("sw", ...names.map((name) => `link set ${portName(machine, name)} down`));
  }

  plugIn(machine: Machine): Promise<void> {
    return this.ip("sw", `link set ${portName(machine, "eth0")} up`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#killAll();
    try {
      await this.#owned.disposeAsync();
    } finally {
      await this.#removeNamespaces();
      await Deno.remove(this.directory, { recursive: true });
    }
  }

  get #names(): readonly string[] {
    return [...MACHINES, "sw" as const].map((name) => this.namespace(name));
  }

  async #build({ withoutAddress = [], ipv6 = false }: WorldOptions): Promise<void> {
    for (const name of this.#names) await run(["ip", "netns", "add", name]);
    const silent = ipv6 ? ["sw" as const] : [...MACHINES, "sw" as const];
    for (const name of silent) await silenceIpv6(this.namespace(name));
    if (ipv6) await this.#checkDuplicates(false);
    await forwardBlindly(this.namespace("sw"));
    await this.addBridge("br0");
    for (const machine of MACHINES) {
      await this.ip(machine, "link set lo up");
      const address = withoutAddress.includes(machine) ? {} : { address: `${ADDRESS[machine]}/24` };
      await this.addLink({ machine, name: "eth0", mac: MAC[machine], ...address });
    }
    // The kernel notes a carrier a moment after it is there: a test may compare what it says.
    for (const machine of MACHINES) {
      await settled(() => this.#operState(machine, "eth0"), "UP");
      // The other end has a note of its own, and passes nothing on before.
      await settled(() => this.#operState("sw", portName(machine, "eth0")), "UP");
    }
    if (ipv6) await this.#addIpv6(withoutAddress);
  }

  /** The addresses of eth0 are usable at once; those that come later are looked for as everywhere. */
  async #addIpv6(withoutAddress: readonly Machine[]): Promise<void> {
    for (const machine of MACHINES.filter((name) => !withoutAddress.includes(name))) {
      await this.ip(machine, `addr add ${ADDRESS6[machine]}/64 dev eth0`);
    }
    await this.#checkDuplicates(true);
  }

  /** Whether an interface asks for others with its IPv6 addresses before it uses them. */
  async #checkDuplicates(enabled: boolean): Promise<void> {
    const settings = ["default", "eth0"].map((name) =>
      `/proc/sys/net/ipv6/conf/${name}/accept_dad`
    );
    const script = `for setting in ${settings.join(" ")}; do
      [ ! -e $setting ] || echo ${Number(enabled)} >$setting
    done`;
    for (const machine of MACHINES) await this.run(machine, ["sh", "-c", script]);
  }

  async #operState(namespace: Namespace, name: string): Promise<string> {
    const [link] = JSON.parse(await this.run(namespace, ["ip", "-j", "link", "show", name]));
    return link.operstate;
  }

  /** First of all, because a process that forked may hold pipes open that a reader waits on. */
  async #killAll(): Promise<void> {
    for (const name of this.#names) {
      const { stdout } = await attempt(["ip", "netns", "pids", name]);
      for (const pid of stdout.split("\n").filter((line) => line !== "")) killProcess(Number(pid));
    }
  }

  async #removeNamespaces(): Promise<void> {
    await this.#killAll();
    for (const name of this.#names) await attempt(["ip", "netns", "del", name]);
  }
}

/** Neighbour discovery and multicast reports would only be noise in captures of IPv4. */
async function silenceIpv6(namespace: string): Promise<void> {
  const settings =
    "/proc/sys/net/ipv6/conf/all/disable_ipv6 /proc/sys/net/ipv6/conf/default/disable_ipv6";
  const script = `for setting in ${settings}; do [ ! -e $setting ] || echo 1 >$setting; done`;
  await run(["ip", "netns", "exec", namespace, "sh", "-c", script]);
}

/** With br_netfilter a bridge drops what a switch forwards: packets with a wrong IP header. */
async function forwardBlindly(namespace: string): Promise<void> {
  const setting = "/proc/sys/net/bridge/bridge-nf-call-iptables";
  const script = `[ ! -e ${setting} ] || echo 0 >${setting}`;
  await run(["ip", "netns", "exec", namespace, "sh", "-c", script]);
}

/** The switch's end of a cable; an interface name has at most 15 characters. */
function portName(machine: Machine, name: string): string {
  return name === "eth0" ? machine : `${machine}-${name}`;
}

function killProcess(pid: number): void {
  try {
    Deno.kill(pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
