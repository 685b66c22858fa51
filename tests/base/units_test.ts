import assert from "node:assert/strict";
import { MS_PER_CS, MS_PER_S, wholeMs } from "../../src/base/units.ts";

const ROUNDED = [
  { ms: 0, whole: 0 },
  { ms: 609.375, whole: 609 },
  { ms: 3.5, whole: 4 },
  { ms: 2.5, whole: 3 },
  { ms: 3.4999, whole: 3 },
  { ms: 3609.9, whole: 3610 },
];

for (const { ms, whole } of ROUNDED) {
  Deno.test(`wholeMs() rounds ${ms} to ${whole}`, () => assert.equal(wholeMs(ms), whole));
}

Deno.test("A second has a hundred centiseconds", () => {
  assert.equal(MS_PER_S, 100 * MS_PER_CS);
});
