import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";

/** Long enough for any take-over on a busy machine; only a test that is failing anyway waits so long. */
export const PATIENCE_MS = 30_000;

export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export interface EventuallyOptions {
  /** Says in the failure what was waited for. */
  readonly what: string;
  readonly timeoutMs?: number;
}

/** Asks `probe` until it gives something other than `undefined` or `false`, and returns that. */
export async function eventually<T>(
  probe: () => Promise<T | undefined | false> | T | undefined | false,
  options: EventuallyOptions,
): Promise<T> {
  const timeoutMs = options.timeoutMs ?? PATIENCE_MS;
  const endMs = performance.now() + timeoutMs;
  while (true) {
    const found = await probe();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > endMs) {
      throw new Error(`Waited ${timeoutMs} ms in vain for ${options.what}`);
    }
    await delay(50);
  }
}

/** Asks `probe` until it gives something deeply equal to `expected`; fails with the last difference. */
export async function settled<T>(
  probe: () => Promise<T>,
  expected: T,
  timeoutMs = PATIENCE_MS,
): Promise<void> {
  const endMs = performance.now() + timeoutMs;
  while (true) {
    const found = await probe();
    if (isDeepStrictEqual(found, expected)) return;
    if (performance.now() > endMs) return assert.deepEqual(found, expected);
    await delay(50);
  }
}
