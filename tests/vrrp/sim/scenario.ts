import { type Family, formatIp, ip, type IpAddress, ipFromBytes } from "../../../src/base/ip.ts";
import type { MacAddress } from "../../../src/base/mac.ts";
import type { RouterConfig, VrrpVersion } from "../../../src/vrrp/types.ts";
import { simplePassword } from "../../../src/wire/auth.ts";
import { Random } from "./random.ts";

/** One host's part in one virtual router. */
export interface Member {
  readonly config: RouterConfig;
  readonly owner: boolean;
}

export interface HostSpec {
  readonly name: string;
  readonly sources: Readonly<Record<Family, IpAddress>>;
  readonly mac: MacAddress;
  /** Local milliseconds that pass in one true one. */
  readonly clockRate: number;
  /** Local time at true time 0. */
  readonly clockOffsetMs: number;
  readonly startAtMs: number;
  readonly members: readonly Member[];
}

export interface NetworkSpec {
  readonly latencyMinMs: number;
  readonly latencyMaxMs: number;
  /** Probabilities, each for one receiver of one frame. */
  readonly loss: number;
  readonly duplicate: number;
  readonly corrupt: number;
}

export const FAULTS = ["pause", "crash", "stop", "linkDown", "partition", "oneWay"] as const;
export type FaultKind = typeof FAULTS[number];

export interface Scenario {
  readonly seed: number;
  readonly hosts: readonly HostSpec[];
  readonly network: NetworkSpec;
  /** How late a timer may wake its process. */
  readonly latenessMaxMs: number;
  /** Announcements with the virtual MAC, which no receiver can tell from its own. */
  readonly virtualMac: boolean;
  readonly chaosMs: number;
  /** The kinds that this run knows; some seeds know none. */
  readonly faults: readonly FaultKind[];
  readonly faultGapMs: number;
  /** Everything in it takes this many times as long as where intervals are a second. */
  readonly tempo: number;
  /** How the Master goes when the network is whole again. */
  readonly farewell: "crash" | "stop";
}

/** What all members of a virtual router have in common. */
type Shared = Pick<RouterConfig, "version" | "family" | "vrid" | "addresses" | "auth">;

/** What a run is drawn from. */
export interface Seed {
  /** 32 bits. */
  readonly seed: number;
  readonly version: VrrpVersion;
}

interface Draw {
  readonly random: Random;
  readonly version: VrrpVersion;
  readonly tempo: number;
}

/**
 * Draws everything about a run from its seed. Each kind of fault is in some runs frequent and in
 * others absent, because a fault that always happens hides what happens without it.
 */
export function drawScenario({ seed, version }: Seed): Scenario {
  const random = new Random(seed);
  const hostCount = random.pick([2, 2, 3, 3, 4, 5]);
  // Version 3 goes from a hundredth of a second to forty.
  const tempo = version === 2 ? 1 : random.pick([0.01, 0.05, 0.25, 1, 1, 10]);
  const draw = { random, version, tempo };
  const routers = Array.from({ length: random.whole(1, 3) }, (_, index) => {
    return drawRouter(draw, { vrid: index * 100 + 1, hostCount });
  });
  return {
    seed,
    hosts: Array.from({ length: hostCount }, (_, index) => drawHost(random, { index, routers })),
    network: drawNetwork(random),
    latenessMaxMs: random.pick([0, 0.3, 4]),
    virtualMac: random.chance(0.5),
    chaosMs: tempo * random.between(5_000, 30_000),
    faults: FAULTS.filter(() => random.chance(0.4)),
    faultGapMs: tempo * random.pick([300, 1500, 5000]),
    tempo,
    farewell: random.pick(["crash", "stop"]),
  };
}

/** The virtual routers; every host takes part in all of them. */
export function groups({ hosts }: Scenario): readonly Shared[] {
  return hosts[0]?.members.map(({ config }) => config) ?? [];
}

/** The longest interval of all members, whether they run or not. */
export function slowestIntervalMs({ hosts }: Scenario, vrid: number): number {
  const intervals = hosts.flatMap(({ members }) => {
    return members.filter(({ config }) => config.vrid === vrid);
  }).map(({ config }) => config.advertIntervalMs);
  return Math.max(...intervals);
}

