import assert from "node:assert/strict";
import { NotMeasurable } from "../../scripts/benchmark/not_measurable.ts";
import { takeOvers } from "../../scripts/benchmark/take_over.ts";
import type { SeenAdvert, SeenClaim } from "../support/traffic.ts";

const OLD = "10.9.0.1";
const NEW = "10.9.0.2";
const CHANGE = { from: OLD, to: NEW, waitMs: 3600, vrids: [1, 2] };
const ADDRESSES: Readonly<Record<number, readonly string[]>> = {
  1: ["10.9.1.1"],
  2: ["10.9.1.2", "10.9.2.2"],
};

function advert(tMs: number, vrid: number, source: string): SeenAdvert {
  const addresses = ADDRESSES[vrid] ?? [];
  return {
    tMs,
    vrid,
    priority: 100,
    authType: 0,
    addresses,
    source,
    sourceMac: "",
    destination: "224.0.0.18",
  };
}

function claim(tMs: number, address: string): SeenClaim {
  return { tMs, address, mac: "" };
}

const ADVERTS = [
  advert(100, 1, OLD),
  advert(101, 2, OLD),
  advert(1100, 1, OLD),
  advert(1101, 2, OLD),
  advert(4700, 2, NEW),
  advert(4705, 1, NEW),
  advert(5700, 2, NEW),
  advert(5705, 1, NEW),
];
const CLAIMS = [
  claim(150, "10.9.1.1"),
  claim(4706, "10.9.1.2"),
  claim(4707, "10.9.1.1"),
  claim(4708, "10.9.2.2"),
  claim(4709, "10.9.1.2"),
  claim(4710, "10.9.2.2"),
];

Deno.test("takeOvers() counts from each Master's last advertisement, also where the Backup is early", () => {
  assert.deepEqual(takeOvers({ adverts: ADVERTS, claims: CLAIMS }, CHANGE), [
    { vrid: 1, dueMs: 4700, advertMs: 4705, announcedMs: 4707 },
    { vrid: 2, dueMs: 4701, advertMs: 4700, announcedMs: 4708 },
  ]);
});

Deno.test("takeOvers() passes over what the Backup sent before the Master's last word", () => {
  const adverts = [advert(50, 1, NEW), ...ADVERTS];
  const [first] = takeOvers({ adverts, claims: CLAIMS }, { ...CHANGE, vrids: [1] });
  assert.equal(first?.advertMs, 4705);
});

const INCOMPLETE = [
  {
    why: "a group that the Backup never advertised",
    adverts: ADVERTS.filter(({ vrid, source }) => vrid !== 2 || source !== NEW),
    claims: CLAIMS,
  },
  {
    why: "a group that the Master never advertised",
    adverts: ADVERTS.filter(({ vrid, source }) => vrid !== 2 || source !== OLD),
    claims: CLAIMS,
  },
  {
    why: "an address that was not announced",
    adverts: ADVERTS,
    claims: CLAIMS.filter(({ address }) => address !== "10.9.2.2"),
  },
];
for (const { why, ...seen } of INCOMPLETE) {
  Deno.test(`takeOvers() names ${why}`, () => {
    const expected = {
      name: "NotMeasurable",
      message: "1 of 2 virtual routers were not taken over and announced: 2",
    };
    assert.throws(() => takeOvers(seen, CHANGE), expected);
  });
}

Deno.test("takeOvers() lists no more than ten", () => {
  const vrids = Array.from({ length: 12 }, (_, index) => index + 1);
  assert.throws(
    () => takeOvers({ adverts: [], claims: [] }, { ...CHANGE, vrids }),
    (error) => error instanceof NotMeasurable && error.message.endsWith(" 9, 10 and so on"),
  );
});
