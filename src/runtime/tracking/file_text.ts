/** So much of a tracked file is read. */
export const FILE_LIMIT_BYTES = 64;

/** Larger numbers mean nothing to a priority (keepalived.conf(5)). */
const LARGEST = 254;

/**
 * The number that a tracked file begins with, alone or before a blank, within -254 and 254;
 * `undefined` where it begins with anything else.
 */
export function numberIn(text: string): number | undefined {
  const digits = /^\s*([+-]?\d+)(?=\s|$)/.exec(text)?.[1];
  if (digits === undefined) return undefined;
  return Math.min(Math.max(Number(digits), -LARGEST), LARGEST);
}
