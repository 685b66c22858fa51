import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";

/** Long enough for any take-over on a busy machine; only a test that is failing anyway waits so long. */
export const PATIENCE_MS = 30_000;

/** Of a time in which the whole machine stood still, no more than this counts as waited. */
const SLICE_MS = 250;
const PROBE_EVERY_MS = 50;
/** No probe takes longer by itself. */
const LONGEST_PROBE_MS = 5000;

/**
 * Calls `act` after `ms` in which the machine ran, and gives what calls it off. A virtual machine may
 * be stopped for a minute: a timer of that length would be over before anybody else had a turn.
 */
export function afterPatience(ms: number, act: () => void): () => void {
  let leftMs = ms;
  const wait = () => {
    leftMs -= SLICE_MS;
    if (leftMs < 0) act();
    else timer = setTimeout(wait, SLICE_MS);
  };
  let timer = setTimeout(wait, Math.min(ms, SLICE_MS));
  return () => clearTimeout(timer);
}

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
  for (let waitedMs = 0;;) {
    const startMs = performance.now();
    const found = await probe();
    if (found !== undefined && found !== false) return found;
    if (waitedMs > timeoutMs) {
      throw new Error(`Waited ${timeoutMs} ms in vain for ${options.what}`);
    }
    await delay(PROBE_EVERY_MS);
    waitedMs += Math.min(performance.now() - startMs, LONGEST_PROBE_MS);
  }
}

/** Asks `probe` until it gives something deeply equal to `expected`; fails with the last difference. */
export async function settled<T>(
  probe: () => Promise<T>,
  expected: T,
  timeoutMs = PATIENCE_MS,
): Promise<void> {
  for (let waitedMs = 0;;) {
    const startMs = performance.now();
    const found = await probe();
    if (isDeepStrictEqual(found, expected)) return;
    if (waitedMs > timeoutMs) return assert.deepEqual(found, expected);
    await delay(PROBE_EVERY_MS);
    waitedMs += Math.min(performance.now() - startMs, LONGEST_PROBE_MS);
  }
}
