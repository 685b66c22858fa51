import assert from "node:assert/strict";
import { Batch } from "../../src/runtime/batch.ts";
import type { Router } from "../../src/runtime/router.ts";
import type { Report } from "../../src/vrrp/types.ts";
import { placement, router } from "./fixtures.ts";

const REPORT: Report = { what: "paused", pausedMs: 1, listenMs: 2 };

/** A router that has a place: without one nothing of it can be changed. */
function placed(): Router {
  const one = router();
  one.place(placement());
  return one;
}

Deno.test("Batch binds a wish to the place of its router at that time", () => {
  const one = placed();
  const before = one.placement;
  const batch = new Batch();
  batch.add(one, [{ do: "removeAddresses" }]);
  one.place(placement({ carrier: { ifindex: 9, name: "standby7" } }));
  batch.changeKernel(one, "addAddresses");
  assert.deepEqual(
    batch.changes.map(({ want, placement }) => [want, placement.carrier.ifindex]),
    [["removeAddresses", 3], ["addAddresses", 9]],
  );
  assert.equal(batch.changes[0]?.placement, before);
});

Deno.test("Batch has no wish to the kernel for a router that has no place", () => {
  const batch = new Batch();
  batch.add(router(), [{ do: "removeAddresses" }, { do: "releaseMac" }]);
  assert.deepEqual(batch.changes, []);
});

Deno.test("Batch sorts by kind and keeps the order of arrival within each", () => {
  const [one, two] = [placed(), placed()];
  const batch = new Batch();
  batch.add(one, [
    { do: "sendAdvert", priority: 100 },
    { do: "assumeMac" },
    { do: "addAddresses" },
    { do: "announce", repeat: 5 },
    { do: "report", report: REPORT },
  ]);
  batch.add(two, [
    { do: "removeAddresses" },
    { do: "releaseMac" },
    { do: "sendAdvert", priority: 0 },
    { do: "announce", repeat: 1 },
  ]);
  assert.deepEqual(batch.adverts.map(({ priority }) => priority), [100, 0]);
  assert.deepEqual(batch.changes.map(({ want }) => want), [
    "assumeMac",
    "addAddresses",
    "removeAddresses",
    "releaseMac",
  ]);
  assert.deepEqual(batch.announcements.map(({ repeat }) => repeat), [5, 1]);
  const owners = [...batch.adverts, ...batch.announcements].map(({ router }) => router === one);
  assert.deepEqual(owners, [true, false, true, false]);
  assert.equal(batch.changes[1]?.router, one);
  assert.equal(batch.changes[2]?.router, two);
  assert.deepEqual(batch.reports.map(({ report }) => report), [REPORT]);
});
