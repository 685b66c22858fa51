import assert from "node:assert/strict";
import { Batch } from "../../src/runtime/batch.ts";
import type { Router } from "../../src/runtime/router.ts";
import { SyncGroups } from "../../src/runtime/sync_groups.ts";
import { facts } from "../vrrp/fixtures.ts";
import { NOW_MS, PaperLog, router } from "./fixtures.ts";

const READY = { kind: "linkReady", facts: facts() } as const;
const DOWN = { kind: "linkFault", reason: "interfaceDown" } as const;
const TIMER = { kind: "timer" } as const;

function member(interfaceName: string, syncGroup?: string): Router {
  const protocol = syncGroup === undefined ? {} : { syncGroup };
  return router({ interface: interfaceName, protocol });
}

function names(routers: readonly Router[]): string {
  return routers.map(({ state }) => state.name).join(" ");
}

/** Two Masters of one group, and one of no group. */
function scene() {
  const log = new PaperLog();
  const routers = [member("eth0", "a"), member("eth1", "a"), member("eth2")];
  const groups = new SyncGroups({ routers, log });
  for (const event of [READY, TIMER]) {
    for (const one of routers) one.step(event, NOW_MS + 3609 * (event === TIMER ? 1 : 0));
    groups.settle(new Batch(), NOW_MS);
  }
  return { log, routers, groups };
}

Deno.test("SyncGroups.settle() moves the members of a group and nobody else", () => {
  const { routers, groups } = scene();
  assert.equal(names(routers), "Master Master Master");
  const batch = new Batch();
  for (const action of routers.slice(0, 1)) batch.add(action, action.step(DOWN, NOW_MS + 5000));
  groups.settle(batch, NOW_MS + 5000);
  assert.equal(names(routers), "Fault Fault Master");
  assert.deepEqual(batch.adverts.map(({ router, priority }) => [router, priority]), [
    [routers[1], 0],
  ]);
  assert.equal(batch.reports.length, 2);
});

Deno.test("SyncGroups.settle() has nothing to do where nothing has changed", () => {
  const { routers, groups } = scene();
  const batch = new Batch();
  for (const one of routers) one.step(TIMER, NOW_MS + 10_000);
  groups.settle(batch, NOW_MS + 10_000);
  assert.deepEqual(batch.reports, []);
});

Deno.test("SyncGroups.settle() says once that an owner does not belong into a group", () => {
  const log = new PaperLog();
  const owner = member("eth0", "a");
  const groups = new SyncGroups({ routers: [owner], log });
  owner.step({ kind: "linkReady", facts: facts({ owner: true }) }, NOW_MS);
  groups.settle(new Batch(), NOW_MS);
  owner.step(DOWN, NOW_MS);
  groups.settle(new Batch(), NOW_MS);
  owner.step({ kind: "linkReady", facts: facts({ owner: true }) }, NOW_MS);
  groups.settle(new Batch(), NOW_MS);
  assert.equal(log.lines.length, 1);
  assert.match(
    log.lines[0] ?? "",
    /^warning: .*sync group a: choose addresses that no router owns$/,
  );
});

Deno.test("SyncGroups.membersWith() gives the group, or the router alone", () => {
  const { routers, groups } = scene();
  const [first, second, third] = routers;
  assert.ok(first && second && third);
  assert.deepEqual(groups.membersWith(second), [first, second]);
  assert.deepEqual(groups.membersWith(third), [third]);
});

Deno.test("SyncGroups.adjust() gives every member the adjustment of the worst", () => {
  const { routers, groups } = scene();
  const [first, second, third] = routers;
  assert.ok(first && second && third);
  first.track({ adjustment: -30 });
  third.track({ adjustment: 10 });
  groups.adjust(routers, new Batch(), NOW_MS);
  assert.deepEqual(routers.map((one) => one.effectivePriority), [70, 70, 110]);
});

Deno.test("SyncGroups.replace() lets a Master stay that gets a new companion", () => {
  const { routers, groups } = scene();
  const newcomer = member("eth3", "a");
  const batch = new Batch();
  groups.replace([...routers, newcomer], batch, NOW_MS);
  newcomer.step(READY, NOW_MS);
  groups.settle(batch, NOW_MS);
  assert.equal(names([...routers, newcomer]), "Master Master Master Backup");
  newcomer.step(TIMER, NOW_MS + 10_000);
  groups.settle(batch, NOW_MS + 10_000);
  assert.equal(newcomer.state.name, "Master");
});
