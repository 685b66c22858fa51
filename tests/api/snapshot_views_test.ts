import assert from "node:assert/strict";
import {
  allRowsText,
  oncePer,
  routersNamed,
  routersOfGroup,
} from "../../src/api/snapshot_views.ts";
import type { Snapshot } from "../../src/runtime/snapshot.ts";
import { PROCESS, routerSnapshot, settings } from "./fixtures.ts";

const SNAPSHOT: Snapshot = {
  process: PROCESS,
  routers: [
    routerSnapshot(),
    routerSnapshot({ group: 2, virtualInterface: "standby2" }),
    routerSnapshot({ family: 6 }),
  ],
};

Deno.test("oncePer() makes one value for each key, undefined too", () => {
  const keys: object[] = [];
  const of = oncePer((key: object) => void keys.push(key));
  const [one, other] = [{}, {}];
  for (const key of [one, other, one, other]) of(key);
  assert.deepEqual(keys.map((key) => key === one), [true, false]);
});

Deno.test("allRowsText() follows the snapshot and the settings", () => {
  const origins = (differences = {}, snapshot = SNAPSHOT) =>
    (JSON.parse(allRowsText(snapshot, settings(differences))) as { readonly origin?: string }[])
      .map(({ origin }) => origin);
  const changedRouters = [{ group: 2, interface: "eth0" }];
  assert.deepEqual(origins(), [undefined, undefined, undefined]);
  assert.deepEqual(origins({ changedRouters }), [undefined, "api", undefined]);
  assert.deepEqual(origins({}, { ...SNAPSHOT, routers: [] }), []);
});

Deno.test("routersOfGroup() and routersNamed() find by group, either interface and family", () => {
  const [first, second, third] = SNAPSHOT.routers;
  assert.deepEqual(routersOfGroup(SNAPSHOT, 1), [first, third]);
  assert.deepEqual(routersOfGroup(SNAPSHOT, 3), []);
  assert.deepEqual(routersNamed(SNAPSHOT, { group: 1, interface: "eth0" }), [first, third]);
  assert.deepEqual(routersNamed(SNAPSHOT, { group: 1, interface: "eth0", family: 6 }), [third]);
  assert.deepEqual(routersNamed(SNAPSHOT, { group: 2, interface: "standby2" }), [second]);
  assert.deepEqual(routersNamed(SNAPSHOT, { group: 2, interface: "eth1" }), []);
});
