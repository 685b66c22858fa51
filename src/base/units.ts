/** Milliseconds in a second, in a centisecond (the unit of VRRP version 3's interval). */
export const MS_PER_S = 1000;
export const MS_PER_CS = 10;

/**
 * Rounds to the nearest whole millisecond, half up: the one rule for every duration that a formula
 * leaves with a fraction (skew, version 3 intervals).
 */
export function wholeMs(ms: number): number {
  return Math.floor(ms + 0.5);
}
