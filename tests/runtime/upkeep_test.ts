import assert from "node:assert/strict";
import { formatIp } from "../../src/base/ip.ts";
import { Batch } from "../../src/runtime/batch.ts";
import { InterfaceTable } from "../../src/runtime/interfaces.ts";
import type { Router } from "../../src/runtime/router.ts";
import { Upkeep } from "../../src/runtime/upkeep.ts";
import { backup } from "./backlog_bench.ts";
import { address, addresses, link, mac, NOW_MS, OWN_MAC, placement, router } from "./fixtures.ts";

const VIRTUAL = address("10.9.0.100/24");
const OWN = address("10.9.0.5/24");
/** Long after the first delay. */
const LATER_MS = NOW_MS + 1000;

class Bench {
  readonly table = new InterfaceTable();
  readonly upkeep = new Upkeep(this.table);

  /** What is wanted after `nowMs`, as words in order. */
  review(one: Router, nowMs: number): string[] {
    const batch = new Batch();
    this.upkeep.review(one, batch, nowMs);
    return [
      ...batch.reports.map(({ report }) => report.what),
      ...batch.changes.map(({ want }) => want),
      ...batch.announcements.map(({ repeat }) => `announce ${repeat}`),
    ];
  }
}

/** On eth0, with its address set. */
function master(differences: Parameters<typeof router>[0] = {}): Router {
  const one = backup({
    virtualMac: false,
    protocol: { addresses: addresses("10.9.0.100") },
    ...differences,
  });
  one.step({ kind: "timer" }, one.deadlineMs);
  assert.equal(one.state.name, "Master");
  one.noteInstalled([VIRTUAL.prefix]);
  return one;
}

Deno.test("Upkeep wants nothing while all is there", () => {
  const bench = new Bench();
  bench.table.replace([link()], [OWN, VIRTUAL]);
  assert.deepEqual(bench.review(master(), NOW_MS), []);
  assert.equal(bench.upkeep.dueMs, Infinity);
});

Deno.test("Upkeep puts an address back after a moment, tells it and announces it", () => {
  const bench = new Bench();
  bench.table.replace([link()], [OWN]);
  const one = master();
  assert.deepEqual(bench.review(one, NOW_MS), []);
  const { dueMs } = bench.upkeep;
  assert.ok(dueMs > NOW_MS && dueMs <= NOW_MS + 100);
  assert.deepEqual(bench.upkeep.due(dueMs - 1), []);
  assert.deepEqual(bench.upkeep.due(dueMs), [one]);
  assert.deepEqual(bench.review(one, dueMs), [
    "addressesRemoved",
    "restoreAddresses",
    "announce 1",
  ]);
  assert.equal(bench.upkeep.dueMs, Infinity);
});

Deno.test("Upkeep names the addresses that are missing, and no others", () => {
  const bench = new Bench();
  bench.table.replace([link()], [OWN, VIRTUAL]);
  const one = master({
    protocol: { addresses: addresses("10.9.0.100", "10.9.0.101") },
    excludedAddresses: addresses("10.9.0.102").map((address) => ({ address })),
  });
  bench.review(one, NOW_MS);
  const batch = new Batch();
  bench.upkeep.review(one, batch, LATER_MS);
  const [first] = batch.reports;
  assert.ok(first?.report.what === "addressesRemoved");
  assert.deepEqual(first.report.addresses.map(formatIp), ["10.9.0.101", "10.9.0.102"]);
});

Deno.test("Upkeep forgets what came back by itself", () => {
  const bench = new Bench();
  bench.table.replace([link()], [OWN]);
  const one = master();
  bench.review(one, NOW_MS);
  bench.table.noteAddress(3, VIRTUAL.prefix);
  assert.deepEqual(bench.review(one, LATER_MS), []);
  assert.deepEqual(bench.upkeep.due(LATER_MS), []);
});

Deno.test("Upkeep.rest() drops what was to be put back: the router is not Master any more", () => {
  const bench = new Bench();
  bench.table.replace([link()], [OWN]);
  const one = master();
  bench.review(one, NOW_MS);
  bench.upkeep.rest(one);
  assert.equal(bench.upkeep.dueMs, Infinity);
});

const MACS = [
  { what: "a Master on the interface itself", keys: { virtualMac: true } },
  { what: "a Master on a macvlan", keys: { interfaceType: "macvlan", virtualMac: true } },
] as const;

for (const { what, keys } of MACS) {
  Deno.test(`Upkeep puts the virtual MAC back: ${what}`, () => {
    const bench = new Bench();
    bench.table.replace([link()], [OWN, VIRTUAL]);
    const one = master(keys);
    bench.review(one, NOW_MS);
    assert.deepEqual(bench.review(one, LATER_MS), ["macReplaced", "restoreMac", "announce 1"]);
    bench.table.noteMac(3, one.virtualMac);
    assert.deepEqual(bench.review(one, LATER_MS + 1), []);
  });
}

Deno.test("Upkeep leaves the MAC of an interface alone that keeps its own", () => {
  const bench = new Bench();
  bench.table.replace([link({ mac: mac(OWN_MAC) })], [OWN, VIRTUAL]);
  const one = master({ virtualMac: false });
  bench.review(one, NOW_MS);
  assert.deepEqual(bench.review(one, LATER_MS), []);
});

Deno.test("Upkeep keeps a Backup's macvlan at the virtual MAC without announcing anything", () => {
  const bench = new Bench();
  bench.table.replace([link()], [OWN]);
  const one = backup({ interfaceType: "macvlan", virtualMac: true });
  one.place(placement());
  bench.review(one, NOW_MS);
  assert.deepEqual(bench.review(one, LATER_MS), ["macReplaced", "restoreMac"]);
});

Deno.test("Upkeep leaves an owner's addresses to whoever set them", () => {
  const bench = new Bench();
  bench.table.replace([link()], [OWN]);
  const one = router({ virtualMac: false });
  const facts = { source: OWN.prefix.address, mac: mac(OWN_MAC), owner: true };
  one.place(placement());
  one.step({ kind: "linkReady", facts }, NOW_MS);
  assert.equal(one.state.name, "Master");
  bench.review(one, NOW_MS);
  assert.deepEqual(bench.review(one, LATER_MS), []);
});
