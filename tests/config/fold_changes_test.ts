import assert from "node:assert/strict";
import fc from "fast-check";
import {
  applyChange,
  type Change,
  type Obstacle,
  type RawTable,
  type RouterPlace,
} from "../../src/config/changes.ts";
import { foldChange } from "../../src/config/fold_changes.ts";

const PLACE = { group: 1, interface: "eth0", family: 4 } as const;
const TABLE = { group: 1, interface: "eth0", vip: "10.9.0.1" };
const ROUTE = { route: "10.0.0.0/8", nh: "10.9.0.254" };

const add: Change = { what: "addRouter", table: TABLE };
const remove: Change = { what: "deleteRouter", router: PLACE };
const addRoute: Change = { what: "addRoute", table: ROUTE };
const removeRoute: Change = { what: "deleteRoute", table: ROUTE };

function set(keys: RawTable, router: RouterPlace = PLACE): Change {
  return { what: "setRouter", router, keys };
}

function setRoute(nh: string): Change {
  return { what: "setRoute", table: { ...ROUTE, nh } };
}

function fold(...changes: readonly Change[]): readonly Change[] {
  return changes.reduce<readonly Change[]>(
    (kept, latest) => foldChange(kept, { latest, obstacles: [] }),
    [],
  );
}

const ROWS: readonly {
  readonly row: string;
  readonly changes: readonly Change[];
  readonly kept: readonly Change[];
}[] = [
  {
    row: "the latest value of each key",
    changes: [set({ priority: 7 }), set({ priority: 8, accept: null }), set({ accept: true })],
    kept: [set({ priority: 8, accept: true })],
  },
  {
    row: "a default that a key was taken back to",
    changes: [set({ priority: 7 }), set({ priority: null })],
    kept: [set({ priority: null })],
  },
  {
    row: "the latest value of each timer",
    changes: [
      set({ timers: { advert: 2, garp_delay: 1 } }),
      set({ timers: { advert: 0.5 } }),
      set({ priority: 7 }),
    ],
    kept: [set({ timers: { advert: 0.5, garp_delay: 1 }, priority: 7 })],
  },
  {
    row: "what was set of a virtual router that was added, in its table",
    changes: [add, set({ priority: 7 }), set({ priority: null, accept: false })],
    kept: [{ what: "addRouter", table: { ...TABLE, accept: false } }],
  },
  {
    row: "nothing of a virtual router that was added and deleted",
    changes: [add, set({ priority: 7 }), remove],
    kept: [],
  },
  {
    row: "nothing but the end of one that the file has",
    changes: [set({ priority: 7 }), set({ accept: false }), remove],
    kept: [remove],
  },
  {
    row: "the end of the file's one and the beginning of another",
    changes: [remove, add, set({ priority: 7 }), remove, add],
    kept: [remove, add],
  },
  {
    row: "one of another family beside it",
    changes: [set({ priority: 7 }), set({ priority: 8 }, { ...PLACE, family: 6 })],
    kept: [set({ priority: 7 }), set({ priority: 8 }, { ...PLACE, family: 6 })],
  },
  {
    row: "both where one moves the virtual router",
    changes: [set({ group: 2 }), set({ priority: 7 })],
    kept: [set({ group: 2 }), set({ priority: 7 })],
  },
  {
    row: "the latest of a route",
    changes: [addRoute, setRoute("10.9.0.2"), setRoute("10.9.0.3")],
    kept: [{ what: "addRoute", table: { ...ROUTE, nh: "10.9.0.3" } }],
  },
  {
    row: "nothing of a route that was added and deleted",
    changes: [addRoute, setRoute("10.9.0.2"), removeRoute],
    kept: [],
  },
  {
    row: "the end of a route that the file has",
    changes: [setRoute("10.9.0.2"), removeRoute],
    kept: [removeRoute],
  },
];

for (const { row, changes, kept } of ROWS) {
  Deno.test(`foldChange() keeps ${row}`, () => assert.deepEqual(fold(...changes), kept));
}

Deno.test("foldChange() leaves alone what cannot be made at the moment", () => {
  // The file has got what was added, so that it is the file's that is deleted.
  const kept = foldChange([add], { latest: remove, obstacles: ["conflict"] });
  assert.deepEqual(kept, [add, remove]);
});

const place = fc.record({
  group: fc.constantFrom(1, 2),
  interface: fc.constant("eth0"),
  family: fc.constantFrom(4, 6, undefined),
});
const vip = fc.constantFrom("10.9.0.1", "10.9.0.2", "fe80::1");
const table = fc.record({
  group: fc.constantFrom(1, 2),
  interface: fc.constant("eth0"),
  vip,
  priority: fc.nat(3),
  timers: fc.constant({ advert: 2, garp_refresh: 60 }),
}, { requiredKeys: ["group", "interface", "vip"], noNullPrototype: true });
const timer = { advert: fc.constantFrom(0.5, 1), garp_delay: fc.nat(2), garp_repeat: fc.nat(2) };
const keys = fc.record({
  priority: fc.option(fc.nat(3)),
  group: fc.constantFrom(1, 2),
  vip,
  accept: fc.boolean(),
  timers: fc.option(fc.record(timer, { requiredKeys: [], noNullPrototype: true })),
}, { requiredKeys: [], noNullPrototype: true });
const route = fc.record({
  route: fc.constantFrom("10.0.0.0/8", "10.1.0.0/16"),
  nh: fc.constantFrom("10.9.0.1", "10.9.0.2"),
  metric: fc.nat(1),
}, { requiredKeys: ["route", "nh"], noNullPrototype: true });
const change: fc.Arbitrary<Change> = fc.oneof(
  table.map((table): Change => ({ what: "addRouter", table })),
  fc.tuple(place, keys).map(([router, keys]): Change => ({ what: "setRouter", router, keys })),
  place.map((router): Change => ({ what: "deleteRouter", router })),
  fc.tuple(fc.constantFrom("addRoute", "setRoute", "deleteRoute"), route)
    .map(([what, table]): Change => ({ what, table })),
);
const config = fc.record({
  vrouter: fc.uniqueArray(table, { maxLength: 3, selector: ({ group, vip }) => `${group} ${vip}` }),
  protocols: fc.record({ static: fc.array(route, { maxLength: 2 }) }, { noNullPrototype: true }),
}, { noNullPrototype: true });

function applied(file: RawTable, changes: readonly Change[]) {
  let config = file;
  const obstacles = changes.map((change): Obstacle | undefined => {
    const changed = applyChange(config, change);
    if (!changed.ok) return changed.error;
    config = changed.value;
    return undefined;
  });
  return { config, obstacles };
}

Deno.test("what foldChange() keeps has the effect of all changes, whatever becomes of the file", () => {
  const steps = fc.array(fc.tuple(change, fc.option(config)), { maxLength: 20 });
  fc.assert(
    fc.property(config, steps, (first, steps) => {
      let file: RawTable = first;
      let kept: readonly Change[] = [];
      for (const [latest, next] of steps) {
        file = next ?? file;
        const { config, obstacles } = applied(file, [...kept, latest]);
        if (obstacles.at(-1) !== undefined) continue;
        kept = foldChange(kept, { latest, obstacles });
        assert.deepEqual(applied(file, kept).config, config);
      }
    }),
    { numRuns: 2000 },
  );
});
