import assert from "node:assert/strict";
import { type Stall, stoodStillMs } from "../../scripts/soak_run/witness.ts";

const STALLS: readonly Stall[] = [
  { processor: 0, endMs: 1000, lastsMs: 10 },
  { processor: 0, endMs: 1020, lastsMs: 15 },
  { processor: 1, endMs: 1030, lastsMs: 20 },
  { processor: 1, endMs: 2000, lastsMs: 70 },
];

const CASES = [
  { tMs: 1030, expected: 25, why: "the sum on the processor where it is longest" },
  { tMs: 1060, expected: 10, why: "what was over long before does not count, nor half of another" },
  { tMs: 1950, expected: 20, why: "of what goes on at that time what is over counts" },
  { tMs: 1900, expected: 0, why: "what comes later does not" },
];
for (const { tMs, expected, why } of CASES) {
  Deno.test(`stoodStillMs(): ${why}`, () => {
    assert.equal(stoodStillMs(STALLS, { tMs, windowMs: 40 }), expected);
  });
}
