import { type Family, formatIp, ip, type IpAddress, ipFromBytes } from "../../../src/base/ip.ts";
import type { MacAddress } from "../../../src/base/mac.ts";
import type { RouterConfig, VrrpVersion } from "../../../src/vrrp/types.ts";
import { Random } from "../sim/random.ts";
import type { NetworkSpec, Seed } from "../sim/scenario.ts";

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
   * that failed says so, and all keep pace: nobody may ever be Master on some links only.
   */
  readonly isPlain: boolean;
}

const GROUP = "uplinks";

export interface GroupSeed extends Seed {
  /** Two strangers, each on a link of its own, whose intervals are longer than those of the groups. */
  readonly slowStrangers?: boolean;
}

/** Draws machines that are on all links in one sync group, and in some runs strangers on one link. */
export function drawGroupScenario(
  { seed, version, slowStrangers = false }: GroupSeed,
): GroupScenario {
  const random = new Random(seed);
  const linkCount = random.pick([2, 2, 2, 3]);
  const strangers = slowStrangers ? 2 : random.pick([0, 0, 1, 1, 2]);
  const faults = FAULTS.filter(() => random.chance(0.3));
  const network = drawNetwork(random);
  const hidesSomeone = faults.includes("partition") || faults.includes("oneWay");
  const differs = random.chance(0.1);
  const links = Array.from({ length: linkCount }, () => drawLink(random, version));
  const preemption = random.pick([0, 0.5, 1, 1]);
  const draw = { random, version, links, differs, preemption, slowStrangers };
  const groupCount = random.pick([2, 2, 2, 3]);
  const machines = [
    ...Array.from({ length: groupCount }, (_, index) => drawMachine(draw, index, false)),
    ...Array.from({ length: strangers }, (_, index) => {
      return drawMachine(draw, groupCount + index, true);
    }),
  ];
  return {
    seed,
    linkCount,
    machines,
    network,
    latenessMaxMs: random.pick([0, 0.3, 4]),
    chaosMs: random.between(5_000, slowStrangers ? SLOW_STARTS_MS : 40_000),
    faults,
    faultGapMs: random.pick([500, 2500, 8000]),
    isPlain: strangers === 0 && !hidesSomeone && !differs && network.loss === 0 &&
      machines.every((one) => machines.every((master) => keepsPace(one, master))),
  };
}

/**
 * Whether a group waits for all places of a Master that is gone: where that has a longer interval
 * in one place than we have, and than it has in another, the group may be apart for a while.
 */
function keepsPace(one: MachineSpec, master: MachineSpec): boolean {
  const heard = master.members.map(({ config }) => config.advertIntervalMs);
  return one.members.every(({ config }, index) => {
    const elsewhere = heard.filter((_, other) => other !== index);
    return (heard[index] ?? 0) <= Math.max(config.advertIntervalMs, Math.min(...elsewhere));
  });
}

export function describeMachine({ name, members }: MachineSpec): string {
  const parts = members.map(({ link, source, config: { priority, preempt, advertIntervalMs } }) => {
    const settings = `${priority}${preempt ? "" : " nopreempt"} ${advertIntervalMs} ms`;
    return `link ${link}: ${settings} ${formatIp(source)}`;
  });
  return `${name} { ${parts.join(", ")} }`;
}

/** The longest interval that any member of a group has, and all of them in version 2. */
export const INTERVAL_MS = 1000;

export function longestIntervalMs({ machines }: Pick<GroupScenario, "machines">): number {
  const intervals = machines.flatMap(({ members }) => {
    return members.map(({ config }) => config.advertIntervalMs);
  });
  return Math.max(INTERVAL_MS, ...intervals);
}

/** What the members on one link have in common. */
interface LinkSpec {
  readonly family: Family;
  readonly intervalMs: number;
  /** In version 3 each member may have an interval of its own, and learns that of the others. */
  readonly isMixed: boolean;
}

function drawLink(random: Random, version: VrrpVersion): LinkSpec {
  if (version === 2) return { family: 4, intervalMs: INTERVAL_MS, isMixed: false };
  return {
    family: random.pick([4, 6]),
    intervalMs: random.pick(INTERVALS_MS),
    isMixed: random.chance(0.3),
  };
}

const INTERVALS_MS: readonly [number, ...number[]] = [250, 500, INTERVAL_MS];
const SLOW_INTERVALS_MS: readonly [number, ...number[]] = [2000, 5000, 10_000];
/** By then a stranger of the longest of them may be Master. */
const SLOW_STARTS_MS = 60_000;

interface Draw {
  readonly random: Random;
  readonly version: VrrpVersion;
  readonly links: readonly LinkSpec[];
  /** Whether the members of one group may have different priorities. */
  readonly differs: boolean;
  readonly preemption: number;
  readonly slowStrangers: boolean;
}

function drawMachine(draw: Draw, index: number, isStranger: boolean): MachineSpec {
  const { random, links, slowStrangers } = draw;
  const all = [...links.entries()];
  const isSlow = isStranger && slowStrangers;
  const place = isStranger ? random.pickAny(all) : undefined;
  const stranger = isSlow ? all[index % all.length] : place;
  // One that is better on one link, and one that is worse on another.
  const priority = isSlow ? [50, 254][index % 2] ?? 50 : drawPriority(random);
  const common = {
    preempt: random.chance(draw.preemption),
    preemptDelayMs: random.pick([0, 0, 0, 5000]),
    startupDelayMs: random.pick([0, 0, 4000]),
    ...(isStranger ? {} : { syncGroup: GROUP }),
  };
  return {
    name: `${isStranger ? "s" : "r"}${index + 1}`,
    members: (stranger === undefined ? all : [stranger]).map(([link, spec]) => ({
      link,
      config: {
        ...drawConfig(draw, { link, spec }),
        ...common,
        ...(isSlow ? { advertIntervalMs: random.pick(SLOW_INTERVALS_MS) } : {}),
        priority: draw.differs ? drawPriority(random) : priority,
      },
      source: addressOf(spec, { link, host: 10 * random.whole(1, 24) + index }),
      mac: Uint8Array.of(0x02, 0, 0, 0, link, index),
    })),
    clockRate: random.between(0.9998, 1.0002),
    clockOffsetMs: random.between(0, 1e8),
    startAtMs: isSlow || random.chance(0.5)
      ? 0
      : random.between(0, slowStrangers ? SLOW_STARTS_MS : 6000),
  };
}

function drawPriority(random: Random): number {
  return random.pick([100, 100, 101, 150, 200, 254]);
}

function addressOf(
  { family }: LinkSpec,
  { link, host }: { readonly link: number; readonly host: number },
): IpAddress {
  return family === 4
    ? ipFromBytes(Uint8Array.of(10, link, 0, host))
    : ip(`fe80::${host.toString(16)}:0:0:${link + 1}`);
}

function drawConfig(
  { random, version }: Draw,
  { link, spec }: { readonly link: number; readonly spec: LinkSpec },
): Omit<RouterConfig, "priority" | "preempt" | "preemptDelayMs" | "startupDelayMs"> {
  return {
    version,
    family: spec.family,
    vrid: link + 1,
    advertIntervalMs: spec.isMixed ? random.pick(INTERVALS_MS) : spec.intervalMs,
    addresses: [addressOf(spec, { link, host: 1 })],
    auth: { type: "none" },
    checkAddresses: "auto",
    checksum: "auto",
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
