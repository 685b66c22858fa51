import type { ObservedAdvert } from "../benchmark/take_over.ts";

export interface Watch {
  /** The address of the one that is to be Master of all groups all the time. */
  readonly master: string;
  readonly priority: number;
  readonly vrids: readonly number[];
  /** Milliseconds since the epoch. */
  readonly fromMs: number;
  readonly toMs: number;
  /** After so much silence a Backup takes over. */
  readonly masterDownMs: number;
}

export interface Steadiness {
  readonly adverts: number;
  /** The longest time between two advertisements of one group. */
  readonly longestGapMs: number;
  /** In words, one for each virtual router that flapped. */
  readonly flaps: readonly string[];
}

/** Judges from the wire alone whether every group had one Master all the time. */
export function steadinessOf(adverts: readonly ObservedAdvert[], watch: Watch): Steadiness {
  const watched = adverts.filter(({ tMs }) => tMs >= watch.fromMs && tMs < watch.toMs);
  const byVrid = Map.groupBy(watched, ({ vrid }) => vrid);
  const groups = watch.vrids.map((vrid) => ({ vrid, own: byVrid.get(vrid) ?? [] }));
  const gaps = groups.map(({ own }) => longestGapMs(own, watch));
  const flaps = groups.flatMap(({ vrid, own }, index) => {
    const flap = flapOf(own, gaps[index] ?? Infinity, watch);
    return flap === undefined ? [] : [`group ${vrid}: ${flap}`];
  });
  return { adverts: watched.length, longestGapMs: Math.max(...gaps), flaps };
}

/** The begin and the end of the watch count as advertisements: silence at its edges is silence too. */
function longestGapMs(own: readonly ObservedAdvert[], { fromMs, toMs }: Watch): number {
  let previousMs = fromMs;
  let longestMs = 0;
  for (const tMs of [...own.map((advert) => advert.tMs), toMs]) {
    longestMs = Math.max(longestMs, tMs - previousMs);
    previousMs = tMs;
  }
  return longestMs;
}

function flapOf(own: readonly ObservedAdvert[], gapMs: number, watch: Watch): string | undefined {
  const stranger = own.find(({ source }) => source !== watch.master);
  if (stranger !== undefined) return `${stranger.source} was Master`;
  const other = own.find(({ priority }) => priority !== watch.priority);
  if (other !== undefined) return `priority ${other.priority} instead of ${watch.priority}`;
  if (gapMs >= watch.masterDownMs) return `silent for ${Math.round(gapMs)} ms`;
  return undefined;
}
