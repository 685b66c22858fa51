import assert from "node:assert/strict";
import fc from "fast-check";
import { median, percentile, spreadOf } from "../../scripts/benchmark/statistics.ts";

const PERCENTILES = [
  { values: [7], percent: 50, expected: 7, why: "one value is every percentile" },
  { values: [4, 1, 3, 2], percent: 50, expected: 2, why: "the lower of the middle two" },
  { values: [10, 9, 100], percent: 50, expected: 10, why: "numbers are not sorted as text" },
  { values: [3, 1, 2], percent: 0, expected: 1, why: "0 is the least" },
  { values: [3, 1, 2], percent: 100, expected: 3, why: "100 is the greatest" },
  { values: [-2, -1, -3], percent: 100, expected: -1, why: "negative values keep their order" },
];
for (const { values, percent, expected, why } of PERCENTILES) {
  Deno.test(`percentile(): ${why}`, () => assert.equal(percentile(values, percent), expected));
}

Deno.test("percentile() of 255 values at 99 leaves the two greatest out", () => {
  const values = Array.from({ length: 255 }, (_, index) => index + 1);
  assert.equal(percentile(values, 99), 253);
});

Deno.test("percentile() is a value that as many as asked for do not exceed", () => {
  const values = fc.array(fc.integer(), { minLength: 1 });
  fc.assert(fc.property(values, fc.integer({ min: 0, max: 100 }), (values, percent) => {
    const found = percentile(values, percent);
    assert.ok(values.includes(found));
    assert.ok(values.filter((value) => value <= found).length >= (percent / 100) * values.length);
    assert.ok(values.filter((value) => value < found).length <= (percent / 100) * values.length);
  }));
});

Deno.test("percentile() throws without values", () => {
  assert.throws(() => percentile([], 50), RangeError);
});

Deno.test("median() is the middle value, or the mean of the middle two", () => {
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([4, 1, 3, 2]), 2.5);
});

Deno.test("spreadOf() says early and late ends of the same values", () => {
  assert.deepEqual(spreadOf([3, -1, 2]), { least: -1, p50: 2, p99: 3, worst: 3 });
});
