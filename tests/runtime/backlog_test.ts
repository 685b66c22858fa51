import assert from "node:assert/strict";
import { ip } from "../../src/base/ip.ts";
import type { Router } from "../../src/runtime/router.ts";
import type { Report } from "../../src/vrrp/types.ts";
import { backup, Bench, giveWay, many, takeOver, TWICE } from "./backlog_bench.ts";
import { addresses, NOW_MS, OWN_MAC, placement } from "./fixtures.ts";

const RIVAL: Report = { what: "rivalMaster", peer: { address: ip("10.9.0.9"), priority: 1 } };

Deno.test("Backlog is empty until something is added, and after the last piece of work", () => {
  const bench = new Bench();
  assert.equal(bench.backlog.empty, true);
  bench.add(() => {});
  assert.equal(bench.backlog.empty, true);
  takeOver(bench, backup());
  assert.equal(bench.backlog.empty, false);
  assert.deepEqual(bench.finish(), []);
});

Deno.test("Backlog changes the kernel, announces every address once before any again, then reports [H5 forbids] [H20 demands]", () => {
  const bench = new Bench();
  const [one, two] = [["10.9.0.100", "10.9.0.101"], ["10.9.0.102"]].map((texts, index) =>
    backup({
      protocol: { vrid: index + 1, addresses: addresses(...texts), announcements: TWICE },
    })
  );
  assert.ok(one !== undefined && two !== undefined);
  takeOver(bench, one, two);
  const seen: string[] = [];
  while (!bench.backlog.empty) {
    bench.backlog.work(NOW_MS);
    const counts = [bench.changes, bench.announced, bench.log.lines].map(({ length }) => length);
    seen.push(counts.join(" "));
  }
  // Each piece of work is of one kind; the lines are two for each change of state.
  assert.deepEqual(seen, ["3 0 0", "3 3 0", "3 6 0", "3 6 4"]);
  const round = ["10.9.0.100", "10.9.0.101", "10.9.0.102"];
  assert.deepEqual(bench.announced, [...round, ...round]);
  assert.deepEqual(bench.changes, round.map((address) => `add ${address}/24 to 3`));
});

Deno.test("Backlog does a slice at a time, and everything once and in order", () => {
  const bench = new Bench();
  const routers = many(255, { repeat: 5 });
  takeOver(bench, ...routers);
  const done = () => [bench.changes, bench.announced, bench.log.lines].map(({ length }) => length);
  const slices: number[][] = [];
  while (!bench.backlog.empty) {
    const before = done();
    bench.backlog.work(NOW_MS);
    slices.push(done().map((count, kind) => count - (before[kind] ?? 0)));
  }
  for (const [kind, total] of done().entries()) {
    const most = Math.max(...slices.map((slice) => slice[kind] ?? 0));
    assert.ok(most < total / 2, `${most} of ${total} at once`);
  }
  const texts = routers.map(({ firstAddress }) => firstAddress);
  assert.deepEqual(bench.changes, texts.map((text) => `add ${text}/32 to 3`));
  assert.deepEqual(bench.announced, new Array(5).fill(texts).flat());
  assert.equal(bench.log.lines.length, 2 * 255);
});

Deno.test("Backlog announces an address as soon as its slice is set, and no other before", () => {
  const bench = new Bench();
  takeOver(bench, ...many(255));
  const ahead: number[] = [];
  while (bench.announced.length < 255) {
    bench.backlog.work(NOW_MS);
    const set = new Set(bench.changes);
    for (const text of bench.announced) assert.ok(set.has(`add ${text}/32 to 3`), text);
    if (bench.changes.length < 255) ahead.push(bench.announced.length);
  }
  assert.ok(Math.max(...ahead) > 100, `${Math.max(...ahead)} while others were still to be set`);
});

Deno.test("Backlog changes the kernel between two announcements, however fast wishes come", () => {
  const bench = new Bench();
  const [first, ...others] = many(255);
  assert.ok(first !== undefined);
  takeOver(bench, first, ...others);
  for (let slice = 0; slice < 20; slice++) {
    bench.backlog.work(NOW_MS);
    wishAnnouncements(bench, first, [1]);
  }
  assert.equal(bench.changes.length, 255);
});

Deno.test("Backlog takes what is added meanwhile behind what waits, but before what comes after it", () => {
  const bench = new Bench();
  const [first, second] = many(2);
  assert.ok(first !== undefined && second !== undefined);
  takeOver(bench, first);
  bench.backlog.work(NOW_MS);
  bench.backlog.work(NOW_MS);
  takeOver(bench, second);
  bench.finish();
  assert.deepEqual(bench.announced, ["10.9.1.0", "10.9.1.1", "10.9.1.0", "10.9.1.1"]);
});

