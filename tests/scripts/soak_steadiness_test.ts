import assert from "node:assert/strict";
import { steadinessOf, type Watch } from "../../scripts/soak_run/steadiness.ts";
import type { SeenAdvert } from "../support/traffic.ts";

const WATCH: Watch = {
  master: "10.9.0.1",
  priority: 200,
  vrids: [1, 2],
  fromMs: 10_000,
  toMs: 14_000,
  masterDownMs: 3200,
};

function advert(vrid: number, tMs: number, differences: Partial<SeenAdvert> = {}): SeenAdvert {
  const common = { priority: 200, authType: 0, addresses: [], sourceMac: "02:00:00:00:00:01" };
  const destination = "224.0.0.18";
  return { ...common, destination, vrid, tMs, source: "10.9.0.1", ...differences };
}

const STEADY = [1, 2].flatMap((vrid) =>
  [10_500, 11_500, 12_500, 13_600].map((tMs) => advert(vrid, tMs))
);

Deno.test("steadinessOf() counts what lies in the watch, and its longest gap", () => {
  const seen = [
    ...STEADY,
    advert(1, 9999, { source: "10.9.0.2" }),
    advert(2, 14_000, { priority: 0 }),
  ];
  assert.deepEqual(steadinessOf(seen, WATCH), { adverts: 8, longestGapMs: 1100, flaps: [] });
});

const FLAPS = [
  {
    seen: [...STEADY, advert(2, 12_000, { source: "10.9.0.2", priority: 100 })],
    flap: "group 2: 10.9.0.2 was Master",
    why: "another router speaks",
  },
  {
    seen: [...STEADY, advert(1, 13_000, { priority: 0 })],
    flap: "group 1: priority 0 instead of 200",
    why: "the Master says goodbye",
  },
  {
    seen: STEADY.filter(({ vrid, tMs }) => vrid === 1 || tMs < 10_600),
    flap: "group 2: silent for 3500 ms",
    why: "a group falls silent until the end",
  },
  {
    seen: STEADY.filter(({ vrid }) => vrid === 1),
    flap: "group 2: silent for 4000 ms",
    why: "a group never speaks",
  },
];
for (const { seen, flap, why } of FLAPS) {
  Deno.test(`steadinessOf() tells of a flap where ${why}`, () => {
    assert.deepEqual(steadinessOf(seen, WATCH).flaps, [flap]);
  });
}
