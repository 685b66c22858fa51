import { formatIp, type IpAddress, ipFromBytes } from "../../../src/base/ip.ts";
import type { MacAddress } from "../../../src/base/mac.ts";
import type { RouterConfig } from "../../../src/vrrp/types.ts";
import { Random } from "../sim/random.ts";
import type { NetworkSpec } from "../sim/scenario.ts";

/** A machine's virtual router on one of the links. */
export interface MemberSpec {
  /** Which of the links it is on. */
  readonly link: number;
  readonly config: RouterConfig;
  readonly source: IpAddress;
  readonly mac: MacAddress;
}

export interface MachineSpec {
  readonly name: string;
  readonly members: readonly MemberSpec[];
  readonly clockRate: number;
  readonly clockOffsetMs: number;
  readonly startAtMs: number;
}

/** Those after which a machine can still see for itself on which links it is alone. */
const PLAIN_FAULTS = ["pause", "crash", "stop", "linkDown", "force", "adjust"] as const;
export const FAULTS = [...PLAIN_FAULTS, "partition", "oneWay"] as const;
export type FaultKind = typeof FAULTS[number];

export interface GroupScenario {
  readonly seed: number;
  readonly linkCount: number;
  readonly machines: readonly MachineSpec[];
  readonly network: NetworkSpec;
  readonly latenessMaxMs: number;
  readonly chaosMs: number;
  readonly faults: readonly FaultKind[];
  readonly faultGapMs: number;
  /**
   * All machines are on all links, and whoever is heard on one can be heard on all, unless a link
   * that failed says so: nobody may ever be Master on some links only.
   */
  readonly isPlain: boolean;
}

const GROUP = "uplinks";

/** Draws machines that are on all links in one sync group, and in some runs strangers on one link. */
export function drawGroupScenario(seed: number): GroupScenario {
  const random = new Random(seed);
  const linkCount = random.pick([2, 2, 2, 3]);
  const strangers = random.pick([0, 0, 1, 1, 2]);
  const faults = FAULTS.filter(() => random.chance(0.3));
  const network = drawNetwork(random);
  const hidesSomeone = faults.includes("partition") || faults.includes("oneWay");
  const differs = random.chance(0.1);
  const draw = { random, linkCount, differs, preemption: random.pick([0, 0.5, 1, 1]) };
  const groupCount = random.pick([2, 2, 2, 3]);
  return {
    seed,
    linkCount,
    machines: [
      ...Array.from({ length: groupCount }, (_, index) => drawMachine(draw, index, false)),
      ...Array.from({ length: strangers }, (_, index) => {
        return drawMachine(draw, groupCount + index, true);
      }),
    ],
    network,
    latenessMaxMs: random.pick([0, 0.3, 4]),
    chaosMs: random.between(5_000, 40_000),
    faults,
    faultGapMs: random.pick([500, 2500, 8000]),
    isPlain: strangers === 0 && !hidesSomeone && !differs && network.loss === 0,
  };
}

export function describeMachine({ name, members }: MachineSpec): string {
  const parts = members.map(({ link, source, config: { priority, preempt } }) => {
    return `link ${link}: ${priority}${preempt ? "" : " nopreempt"} ${formatIp(source)}`;
  });
  return `${name} { ${parts.join(", ")} }`;
}

interface Draw {
  readonly random: Random;
  readonly linkCount: number;
  /** Whether the members of one group may have different priorities. */
  readonly differs: boolean;
  readonly preemption: number;
}

function drawMachine(draw: Draw, index: number, isStranger: boolean): MachineSpec {
  const { random, linkCount } = draw;
  const all = Array.from({ length: linkCount }, (_, link) => link);
  const links = isStranger ? [random.whole(0, linkCount - 1)] : all;
  const priority = drawPriority(random);
  const common = {
    preempt: random.chance(draw.preemption),
    preemptDelayMs: random.pick([0, 0, 0, 5000]),
    startupDelayMs: random.pick([0, 0, 4000]),
    ...(isStranger ? {} : { syncGroup: GROUP }),
  };
  return {
    name: `${isStranger ? "s" : "r"}${index + 1}`,
    members: links.map((link) => ({
      link,
      config: {
        ...drawConfig(random, link),
        ...common,
        priority: draw.differs ? drawPriority(random) : priority,
      },
      source: ipFromBytes(Uint8Array.of(10, link, 0, 10 * random.whole(1, 24) + index)),
      mac: Uint8Array.of(0x02, 0, 0, 0, link, index),
    })),
    clockRate: random.between(0.9998, 1.0002),
    clockOffsetMs: random.between(0, 1e8),
    startAtMs: random.chance(0.5) ? 0 : random.between(0, 6000),
  };
}

function drawPriority(random: Random): number {
  return random.pick([100, 100, 101, 150, 200, 254]);
}

function drawConfig(
  random: Random,
  link: number,
): Omit<RouterConfig, "priority" | "preempt" | "preemptDelayMs" | "startupDelayMs"> {
  return {
    version: 2,
    family: 4,
    vrid: link + 1,
    advertIntervalMs: 1000,
    addresses: [ipFromBytes(Uint8Array.of(10, link, 0, 1))],
    auth: { type: "none" },
    checkAddresses: "auto",
    rfc3768: true,
    announcements: { repeat: 0, delayMs: random.pick([0, 5000]), refreshMs: 0 },
  };
}

function drawNetwork(random: Random): NetworkSpec {
  const latencyMinMs = random.between(0.05, 1);
  return {
    latencyMinMs,
    latencyMaxMs: latencyMinMs + random.pick([0, 1, 20]),
    loss: random.pick([0, 0, 0.02, 0.2]),
    duplicate: random.pick([0, 0.2]),
    corrupt: 0,
  };
}
