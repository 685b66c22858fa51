import assert from "node:assert/strict";
import { lines, loadValue, resolved, ROUTER } from "./support.ts";

const FIRST = { ...ROUTER, sync_group: "uplinks" };
const SECOND = { ...FIRST, interface: "eth1", vip: "10.10.0.1" };

Deno.test("checkSyncGroups() has nothing to say about members of one priority", () => {
  const loaded = loadValue({ vrouter: [FIRST, SECOND] });
  assert.deepEqual(loaded.warnings, []);
  const groups = resolved(loaded).routers.map(({ protocol }) => protocol.syncGroup);
  assert.deepEqual(groups, ["uplinks", "uplinks"]);
});

Deno.test("checkSyncGroups() warns of members with different priorities", () => {
  const { faults, warnings } = loadValue({ vrouter: [FIRST, { ...SECOND, priority: 150 }] });
  assert.deepEqual(faults, []);
  assert.deepEqual(lines(warnings), [
    'rvrrpd.conf:1: vrouter[1].priority: 150 differs from 100 of vrouter[0], which is in sync group "uplinks" too (one priority for all members)',
  ]);
});

Deno.test("checkSyncGroups() leaves different groups their own priorities", () => {
  const others = [FIRST, SECOND].map((router, index) => ({
    ...router,
    group: 2,
    vip: `10.11.${index}.1`,
    priority: 150,
    sync_group: "downlinks",
    vmac: false,
  }));
  assert.deepEqual(loadValue({ vrouter: [FIRST, SECOND, ...others] }).warnings, []);
});

Deno.test("checkSyncGroups() warns of a group of one, unless a member may be among what is wrong", () => {
  const alone = loadValue({ vrouter: [FIRST, { ...SECOND, sync_group: "uplink" }] });
  assert.deepEqual(alone.warnings.map(({ path }) => path), [
    "vrouter[0].sync_group",
    "vrouter[1].sync_group",
  ]);
  const wrong = loadValue({ vrouter: [FIRST, { ...SECOND, sync_group: 1 }] });
  assert.deepEqual(wrong.warnings, []);
});

Deno.test("a virtual router without sync_group is on its own", () => {
  const [router] = resolved(loadValue({ vrouter: [ROUTER] })).routers;
  assert.ok(router && !("syncGroup" in router.protocol));
});
