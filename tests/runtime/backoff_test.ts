import assert from "node:assert/strict";
import { Backoff } from "../../src/runtime/backoff.ts";

/** Says that it is missing from `nowMs` on until it may be put back; gives when that was. */
function putBackAt(backoff: Backoff, nowMs: number): number {
  assert.equal(backoff.take(nowMs), undefined, "never in the moment itself");
  const { dueMs } = backoff;
  assert.equal(backoff.take(dueMs - 1), undefined, "not before its time");
  assert.equal(backoff.take(dueMs), dueMs - nowMs);
  assert.equal(backoff.dueMs, Infinity);
  return dueMs;
}

Deno.test("Backoff waits a moment first, then ever longer, up to some seconds", () => {
  const backoff = new Backoff();
  let nowMs = 1000;
  const delays = Array.from({ length: 10 }, () => {
    const dueMs = putBackAt(backoff, nowMs);
    const delayMs = dueMs - nowMs;
    nowMs = dueMs + 1;
    return delayMs;
  });
  assert.deepEqual(delays, [20, 100, 200, 400, 800, 1600, 3200, 6400, 6400, 6400]);
});

Deno.test("Backoff begins anew after a time of quiet", () => {
  const backoff = new Backoff();
  const firstMs = putBackAt(backoff, 0);
  const secondMs = putBackAt(backoff, firstMs + 29_999);
  assert.equal(secondMs - (firstMs + 29_999), 100);
  const laterMs = secondMs + 30_000;
  assert.equal(putBackAt(backoff, laterMs) - laterMs, 20);
});

Deno.test("Backoff has nothing due after settle(), and has not forgotten how often it was", () => {
  const backoff = new Backoff();
  const firstMs = putBackAt(backoff, 0);
  backoff.take(firstMs + 1);
  backoff.settle();
  assert.equal(backoff.dueMs, Infinity);
  const againMs = firstMs + 50;
  assert.equal(putBackAt(backoff, againMs) - againMs, 100);
});
