/** What is worth saying about many values of one kind. */
export interface Spread {
  readonly least: number;
  readonly p50: number;
  readonly p99: number;
  readonly worst: number;
}

/** @param values Not empty; in any order. */
export function spreadOf(values: readonly number[]): Spread {
  return {
    least: percentile(values, 0),
    p50: percentile(values, 50),
    p99: percentile(values, 99),
    worst: percentile(values, 100),
  };
}

/**
 * The smallest of `values` that `percent` (0–100) of them do not exceed (nearest rank): always a
 * value that was measured, never one between two.
 *
 * @throws {RangeError} Where there are no values.
 */
export function percentile(values: readonly number[], percent: number): number {
  const rank = Math.max(1, Math.ceil((percent / 100) * values.length));
  const value = values.toSorted((a, b) => a - b)[rank - 1];
  if (value === undefined) throw new RangeError("Cannot take a percentile of no values");
  return value;
}

/** The middle value, or the mean of the middle two. */
export function median(values: readonly number[]): number {
  const low = percentile(values, 50);
  if (values.length % 2 === 1) return low;
  const high = values.toSorted((a, b) => a - b)[values.length / 2] ?? low;
  return (low + high) / 2;
}