/** One line for people: its name, its address and its part in each virtual router. */
export function describeHost({ name, sources, members }: HostSpec): string {
  const parts = members.map(({ config, owner }) => {
    const { vrid, priority, preempt, family, advertIntervalMs } = config;
    const what = `${owner ? "owner" : priority}${preempt ? "" : " nopreempt"}`;
    return `${vrid}: ${what}, IPv${family}, ${advertIntervalMs} ms`;
  });
  return `${name} ${formatIp(sources[4])} ${formatIp(sources[6])} { ${parts.join("; ")} }`;
}

interface DrawnRouter {
  readonly shared: Shared;
  /** One for each host, in the hosts' order. */
  readonly members: readonly Member[];
}

function drawRouter(
  draw: Draw,
  { vrid, hostCount }: { vrid: number; hostCount: number },
): DrawnRouter {
  const { random, version } = draw;
  const intervalMs = drawIntervalMs(draw);
  const family = version === 3 && random.chance(0.5) ? 6 : 4;
  const shared: Shared = {
    version,
    family,
    vrid,
    addresses: Array.from({ length: random.whole(1, 3) }, (_, index) => {
      return family === 4
        ? ipFromBytes(Uint8Array.of(10, 9, vrid, 1 + index))
        : ip(`${index === 0 ? "fe80" : "2001:db8"}::${vrid}:${1 + index}`);
    }),
    auth: version === 2 && random.chance(0.3)
      ? { type: "rfc2338-simple", data: simplePassword("secret12") }
      : { type: "none" },
  };
  // Few different priorities make ties, many make close neighbours.
  const priorities = random.pick([[100], [100, 101], [1, 100, 254], [90, 100, 110, 120, 200]]);
  const preemption = random.pick([0, 0.5, 1, 1, 1]);
  const ownership = random.pick([0, 0, 0.25, 0.6]);
  const members = Array.from({ length: hostCount }, () => ({
    config: {
      ...drawConfig(draw, { shared, priorities, preemption }),
      advertIntervalMs: version === 3 && random.chance(0.3) ? drawIntervalMs(draw) : intervalMs,
    },
    owner: random.chance(ownership),
  }));
  return { shared, members };
}

/** All members must have the same in version 2; in version 3 they learn it from each other. */
function drawIntervalMs({ random, tempo }: Draw): number {
  return Math.min(40_950, tempo * random.pick([1000, 1000, 1000, 2000, 3000, 5000]));
}

function drawConfig(
  { random, tempo }: Draw,
  { shared, priorities, preemption }: {
    shared: Shared;
    priorities: readonly number[];
    preemption: number;
  },
): Omit<RouterConfig, "advertIntervalMs"> {
  return {
    ...shared,
    priority: random.pickAny(priorities) ?? 100,
    preempt: random.chance(preemption),
    preemptDelayMs: tempo * random.pick([0, 0, 0, 3000, 12_000]),
    checkAddresses: random.pick(["auto", "drop", "warn"]),
    checksum: random.pick(["auto", "rfc5798", "rfc9568"]),
    rfc3768: true,
    announcements: {
      repeat: random.whole(0, 2),
      delayMs: tempo * random.pick([0, 5000]),
      refreshMs: tempo * random.pick([0, 0, 2500]),
    },
    startupDelayMs: tempo * random.pick([0, 0, 0, 5000]),
  };
}

function drawHost(
  random: Random,
  { index, routers }: { index: number; routers: readonly DrawnRouter[] },
): HostSpec {
  // The second byte decides against the last one, and 200 against 9 is where signs go wrong.
  const network = random.pick([9, 10, 200]);
  return {
    name: `h${index}`,
    sources: {
      4: ip(`10.${network}.0.${random.whole(0, 24) * 10 + index + 1}`),
      // The upper half of the interface identifier decides against the lower one.
      6: ip(`fe80::${random.pick(["1", "7f00", "8000"])}:0:${random.whole(0, 9)}:${index + 1}`),
    },
    mac: Uint8Array.of(0x02, 0, 0, 0, random.whole(0, 255), index),
    clockRate: random.between(0.9998, 1.0002),
    clockOffsetMs: random.between(0, 1e8),
    startAtMs: random.chance(0.5) ? 0 : random.between(0, 6000),
    members: routers.flatMap(({ members }) => members[index] ?? []),
  };
}

function drawNetwork(random: Random): NetworkSpec {
  const latencyMinMs = random.between(0.05, 1);
  return {
    latencyMinMs,
    latencyMaxMs: latencyMinMs + random.pick([0, 1, 20, 300]),
    loss: random.pick([0, 0, 0.02, 0.3]),
    duplicate: random.pick([0, 0, 0.2]),
    corrupt: random.pick([0, 0, 0.1]),
  };
}
