/** What is known of a tracked thing: whether it is up, or the number in a file. */
export type Reading = boolean | number;

/** What one tracked thing does to one virtual router that follows it. */
export interface Share {
  /** To be added to the configured priority; -253 to 253. */
  readonly adjustment: number;
  /** The virtual router is not to run. */
  readonly fails: boolean;
  /** Whether it may run is not known yet. */
  readonly awaited: boolean;
}

const NOTHING: Share = { adjustment: 0, fails: false, awaited: false };
const FAILS: Share = { ...NOTHING, fails: true };
const AWAITED: Share = { ...NOTHING, awaited: true };

/** A product below this is a fault, and one above its opposite counts as that (keepalived.conf(5)). */
const LEAST_ADJUSTMENT = -253;

/**
 * The share that `reading` has with this weight, by the rules of keepalived: a positive weight is
 * added while the thing is up, a negative one while it is down, and weight 0 makes a failure of
 * being down. A number is multiplied by the weight; with weight 0 any but 0 is a failure. Nothing is
 * added before the first reading.
 */
export function shareOf(reading: Reading | undefined, weight: number): Share {
  if (reading === undefined) return weight === 0 ? AWAITED : NOTHING;
  if (typeof reading === "number") return shareOfNumber(reading, weight);
  if (weight === 0) return reading ? NOTHING : FAILS;
  return reading === weight > 0 ? { ...NOTHING, adjustment: weight } : NOTHING;
}

function shareOfNumber(number: number, weight: number): Share {
  if (number === 0) return NOTHING;
  if (weight === 0) return FAILS;
  const product = number * weight;
  if (product < LEAST_ADJUSTMENT) return FAILS;
  return { ...NOTHING, adjustment: Math.min(product, -LEAST_ADJUSTMENT) };
}

export function sameShare(one: Share, other: Share): boolean {
  return one.adjustment === other.adjustment && one.fails === other.fails &&
    one.awaited === other.awaited;
}
