import assert from "node:assert/strict";
import fc from "fast-check";
import {
  afterAdvert,
  afterSolicitation,
  begin,
} from "../../../src/runtime/router_adverts/schedule.ts";

const NOW_MS = 1_000_000;

Deno.test("begin() is due at once, but never within three seconds of the last one", () => {
  assert.equal(begin(NOW_MS, -Infinity).dueMs, NOW_MS);
  assert.equal(begin(NOW_MS, NOW_MS - 1000).dueMs, NOW_MS + 2000);
  assert.equal(begin(NOW_MS, NOW_MS - 4000).dueMs, NOW_MS);
});

Deno.test("afterAdvert() sends three within 32 seconds, then one in 200 to 600", () => {
  for (
    const { random, intervalMs } of [
      { random: 0, intervalMs: 200_000 },
      { random: 0.5, intervalMs: 400_000 },
      { random: 0.999_999, intervalMs: 599_999.6 },
    ]
  ) {
    let schedule = begin(NOW_MS, -Infinity);
    const gaps: number[] = [];
    for (let count = 0; count < 5; count++) {
      const { dueMs } = schedule;
      schedule = afterAdvert(schedule, dueMs, random);
      gaps.push(schedule.dueMs - dueMs);
    }
    assert.deepEqual(gaps.slice(0, 2), [16_000, 16_000]);
    for (const gap of gaps.slice(2)) assert.ok(Math.abs(gap - intervalMs) < 1, `${gap}`);
  }
});

Deno.test("afterSolicitation() answers within half a second, or with what is due before that", () => {
  const quiet = { dueMs: NOW_MS + 300_000, lastMs: NOW_MS - 100_000, initial: 0 };
  assert.equal(afterSolicitation(quiet, NOW_MS, 0.5).dueMs, NOW_MS + 250);
  const justSent = { ...quiet, lastMs: NOW_MS - 1000 };
  assert.equal(afterSolicitation(justSent, NOW_MS, 0.5).dueMs, NOW_MS + 2250);
  const soon = { ...quiet, dueMs: NOW_MS + 100 };
  assert.deepEqual(afterSolicitation(soon, NOW_MS, 0.5), soon);
});

Deno.test("a schedule keeps three seconds between any two, whatever hosts ask and whoever is Master", () => {
  const event = fc.record({
    what: fc.constantFrom("due", "asked", "again"),
    waitMs: fc.integer({ min: 0, max: 20_000 }),
    random: fc.double({ min: 0, max: 0.999_999, noNaN: true }),
  });
  fc.assert(fc.property(fc.array(event), (events) => {
    let nowMs = NOW_MS;
    let schedule = begin(nowMs, -Infinity);
    let lastMs = -Infinity;
    for (const { what, waitMs, random } of events) {
      nowMs += waitMs;
      if (what === "asked") schedule = afterSolicitation(schedule, nowMs, random);
      else if (what === "again") schedule = begin(nowMs, schedule.lastMs);
      if (schedule.dueMs > nowMs) continue;
      assert.ok(nowMs - lastMs >= 3000, `${nowMs - lastMs} ms`);
      lastMs = nowMs;
      schedule = afterAdvert(schedule, nowMs, random);
      assert.ok(schedule.dueMs - nowMs <= 600_000);
    }
  }));
});
