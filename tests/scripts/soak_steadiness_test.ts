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
    flaps: [{ vrid: 2, what: "10.9.0.2 was Master", tMs: 12_000, lastsMs: 500 }],
    why: "another router speaks",
  },
  {
    seen: [11_000, 11_100, 12_000].flatMap((tMs) => [
      advert(2, tMs, { source: "10.9.0.2" }),
      ...(tMs === 11_100 ? [advert(2, 11_500)] : []),
    ]).concat(STEADY.filter(({ vrid }) => vrid === 1)),
    flaps: [
      { vrid: 2, what: "10.9.0.2 was Master", tMs: 11_000, lastsMs: 500 },
      { vrid: 2, what: "10.9.0.2 was Master", tMs: 12_000, lastsMs: 2000 },
    ],
    why: "another router speaks twice, once for longer",
  },
  {
    seen: [...STEADY, advert(1, 13_000, { priority: 0 })],
    flaps: [{ vrid: 1, what: "priority 0 instead of 200", tMs: 13_000, lastsMs: 600 }],
    why: "the Master says goodbye",
  },
  {
    seen: STEADY.filter(({ vrid, tMs }) => vrid === 1 || tMs < 10_600),
    flaps: [{ vrid: 2, what: "silent for 3500 ms", tMs: 14_000, lastsMs: 3500 }],
    why: "a group falls silent until the end",
  },
  {
    seen: [
      ...STEADY.filter(({ vrid }) => vrid === 1),
      ...[10_500, 10_600, 13_900].map((tMs) => advert(2, tMs)),
      advert(2, 10_550, { source: "10.9.0.2" }),
    ],
    flaps: [
      { vrid: 2, what: "10.9.0.2 was Master", tMs: 10_550, lastsMs: 50 },
      { vrid: 2, what: "silent for 3300 ms", tMs: 13_900, lastsMs: 3300 },
    ],
    why: "another router speaks, and later nobody does",
  },
  {
    seen: STEADY.filter(({ vrid }) => vrid === 1),
    flaps: [{ vrid: 2, what: "silent for 4000 ms", tMs: 14_000, lastsMs: 4000 }],
    why: "a group never speaks",
  },
];
for (const { seen, flaps, why } of FLAPS) {
  Deno.test(`steadinessOf() tells of a flap where ${why}`, () => {
    const inOrder = seen.toSorted((a, b) => a.tMs - b.tMs);
    assert.deepEqual(steadinessOf(inOrder, WATCH).flaps, flaps);
  });
}
