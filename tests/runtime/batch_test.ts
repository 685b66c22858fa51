import assert from "node:assert/strict";
import { Batch } from "../../src/runtime/batch.ts";
import type { Action, Report } from "../../src/vrrp/types.ts";
import { router } from "./fixtures.ts";

const REPORT: Report = { what: "paused", pausedMs: 1, listenMs: 2 };

Deno.test("Batch is empty until something is to be done", () => {
  const actions: readonly Action[] = [
    { do: "sendAdvert", priority: 100 },
    { do: "assumeMac" },
    { do: "announce", repeat: 1 },
    { do: "report", report: REPORT },
  ];
  for (const action of actions) {
    const batch = new Batch();
    batch.add(router(), []);
    assert.equal(batch.empty, true);
    batch.add(router(), [action]);
    assert.equal(batch.empty, false, action.do);
  }
});

Deno.test("Batch sorts by kind and keeps the order of arrival within each", () => {
  const [one, two] = [router(), router()];
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
