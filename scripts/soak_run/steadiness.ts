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
  /** In the order of the groups. */
  readonly flaps: readonly Flap[];
}

/** Another one was Master, or nobody. */
export interface Flap {
  readonly vrid: number;
  /** In words. */
  readonly what: string;
  /** When it was seen first, milliseconds since the epoch. */
  readonly tMs: number;
  /** Until all was right again, or the watch was over. */
  readonly lastsMs: number;
}

/** Judges from the wire alone whether every group had one Master all the time. */
export function steadinessOf(adverts: readonly ObservedAdvert[], watch: Watch): Steadiness {
  const watched = adverts.filter(({ tMs }) => tMs >= watch.fromMs && tMs < watch.toMs);
  const byVrid = Map.groupBy(watched, ({ vrid }) => vrid);
  const groups = watch.vrids.map((vrid) => ({ vrid, own: byVrid.get(vrid) ?? [] }));
  const silences = groups.map(({ own }) => silencesOf(own, watch));
  const flaps = groups.flatMap(({ vrid, own }, index) => {
    const strange = strangers(own, watch);
    // What ends with a stranger is told of with that.
    const isTold = ({ endMs }: Silence) => strange.some(({ tMs }) => tMs === endMs);
    const silent = (silences[index] ?? [])
      .filter((silence) => silence.lastsMs >= watch.masterDownMs && !isTold(silence))
      .map(silentFlap);
    return [...strange, ...silent].map((flap) => ({ vrid, ...flap }));
  });
  // Millions of them are too many for the arguments of one call.
  const longestGapMs = silences.flat().reduce((most, { lastsMs }) => Math.max(most, lastsMs), 0);
  return { adverts: watched.length, longestGapMs, flaps };
}

interface Silence {
  readonly lastsMs: number;
  readonly endMs: number;
}

/** The begin and the end of the watch count as advertisements: silence at its edges is silence too. */
function silencesOf(own: readonly ObservedAdvert[], { fromMs, toMs }: Watch): Silence[] {
  const momentsMs = [fromMs, ...own.map(({ tMs }) => tMs), toMs];
  return momentsMs.slice(1).map((endMs, index) => ({
    endMs,
    lastsMs: endMs - (momentsMs[index] ?? endMs),
  }));
}

function silentFlap({ lastsMs, endMs }: Silence): Omit<Flap, "vrid"> {
  return { what: `silent for ${Math.round(lastsMs)} ms`, tMs: endMs, lastsMs };
}

/** The first advertisement of each time in which they were not as they have to be. */
function strangers(own: readonly ObservedAdvert[], watch: Watch): Omit<Flap, "vrid">[] {
  const strange = own.map((advert) => ({ tMs: advert.tMs, what: strangenessOf(advert, watch) }));
  return strange.flatMap(({ what, tMs }, index) => {
    if (what === undefined || strange[index - 1]?.what !== undefined) return [];
    const right = strange.slice(index).find((advert) => advert.what === undefined);
    return [{ what, tMs, lastsMs: (right?.tMs ?? watch.toMs) - tMs }];
  });
}

function strangenessOf({ source, priority }: ObservedAdvert, watch: Watch): string | undefined {
  if (source !== watch.master) return `${source} was Master`;
  if (priority !== watch.priority) return `priority ${priority} instead of ${watch.priority}`;
  return undefined;
}
