import assert from "node:assert/strict";
import { routerDetail } from "../../src/api/router_views.ts";
import type { RouterSnapshot } from "../../src/runtime/snapshot.ts";
import { configuredInterface, Routers } from "../../src/web/routers.js";
import { routerSnapshot, transition } from "../api/fixtures.ts";

function detail(differences: Partial<RouterSnapshot> = {}) {
  return routerDetail(routerSnapshot(differences));
}

/** A change from Backup to Master as the API tells it. */
function change(sequence: number) {
  const { transitions: [told] } = detail({ transitions: [transition(sequence)] });
  assert.ok(told);
  return told;
}

Deno.test("Routers.apply() takes over what a change of state says", () => {
  const routers = new Routers();
  routers.replace([detail({ group: 2 }), detail()]);
  const changed = routers.apply(change(3));
  assert.deepEqual([changed?.state, changed?.reason], ["Master", "masterSilent"]);
  assert.deepEqual(routers.all.map(({ state }) => state), ["Master", "Backup"]);
});

Deno.test("Routers.apply() gives nothing for a virtual router that is not there", () => {
  const routers = new Routers();
  routers.replace([detail({ group: 2 })]);
  assert.equal(routers.apply(change(3)), undefined);
});

Deno.test("Routers.apply() finds a Master on a macvlan by its configured interface", () => {
  const routers = new Routers();
  const macvlan = { virtualInterface: "vrrp4_1", transitions: [transition(1)] };
  routers.replace([detail({ ...macvlan, state: "Master" })]);
  const [master] = routers.all;
  assert.ok(master);
  assert.equal(master.interface, "vrrp4_1");
  assert.equal(configuredInterface(master), "eth0");
  assert.equal(routers.apply(change(2))?.transitions.length, 2);
});

Deno.test("Routers.put() keeps what was told since the answer was made", () => {
  const routers = new Routers();
  routers.replace([detail()]);
  routers.apply(change(3));
  routers.put(detail({ priority: 7 }));
  assert.equal(routers.all[0]?.state, "Master");
  routers.put(detail({ priority: 7, state: "Master", transitions: [transition(3)] }));
  assert.equal(routers.all[0]?.priority, 7);
});

Deno.test("Routers.put() brings nothing back that has gone", () => {
  const routers = new Routers();
  routers.put(detail());
  assert.deepEqual(routers.all, []);
});

Deno.test("Routers.replace() takes a daemon that counts from the beginning again", () => {
  const routers = new Routers();
  routers.replace([detail({ transitions: [transition(900)] })]);
  routers.replace([detail({ transitions: [transition(1)], priority: 7 })]);
  assert.equal(routers.all[0]?.priority, 7);
});
