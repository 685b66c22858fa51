import type { Family } from "../../src/base/ip.ts";
import { Capture } from "./capture.ts";
import { type Daemon, type RouterSpec, virtualMac } from "./daemon.ts";
import { frr } from "./frr.ts";
import { neighbour, ping } from "./host.ts";
import { keepalived } from "./keepalived.ts";
import { isUnsolicited, neighbors, type SeenNeighbor } from "./neighbors.ts";
import { setSysctls } from "./sysctl.ts";
import { claims, type SeenClaim } from "./traffic.ts";
import { type Router, type Sides, V4, V6 } from "./v3_sides.ts";
import { adverts3, type SeenAdvert3, VERSION_3_FILTER } from "./v3_traffic.ts";
import { settled } from "./wait.ts";
import { ADDRESS, ADDRESS6, LINK_LOCAL, MAC, World } from "./world.ts";

/** What differs from the usual in a router's configuration. */
export type Differences = Partial<RouterSpec> & { readonly priority: number };

/** What both machines and the host saw of a scene. */
export interface Seen {
  readonly adverts: readonly SeenAdvert3[];
  readonly arps: readonly SeenClaim[];
  /** The unsolicited neighbour advertisements to everybody. */
  readonly neighbours: readonly SeenNeighbor[];
}

export interface SceneOptions {
  /** Default: one of each family. */
  readonly routers?: readonly Omit<RouterSpec, "priority">[];
  /** They speak to each other alone, over IPv6 from their global addresses; default false. */
  readonly unicast?: boolean;
}

/** Two machines with the same virtual routers beside each other, and everything they say. */
export class Scene implements AsyncDisposable {
  readonly world: World;
  readonly sides: Sides;
  readonly routers: readonly Omit<RouterSpec, "priority">[];
  readonly #unicast: boolean;
  readonly #capture: Capture;

  private constructor(
    { world, sides, capture, routers = [V4, V6], unicast = false }: SceneOptions & {
      readonly world: World;
      readonly sides: Sides;
      readonly capture: Capture;
    },
  ) {
    this.world = world;
    this.sides = sides;
    this.routers = routers;
    this.#unicast = unicast;
    this.#capture = capture;
  }

  /** Only r1 forwards IPv6: that is what its neighbour advertisements have to say. */
  static async create(sides: Sides, options: SceneOptions = {}): Promise<Scene> {
    const world = await World.create({ ipv6: true });
    await setSysctls(world, "r1", { "net/ipv6/conf/all/forwarding": "1" });
    for (const router of ["r1", "r2"] as const) {
      const { kind, mac } = sides[router];
      if (kind !== keepalived || mac !== "macvlan") continue;
      // Else its link for IPv6 answers questions for the address on its link for IPv4.
      await setSysctls(world, router, { "net/ipv4/conf/all/arp_ignore": "1" });
    }
    const capture = await Capture.start(world, { filter: VERSION_3_FILTER });
    return new Scene({ world, sides, capture, ...options });
  }

  get vrids(): readonly number[] {
    return this.routers.map(({ vrid }) => vrid);
  }

  async start(router: Router, differences: Differences): Promise<Daemon> {
    const { kind, mac } = this.sides[router];
    const routers = this.routers.map((each) => ({
      virtualMac: mac,
      ...each,
      ...this.#peers(router, each.vrid),
      ...differences,
    }));
    return await kind.start({ world: this.world, machine: router, routers });
  }

  /** As {@linkcode start}, until it is Master of all. */
  async startMaster(router: Router, differences: Differences): Promise<Daemon> {
    const daemon = await this.start(router, differences);
    await this.entered(daemon, "Master");
    return daemon;
  }

  /** Waits until a daemon has entered the state with every virtual router. */
  async entered(daemon: Daemon, state: "Backup" | "Master", since = 0): Promise<void> {
    for (const vrid of this.vrids) await daemon.waitFor(state, { vrid, since });
  }

