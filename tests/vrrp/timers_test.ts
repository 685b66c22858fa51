import assert from "node:assert/strict";
import { effectivePriority, masterDownMs, nextAdvertMs, skewMs } from "../../src/vrrp/timers.ts";
import { config } from "./fixtures.ts";

/** In integers, so that no rounding of doubles is shared with the code: floor(x + 1/2). */
function halfUp(numerator: number, denominator: number): number {
  return Number((2n * BigInt(numerator) + BigInt(denominator)) / (2n * BigInt(denominator)));
}

Deno.test("skewMs() in version 2 is (256 − priority) / 256 s for every priority, half up [S6 demands]", () => {
  for (let priority = 1; priority <= 255; priority++) {
    const expected = halfUp((256 - priority) * 1000, 256);
    for (const intervalMs of [1000, 255_000]) {
      assert.equal(skewMs({ version: 2, priority, intervalMs }), expected, `priority ${priority}`);
    }
  }
});

Deno.test("skewMs() rounds an exact half up", () => {
  // 16 × 1000 / 256 = 62.5
  assert.equal(skewMs({ version: 2, priority: 240, intervalMs: 1000 }), 63);
});

Deno.test("skewMs() in version 3 is a share of the Master's interval for every priority [S6 demands]", () => {
  for (const intervalMs of [10, 1000, 40_950]) {
    for (let priority = 1; priority <= 255; priority++) {
      const expected = halfUp((256 - priority) * intervalMs, 256);
      assert.equal(skewMs({ version: 3, priority, intervalMs }), expected, `priority ${priority}`);
    }
  }
});

Deno.test("skewMs() never grows with the priority [S6 forbids]", () => {
  for (let priority = 2; priority <= 255; priority++) {
    const less = skewMs({ version: 2, priority: priority - 1, intervalMs: 1000 });
    assert.ok(skewMs({ version: 2, priority, intervalMs: 1000 }) < less, `priority ${priority}`);
  }
});

const MASTER_DOWN = [
  { version: 2, priority: 100, intervalMs: 1000, expected: 3609 },
  { version: 2, priority: 254, intervalMs: 1000, expected: 3008 },
  { version: 2, priority: 255, intervalMs: 1000, expected: 3004 },
  { version: 2, priority: 1, intervalMs: 1000, expected: 3996 },
  { version: 2, priority: 100, intervalMs: 255_000, expected: 765_609 },
  { version: 3, priority: 100, intervalMs: 1000, expected: 3609 },
  { version: 3, priority: 100, intervalMs: 10, expected: 36 },
] as const;

for (const { expected, ...input } of MASTER_DOWN) {
  const { version, priority, intervalMs } = input;
  Deno.test(`masterDownMs() is ${expected} for v${version}, ${priority}, ${intervalMs} ms`, () => {
    assert.equal(masterDownMs(input), expected);
  });
}

const SCHEDULE = [
  {
    intervalMs: 1000,
    nowMs: 0,
    expected: 1000,
    why: "an instant of the schedule is not its own next",
  },
  {
    intervalMs: 1000,
    nowMs: 999.999,
    expected: 1000,
    why: "fractions are cut only by the schedule",
  },
  { intervalMs: 1000, nowMs: 1000, expected: 2000, why: "a call on time moves on by one interval" },
  {
    intervalMs: 1000,
    nowMs: 1000.4,
    expected: 2000,
    why: "a call a little late does not shift it",
  },
  { intervalMs: 1000, nowMs: 3700, expected: 4000, why: "missed instants are not made up for" },
  { intervalMs: 3000, nowMs: 100_250, expected: 102_000, why: "the phase is the clock's" },
];

for (const { why, expected, intervalMs, nowMs } of SCHEDULE) {
  Deno.test(`nextAdvertMs(): ${why}`, () => {
    assert.equal(nextAdvertMs(intervalMs, nowMs), expected);
  });
}

Deno.test("effectivePriority() is 255 for an owner, whatever is configured or tracked [W8a demands]", () => {
  for (const adjustment of [-253, 0, 253]) {
    const state = { adjustment, facts: { owner: true } };
    assert.equal(effectivePriority(config({ priority: 1 }), state), 255);
  }
});

const ADJUSTED = [
  { priority: 100, adjustment: 0, effective: 100, why: "nothing tracked changes nothing" },
  { priority: 100, adjustment: -30, effective: 70, why: "weights are added" },
  { priority: 100, adjustment: 30, effective: 130, why: "positive ones too" },
  { priority: 100, adjustment: -99, effective: 1, why: "1 is within the range" },
  { priority: 100, adjustment: -100, effective: 1, why: "0 would mean that we leave" },
  { priority: 100, adjustment: -5000, effective: 1, why: "no sum goes below 1" },
  { priority: 254, adjustment: 1, effective: 254, why: "255 is for owners" },
  { priority: 1, adjustment: 5000, effective: 254, why: "no sum goes above 254" },
];

for (const { priority, adjustment, effective, why } of ADJUSTED) {
  Deno.test(`effectivePriority() of ${priority} and ${adjustment}: ${why}`, () => {
    assert.equal(effectivePriority(config({ priority }), { adjustment }), effective);
    const state = { adjustment, facts: { owner: false } };
    assert.equal(effectivePriority(config({ priority }), state), effective);
  });
}
