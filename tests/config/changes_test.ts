import assert from "node:assert/strict";
import { applyChange, type Change, type RawTable } from "../../src/config/changes.ts";
import { loadConfig } from "../../src/config/load.ts";

const TIMERS = { advert: 2, garp_delay: 9 };
const ONE = { group: 1, interface: "eth0", vip: "10.9.0.1", priority: 5, timers: TIMERS };
const SIX = { group: 1, interface: "eth0", vip: ["fe80::1"], version: 3 };
const ROUTE = { route: "10.0.0.0/8", nh: "10.9.0.254" };
const CONFIG = { debug: 0, vrouter: [ONE, SIX], protocols: { static: [ROUTE] } };
const PLACE = { group: 1, interface: "eth0" };
const FOUR = { ...PLACE, family: 4 } as const;

const MADE: readonly {
  readonly row: string;
  readonly change: Change;
  readonly gives: RawTable;
}[] = [
  {
    row: "a virtual router is added at the end",
    change: { what: "addRouter", table: { ...ONE, group: 2 } },
    gives: { vrouter: [ONE, SIX, { ...ONE, group: 2 }] },
  },
  {
    row: "keys are set, and null takes one away",
    change: { what: "setRouter", router: FOUR, keys: { priority: null, accept: false } },
    gives: {
      vrouter: [
        { group: 1, interface: "eth0", vip: "10.9.0.1", timers: TIMERS, accept: false },
        SIX,
      ],
    },
  },
  {
    row: "a timer is set beside the others",
    change: { what: "setRouter", router: FOUR, keys: { timers: { advert: 0.5 } } },
    gives: { vrouter: [{ ...ONE, timers: { garp_delay: 9, advert: 0.5 } }, SIX] },
  },
  {
    row: "null takes all timers away",
    change: { what: "setRouter", router: FOUR, keys: { timers: null } },
    gives: { vrouter: [{ group: 1, interface: "eth0", vip: "10.9.0.1", priority: 5 }, SIX] },
  },
  {
    row: "the family tells two of one place apart",
    change: { what: "deleteRouter", router: { ...PLACE, family: 6 } },
    gives: { vrouter: [ONE] },
  },
  {
    row: "a route of another metric is another route",
    change: { what: "addRoute", table: { ...ROUTE, metric: 5 } },
    gives: { protocols: { static: [ROUTE, { ...ROUTE, metric: 5 }] } },
  },
  {
    row: "a route gets another next hop",
    change: { what: "setRoute", table: { ...ROUTE, nh: "10.9.0.253" } },
    gives: { protocols: { static: [{ ...ROUTE, nh: "10.9.0.253" }] } },
  },
  {
    row: "a route is removed whatever its next hop",
    change: { what: "deleteRoute", table: { ...ROUTE, nh: "10.9.0.253" } },
    gives: { protocols: { static: [] } },
  },
];

for (const { row, change, gives } of MADE) {
  Deno.test(`applyChange(): ${row}`, () => {
    const before = structuredClone(CONFIG);
    assert.deepEqual(applyChange(CONFIG, change), { ok: true, value: { ...CONFIG, ...gives } });
    assert.deepEqual(CONFIG, before);
  });
}

const REFUSED: readonly { readonly change: Change; readonly why: string }[] = [
  { change: { what: "addRouter", table: ONE }, why: "conflict" },
  { change: { what: "setRouter", router: { ...PLACE, group: 2 }, keys: {} }, why: "missing" },
  { change: { what: "deleteRouter", router: { ...PLACE, interface: "eth1" } }, why: "missing" },
  { change: { what: "setRouter", router: PLACE, keys: { priority: 7 } }, why: "ambiguous" },
  { change: { what: "deleteRouter", router: PLACE }, why: "ambiguous" },
  { change: { what: "addRoute", table: ROUTE }, why: "conflict" },
  { change: { what: "setRoute", table: { ...ROUTE, metric: 1 } }, why: "missing" },
  { change: { what: "deleteRoute", table: { ...ROUTE, route: "10.0.0.0/9" } }, why: "missing" },
];

for (const { change, why } of REFUSED) {
  Deno.test(`applyChange() finds ${change.what} of ${JSON.stringify(change)} ${why}`, () => {
    assert.deepEqual(applyChange(CONFIG, change), { ok: false, error: why });
  });
}

Deno.test("applyChange() begins with a configuration of nothing", () => {
  assert.deepEqual(applyChange({}, { what: "addRoute", table: ROUTE }), {
    ok: true,
    value: { protocols: { static: [ROUTE] } },
  });
});

Deno.test("loadConfig() makes changes in their order and says what stands against each", () => {
  const text = JSON.stringify({ vrouter: [ONE] });
  const { config, obstacles, faults } = loadConfig({
    text,
    fileName: "x.json",
    changes: [
      { what: "setRouter", router: PLACE, keys: { priority: 7 } },
      { what: "deleteRouter", router: { ...PLACE, group: 9 } },
      { what: "addRouter", table: { ...ONE, group: 2, interface: "eth1" } },
    ],
  });
  assert.deepEqual([faults, obstacles], [[], [undefined, "missing", undefined]]);
  assert.deepEqual(config?.routers.map(({ protocol }) => protocol.priority), [7, 5]);
});

Deno.test("loadConfig() checks what changes have made of a configuration", () => {
  const { config, faults } = loadConfig({
    text: JSON.stringify({ vrouter: [ONE] }),
    fileName: "x.json",
    changes: [{ what: "setRouter", router: PLACE, keys: { priority: 300 } }],
  });
  assert.equal(config, undefined);
  assert.deepEqual(faults.map(({ path }) => path), ["vrouter[0].priority"]);
});
