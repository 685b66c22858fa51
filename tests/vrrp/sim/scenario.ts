import { formatIp, ip, type IpAddress, ipFromBytes } from "../../../src/base/ip.ts";
import type { MacAddress } from "../../../src/base/mac.ts";
import type { RouterConfig } from "../../../src/vrrp/types.ts";
import { simplePassword } from "../../../src/wire/auth.ts";
import { Random } from "./random.ts";

/** One host's part in one virtual router. */
export interface Member {
  readonly config: RouterConfig;
  readonly owner: boolean;
}

export interface HostSpec {
  readonly name: string;
  readonly source: IpAddress;
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
  /** How the Master goes when the network is whole again. */
  readonly farewell: "crash" | "stop";
}

/** What all members of a virtual router have in common. */
type Shared = Pick<RouterConfig, "vrid" | "advertIntervalMs" | "addresses" | "auth">;

/**
 * Draws everything about a run from its seed. Each kind of fault is in some runs frequent and in
 * others absent, because a fault that always happens hides what happens without it.
 */
export function drawScenario(seed: number): Scenario {
  const random = new Random(seed);
  const hostCount = random.pick([2, 2, 3, 3, 4, 5]);
  const routers = Array.from({ length: random.whole(1, 3) }, (_, index) => {
    return drawRouter(random, { vrid: index * 100 + 1, hostCount });
  });
  return {
    seed,
    hosts: Array.from({ length: hostCount }, (_, index) => drawHost(random, { index, routers })),
    network: drawNetwork(random),
    latenessMaxMs: random.pick([0, 0.3, 4]),
    virtualMac: random.chance(0.5),
    chaosMs: random.between(5_000, 30_000),
    faults: FAULTS.filter(() => random.chance(0.4)),
    faultGapMs: random.pick([300, 1500, 5000]),
    farewell: random.pick(["crash", "stop"]),
  };
}

/** The virtual routers; every host takes part in all of them. */
export function groups({ hosts }: Scenario): readonly Shared[] {
  return hosts[0]?.members.map(({ config }) => config) ?? [];
}

/** One line for people: its name, its address and its part in each virtual router. */
export function describeHost({ name, source, members }: HostSpec): string {
  const parts = members.map(({ config: { vrid, priority, preempt }, owner }) => {
    return `${vrid}: ${owner ? "owner" : priority}${preempt ? "" : " nopreempt"}`;
  });
  return `${name} ${formatIp(source)} { ${parts.join(", ")} }`;
}

interface DrawnRouter {
  readonly shared: Shared;
  /** One for each host, in the hosts' order. */
  readonly members: readonly Member[];
}

function drawRouter(
  random: Random,
  { vrid, hostCount }: { vrid: number; hostCount: number },
): DrawnRouter {
  const shared: Shared = {
    vrid,
    advertIntervalMs: random.pick([1000, 1000, 1000, 2000, 3000]),
    addresses: Array.from({ length: random.whole(1, 3) }, (_, index) => {
      return ipFromBytes(Uint8Array.of(10, 9, vrid, 1 + index));
    }),
    auth: random.chance(0.3)
      ? { type: "rfc2338-simple", data: simplePassword("secret12") }
      : { type: "none" },
  };
  // Few different priorities make ties, many make close neighbours.
  const priorities = random.pick([[100], [100, 101], [1, 100, 254], [90, 100, 110, 120, 200]]);
  const preemption = random.pick([0, 0.5, 1, 1, 1]);
  const ownership = random.pick([0, 0, 0.25, 0.6]);
  const members = Array.from({ length: hostCount }, () => ({
    config: drawConfig(random, { shared, priorities, preemption }),
    owner: random.chance(ownership),
  }));
  return { shared, members };
}

function drawConfig(
  random: Random,
  { shared, priorities, preemption }: {
    shared: Shared;
    priorities: readonly number[];
    preemption: number;
  },
): RouterConfig {
  return {
    ...shared,
    version: 2,
    family: 4,
    priority: random.pickAny(priorities) ?? 100,
    preempt: random.chance(preemption),
    preemptDelayMs: random.pick([0, 0, 0, 3000, 12_000]),
    checkAddresses: random.pick(["auto", "drop", "warn"]),
    rfc3768: true,
    announcements: {
      repeat: random.whole(0, 2),
      delayMs: random.pick([0, 5000]),
      refreshMs: random.pick([0, 0, 2500]),
    },
    startupDelayMs: random.pick([0, 0, 0, 5000]),
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
    source: ip(`10.${network}.0.${random.whole(0, 24) * 10 + index + 1}`),
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