/** Wishes that its router be announced so many times. */
function wishAnnouncements(bench: Bench, router: Router, repeats: readonly number[]): void {
  bench.add((batch) => {
    for (const repeat of repeats) batch.add(router, [{ do: "announce", repeat }]);
  });
}

Deno.test("Backlog joins a wish to announce with one that waits", () => {
  const bench = new Bench();
  const [one, two] = many(2);
  assert.ok(one !== undefined && two !== undefined);
  takeOver(bench, one, two);
  bench.finish();
  bench.sender.claims.length = 0;
  for (let round = 0; round < 100; round++) {
    wishAnnouncements(bench, one, [1, 3, 2]);
    wishAnnouncements(bench, two, [1]);
  }
  bench.finish();
  const [first, second] = ["10.9.1.0", "10.9.1.1"];
  assert.deepEqual(bench.announced, [first, second, first, first]);
});

Deno.test("Backlog sends what was wished between two rounds, and ends however fast wishes come", () => {
  const bench = new Bench();
  const [one] = many(1);
  assert.ok(one !== undefined);
  takeOver(bench, one);
  bench.finish();
  bench.sender.claims.length = 0;
  for (let wish = 0; wish < 10; wish++) {
    wishAnnouncements(bench, one, [5]);
    bench.backlog.work(NOW_MS);
  }
  assert.equal(bench.announced.length, 10);
  bench.finish();
  assert.equal(bench.announced.length, 14);
});

Deno.test("Backlog announces nothing for a router that is no longer Master", () => {
  const bench = new Bench();
  const [stays, goes] = many(2);
  assert.ok(stays !== undefined && goes !== undefined);
  takeOver(bench, stays, goes);
  giveWay(bench, goes);
  bench.finish();
  assert.deepEqual(bench.announced, ["10.9.1.0", "10.9.1.0"]);
  assert.deepEqual(bench.changes, [
    "add 10.9.1.0/32 to 3",
    "add 10.9.1.1/32 to 3",
    "remove 10.9.1.1/32 from 3",
  ]);
});

Deno.test("Backlog sends no further round for a router that gave way after the first", () => {
  const bench = new Bench();
  const [one] = many(1);
  assert.ok(one !== undefined);
  takeOver(bench, one);
  bench.backlog.work(NOW_MS);
  bench.backlog.work(NOW_MS);
  giveWay(bench, one);
  bench.finish();
  assert.deepEqual(bench.announced, ["10.9.1.0"]);
});

Deno.test("Backlog writes reports that others can provoke once, and every change of state", () => {
  const bench = new Bench();
  const one = backup();
  const claim: Report = { what: "rivalClaim", address: ip("10.9.0.100"), mac: placement().ownMac };
  const owner: Report = { what: "otherOwner", peer: RIVAL.peer, weStay: true };
  for (let count = 0; count < 100; count++) bench.report(one, RIVAL, claim, owner);
  const change: Report = { what: "transition", from: "Backup", to: "Master", reason: "started" };
  bench.report(one, change, change, { what: "paused", pausedMs: 5000, listenMs: 1000 });
  bench.finish();
  const said = bench.log.lines.map((line) => line.replace(`: ${one.label} - `, ": "));
  assert.deepEqual(said, [
    "warning: 10.9.0.9 with priority 1 is Master too: announced again",
    `warning: ${OWN_MAC} claims 10.9.0.100: announced again`,
    "error: 10.9.0.9 owns the same addresses: we stay Master, as our address is greater",
    "information: Changed from Backup to Master",
    "information: Changed from Backup to Master",
    "warning: This process stood still for 5.0 s: listening for 1.0 s",
  ]);
});

Deno.test("Backlog limits the reports of each router by itself", () => {
  const bench = new Bench();
  for (const one of many(3)) bench.report(one, RIVAL, RIVAL);
  bench.finish();
  assert.equal(bench.log.lines.length, 3);
});

Deno.test("Backlog tells at debug level 2 what it has done, under rVRRPd's sources", () => {
  const bench = new Bench();
  takeOver(bench, backup({ virtualMac: true, protocol: { vrid: 1, announcements: TWICE } }));
  bench.finish();
  const told = bench.log.debugLines.map((line) => line.replace(/:.*/, ""));
  assert.deepEqual(new Set(told), new Set(["debug 2 mac", "debug 2 ip", "debug 2 arp"]));
});
