import assert from "node:assert/strict";
import { type Reading, type Share, shareOf } from "../../../src/runtime/tracking/share.ts";

const NOTHING: Share = { adjustment: 0, fails: false, awaited: false };

const ROWS: readonly {
  readonly what: string;
  readonly reading: Reading | undefined;
  readonly weight: number;
  readonly share: Partial<Share>;
}[] = [
  { what: "a positive weight while up", reading: true, weight: 20, share: { adjustment: 20 } },
  { what: "no positive weight while down", reading: false, weight: 20, share: {} },
  { what: "no negative weight while up", reading: true, weight: -20, share: {} },
  { what: "a negative weight while down", reading: false, weight: -20, share: { adjustment: -20 } },
  { what: "nothing while up without a weight", reading: true, weight: 0, share: {} },
  {
    what: "a failure while down without a weight",
    reading: false,
    weight: 0,
    share: { fails: true },
  },
  { what: "nothing before the first reading", reading: undefined, weight: -20, share: {} },
  {
    what: "a wait before the first reading without a weight",
    reading: undefined,
    weight: 0,
    share: { awaited: true },
  },
  { what: "a number times its weight", reading: 12, weight: -2, share: { adjustment: -24 } },
  { what: "nothing for the number 0", reading: 0, weight: -2, share: {} },
  { what: "a product of 253 as it is", reading: 253, weight: 1, share: { adjustment: 253 } },
  { what: "a larger product as 253", reading: 254, weight: 100, share: { adjustment: 253 } },
  { what: "a product of -253 as it is", reading: -253, weight: 1, share: { adjustment: -253 } },
  { what: "a failure for a smaller product", reading: -254, weight: 1, share: { fails: true } },
  { what: "nothing for 0 without a weight", reading: 0, weight: 0, share: {} },
  { what: "a failure for 1 without a weight", reading: 1, weight: 0, share: { fails: true } },
  { what: "a failure for -1 without a weight", reading: -1, weight: 0, share: { fails: true } },
];

for (const { what, reading, weight, share } of ROWS) {
  Deno.test(`shareOf() gives ${what}`, () => {
    assert.deepEqual(shareOf(reading, weight), { ...NOTHING, ...share });
  });
}
