import type { SeenAdvert } from "../../tests/support/traffic.ts";

/**
 * By how much each time between two advertisements of one virtual router differs from the
 * interval, in milliseconds and without sign. `adverts` come from one Master, in order.
 */
export function intervalErrorsMs(
  adverts: readonly Pick<SeenAdvert, "tMs" | "vrid">[],
  intervalMs: number,
): number[] {
  const previousMs = new Map<number, number>();
  return adverts.flatMap(({ vrid, tMs }) => {
    const beforeMs = previousMs.get(vrid);
    previousMs.set(vrid, tMs);
    return beforeMs === undefined ? [] : [Math.abs(tMs - beforeMs - intervalMs)];
  });
}
