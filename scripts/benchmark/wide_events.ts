import { LEAVING_PRIORITY } from "../../src/vrrp/types.ts";
import type { ObservedAdvert } from "./take_over.ts";
import { NotMeasurable } from "./not_measurable.ts";

export interface Sender {
  /** Its address on the cable. */
  readonly source: string;
  readonly vrids: readonly number[];
}

/**
 * The latest of all groups' first advertisements from one router: since then it is Master of all.
 * Throws {@linkcode NotMeasurable} where a group was silent.
 */
export function masterOfAllMs(adverts: readonly ObservedAdvert[], sender: Sender): number {
  const isFirst = new Set<number>();
  const firsts = adverts.filter(({ source, vrid }) => {
    if (source !== sender.source || isFirst.has(vrid)) return false;
    isFirst.add(vrid);
    return true;
  });
  requireAll(firsts, sender, "never spoke");
  return Math.max(...firsts.map(({ tMs }) => tMs));
}

/** When one router had said goodbye for all groups; throws {@linkcode NotMeasurable} likewise. */
export function lastFarewellMs(adverts: readonly ObservedAdvert[], sender: Sender): number {
  const farewells = adverts.filter(({ source, priority }) =>
    source === sender.source && priority === LEAVING_PRIORITY
  );
  requireAll(farewells, sender, "said no farewell");
  return Math.max(...farewells.map(({ tMs }) => tMs));
}

function requireAll(found: readonly ObservedAdvert[], sender: Sender, problem: string): void {
  const silent = sender.vrids.length - new Set(found.map(({ vrid }) => vrid)).size;
  if (silent === 0) return;
  const { source, vrids } = sender;
  throw new NotMeasurable(`${silent} of ${vrids.length} virtual routers of ${source} ${problem}`);
}