  /** Waits until a Master has sent `count` more advertisements for each router. */
  async heard(router: Router, count = 2): Promise<void> {
    const sinceMs = Date.now();
    await this.#capture.waitFor((frames) => {
      const fresh = adverts3(frames).filter(({ tMs }) => tMs >= sinceMs);
      return this.vrids.every((vrid) => {
        const source = this.sourceOf(router, vrid);
        return fresh.filter((seen) => seen.vrid === vrid && seen.source === source).length >= count;
      });
    }, { what: `${count} advertisements of ${router}` });
  }

  /** Waits until the host reaches every virtual address where it belongs. */
  async expectServing(router: Router): Promise<void> {
    await this.#expectHostTable(router, ({ answered, mac }) => answered ? mac : undefined);
  }

  /** Waits until the host knows where every virtual address lives, whether or not it answers. */
  async expectResolved(router: Router): Promise<void> {
    await this.#expectHostTable(router, ({ mac }) => mac);
  }

  async stop(): Promise<Seen> {
    const frames = await this.#capture.stop();
    return {
      adverts: adverts3(frames),
      arps: claims(frames),
      neighbours: neighbors(frames).filter((seen) =>
        isUnsolicited(seen) && seen.destination === "ff02::1"
      ),
    };
  }

  #peers(router: Router, vrid: number): Pick<RouterSpec, "unicast"> {
    if (!this.#unicast) return {};
    const peer = router === "r1" ? "r2" : "r1";
    return {
      unicast: { source: this.sourceOf(router, vrid), peers: [this.sourceOf(peer, vrid)] },
    };
  }

  /** The source address of a side's advertisements; FRR takes a virtual one over IPv6. */
  sourceOf(router: Router, vrid: number): string {
    if (vrid === V4.vrid) return ADDRESS[router];
    if (this.#unicast) return ADDRESS6[router];
    return this.sides[router].kind === frr ? "fe80::100" : LINK_LOCAL[router];
  }

  macOf(router: Router, family: Family): string {
    if (this.sides[router].mac === "none") return MAC[router];
    return virtualMac(family === 4 ? V4.vrid : V6.vrid, family);
  }

  /** FRR says so whether it forwards or not. */
  isRouter(router: Router): boolean {
    return router === "r1" || this.sides[router].kind === frr;
  }

  get targets(): readonly HostTarget[] {
    return HOST_TARGETS.filter(({ vrid }) => this.vrids.includes(vrid));
  }

  async #expectHostTable(
    router: Router,
    entry: (view: HostView) => string | undefined,
  ): Promise<void> {
    // With use_vmac keepalived asks for a stranger in a virtual address's name but with the real MAC.
    for (const address of [ADDRESS[router], ADDRESS6[router]]) {
      await ping(this.world, "host", address);
    }
    const probe = async () => {
      return await Promise.all(this.targets.map(async (target) => entry(await this.#view(target))));
    };
    const expected = this.targets.map(({ family }) => this.macOf(router, family));
    await settled(probe, expected);
  }

  async #view({ address, target }: HostTarget): Promise<HostView> {
    const answered = await ping(this.world, "host", target);
    return { answered, mac: await neighbour(this.world, "host", address) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.world[Symbol.asyncDispose]();
  }
}

interface HostView {
  readonly answered: boolean;
  /** In the host's table of neighbours. */
  readonly mac: string | undefined;
}

/** A virtual address as the host sees it. */
export interface HostTarget {
  readonly vrid: number;
  readonly family: Family;
  readonly address: string;
  /** As `ping` takes it. */
  readonly target: string;
}

const HOST_TARGETS: readonly HostTarget[] = [
  { vrid: V4.vrid, family: 4, address: "10.9.0.100", target: "10.9.0.100" },
  { vrid: V6.vrid, family: 6, address: "fe80::100", target: "fe80::100%eth0" },
  { vrid: V6.vrid, family: 6, address: "fd00:9::100", target: "fd00:9::100" },
];

/** The advertisements for one virtual router, by whomever. */
export function advertsOf(seen: Seen, vrid: number): readonly SeenAdvert3[] {
  return seen.adverts.filter((advert) => advert.vrid === vrid);
}
