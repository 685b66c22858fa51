import assert from "node:assert/strict";
import { countHeard, newCounters } from "../../src/vrrp/counters.ts";
import type { HeardAdvert } from "../../src/vrrp/types.ts";
import { heard } from "./fixtures.ts";

const ROWS: readonly { why: string; advert: Partial<HeardAdvert>; counts: object }[] = [
  { why: "one like our own", advert: {}, counts: {} },
  { why: "one that leaves", advert: { priority: 0 }, counts: { receivedLeaving: 1 } },
  { why: "one of another interval", advert: { intervalMs: 10 }, counts: { intervalDiffers: 1 } },
  {
    why: "one summed up with a pseudo-header",
    advert: { checksumForm: "rfc5798" },
    counts: { checksumRfc5798: 1 },
  },
  {
    why: "one summed up without it",
    advert: { checksumForm: "rfc9568" },
    counts: { checksumRfc9568: 1 },
  },
];

for (const { why, advert, counts } of ROWS) {
  Deno.test(`countHeard() counts ${why}, and nothing else`, () => {
    const counters = newCounters();
    countHeard(counters, heard(advert), 1000);
    assert.deepEqual(counters, { ...newCounters(), received: 1, ...counts });
  });
}
