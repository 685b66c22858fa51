import assert from "node:assert/strict";
import { intervalErrorsMs } from "../../scripts/benchmark/intervals.ts";

Deno.test("intervalErrorsMs() compares each group with itself, early and late alike", () => {
  const adverts = [
    { vrid: 1, tMs: 10 },
    { vrid: 2, tMs: 500 },
    { vrid: 1, tMs: 1008 },
    { vrid: 2, tMs: 1500 },
    { vrid: 1, tMs: 2011 },
  ];
  assert.deepEqual(intervalErrorsMs(adverts, 1000), [2, 0, 3]);
});

Deno.test("intervalErrorsMs() of one advertisement is empty", () => {
  assert.deepEqual(intervalErrorsMs([{ vrid: 1, tMs: 10 }], 1000), []);
});
