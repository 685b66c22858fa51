import assert from "node:assert/strict";
import { NumberKeeper } from "../../../src/runtime/auth/number_keeper.ts";
import type { Found, NumberStore } from "../../../src/runtime/auth/number_store.ts";
import { StateDirectoryError } from "../../../src/runtime/undo/state_directory.ts";
import type { ReplayMemory } from "../../../src/vrrp/replay_memory.ts";
import type { Instant } from "../../../src/vrrp/stamp_clock.ts";
import type { ReplayRules } from "../../../src/vrrp/types.ts";
import { isAfter } from "../../../src/wire/sequence.ts";
import { PaperLog, routerConfig } from "../fixtures.ts";
import { ip } from "../../../src/base/ip.ts";

const TIME: ReplayRules = { antiReplay: "time", windowS: 5 };
const MONOTONIC: ReplayRules = { antiReplay: "monotonic", windowS: 5 };

/** Keeps what it is given, unless it is full. */
class PaperStore implements NumberStore {
  memories: ReadonlyMap<string, ReplayMemory> = new Map();
  found: Partial<Found> = {};
  full = false;
  hanging: Promise<boolean> | undefined;
  loads = 0;
  saves = 0;
  closed = false;

  load(): Found {
    this.loads++;
    return { memories: this.memories, lost: false, ...this.found };
  }

  save(memories: Iterable<readonly [string, () => ReplayMemory]>): Promise<boolean> {
    this.saves++;
    // A disk is full only when all was asked for.
    const written = Array.from(memories, ([router, memory]) => [router, memory()] as const);
    if (this.full) return Promise.resolve(false);
    this.memories = new Map(written);
    return this.hanging ?? Promise.resolve(true);
  }

  close(): void {
    this.closed = true;
  }
}

class Bench {
  readonly log = new PaperLog();
  instant: Instant = { wallMs: 1_795_000_000_000, steadyMs: 1000 };
  readonly keeper: NumberKeeper;

  constructor(readonly store = new PaperStore()) {
    const clock = () => this.instant;
    const parts = { log: this.log, store, bootId: "a boot", clock };
    this.keeper = new NumberKeeper({ ...parts, patienceMs: this.store.hanging ? 1 : 60_000 });
  }

  numbers(interfaceName = "eth0") {
    return this.keeper.of(routerConfig({ interface: interfaceName }));
  }

  wait(ms: number): void {
    const { wallMs, steadyMs } = this.instant;
    this.instant = { wallMs: wallMs + ms, steadyMs: steadyMs + ms };
  }

  next(rules = TIME) {
    return this.numbers().replay(rules).next(this.instant);
  }
}

Deno.test("NumberKeeper touches no disk where nobody has numbers", async () => {
  const bench = new Bench();
  bench.numbers();
  assert.equal(bench.keeper.dueMs, Infinity);
  await bench.keeper.finish();
  assert.deepEqual([bench.store.loads, bench.store.saves, bench.store.closed], [0, 0, true]);
});

Deno.test("NumberKeeper gives one virtual router the same numbers again, after a reload too", () => {
  const bench = new Bench();
  assert.equal(bench.numbers().replay(TIME), bench.numbers().replay(MONOTONIC));
  assert.equal(bench.numbers().ah, bench.numbers().ah);
  assert.notEqual(bench.numbers("eth1").replay(TIME), bench.numbers().replay(TIME));
});

Deno.test("NumberKeeper reserves numbers at once, and again in time", async () => {
  const bench = new Bench();
  bench.next();
  assert.ok(bench.keeper.dueMs <= bench.instant.steadyMs);
  await bench.keeper.keep();
  assert.equal(bench.store.saves, 1);
  for (let count = 0; count < 120; count++) {
    bench.wait(1000);
    const next = bench.next();
    if (bench.keeper.dueMs <= bench.instant.steadyMs) await bench.keeper.keep();
    const { reserved } = bench.store.memories.get("4 7 eth0") ?? {};
    assert.ok(reserved !== undefined && isAfter(reserved, next), `after ${count} s`);
  }
  assert.ok(bench.store.saves <= 5, `${bench.store.saves} times in two minutes`);
});

Deno.test("NumberKeeper writes down what was accepted every second in monotonic mode", async () => {
  const bench = new Bench();
  const replay = bench.numbers().replay(MONOTONIC);
  await bench.keeper.keep();
  bench.wait(1000);
  replay.accept(ip("10.9.0.9"), { seconds: 7, ticks: 0 }, bench.instant);
  assert.ok(bench.keeper.dueMs <= bench.instant.steadyMs);
  await bench.keeper.keep();
  assert.equal(bench.store.memories.get("4 7 eth0")?.marks.get("10.9.0.9")?.sequence.seconds, 7);
});

Deno.test("NumberKeeper goes on after a stop with what was written down", async () => {
  const before = new Bench();
  const last = before.next();
  await before.keeper.finish();
  const after = new Bench(before.store);
  after.instant = { wallMs: before.instant.wallMs - 2000, steadyMs: 5 };
  assert.ok(isAfter(after.next(), last));
});

Deno.test("NumberKeeper keeps the numbers of virtual routers that run at another time", async () => {
  const bench = new Bench();
  const other: ReplayMemory = { marks: new Map() };
  bench.store.memories = new Map([["4 9 eth9", other]]);
  bench.next();
  await bench.keeper.finish();
  assert.deepEqual([...bench.store.memories.keys()], ["4 9 eth9", "4 7 eth0"]);
  assert.equal(bench.store.memories.get("4 9 eth9"), other);
});

Deno.test("NumberKeeper says once that it cannot write, and tries again", async () => {
  const bench = new Bench();
  bench.store.full = true;
  bench.next();
  for (let count = 0; count < 5; count++) {
    await bench.keeper.keep();
    bench.wait(10_000);
    assert.ok(bench.keeper.dueMs <= bench.instant.steadyMs);
  }
  assert.equal(bench.log.lines.length, 1);
  assert.match(bench.log.lines[0] ?? "", /^error: Cannot write down the numbers .*replay_dir/);
  bench.store.full = false;
  await bench.keeper.keep();
  assert.equal(bench.store.memories.size, 1);
});

Deno.test("NumberKeeper runs without a directory, and says what that means", () => {
  const bench = new Bench();
  bench.store.load = () => {
    throw new StateDirectoryError("Cannot keep the numbers in /x: it is a symbolic link");
  };
  bench.next();
  assert.match(bench.log.lines.join(), /^error: Cannot keep the numbers in \/x.*a restart forgets/);
});

Deno.test("NumberKeeper tells of a clock that is wrong, and of its end", async () => {
  const bench = new Bench();
  bench.next();
  await bench.keeper.keep();
  const right = bench.instant;
  bench.instant = { ...right, wallMs: 5000 };
  await bench.keeper.keep();
  await bench.keeper.keep();
  assert.equal(bench.log.lines.length, 1);
  assert.match(
    bench.log.lines[0] ?? "",
    /^warning: .* clock shows 1970-01-01T00:00:05.000Z, .*set it.* for group 7 on interface eth0$/,
  );
  bench.instant = { ...right, wallMs: right.wallMs + 1000 };
  await bench.keeper.keep();
  assert.deepEqual(bench.log.lines.slice(1), [
    "information: The clock agrees again with what was signed and accepted",
  ]);
});

Deno.test("NumberKeeper tells of a clock once for all virtual routers, and once a minute", async () => {
  const bench = new Bench();
  for (const name of ["eth0", "eth1", "eth2"]) {
    bench.numbers(name).replay(TIME).next(bench.instant);
  }
  for (let count = 0; count < 5; count++) {
    const right = bench.instant;
    bench.instant = { ...right, wallMs: 5000 };
    await bench.keeper.keep();
    bench.instant = right;
    await bench.keeper.keep();
    bench.wait(1000);
  }
  assert.deepEqual(bench.log.lines.map((line) => line.replace(/.* for /, "")), [
    "3 virtual routers",
    "information: The clock agrees again with what was signed and accepted",
  ]);
});

Deno.test("NumberKeeper asks for what was not saved again, as if it had never been given", async () => {
  const bench = new Bench();
  const replay = bench.numbers().replay(MONOTONIC);
  bench.store.full = true;
  await bench.keeper.keep();
  replay.accept(ip("10.9.0.9"), { seconds: 7, ticks: 0 }, bench.instant);
  await bench.keeper.keep();
  bench.store.full = false;
  bench.wait(1000);
  await bench.keeper.keep();
  const { reserved, marks } = bench.store.memories.get("4 7 eth0") ?? {};
  assert.ok(reserved !== undefined && isAfter(reserved, replay.next(bench.instant)));
  assert.equal(marks?.get("10.9.0.9")?.sequence.seconds, 7);
});

Deno.test("NumberKeeper has room for as many senders as there are peers", () => {
  const bench = new Bench();
  const peers = Array.from({ length: 200 }, (_, index) => ip(`10.9.1.${index + 1}`));
  const replay = bench.keeper.of(routerConfig({ unicast: { peers } })).replay(MONOTONIC);
  for (const peer of peers) {
    assert.ok(replay.accept(peer, { seconds: 7, ticks: 0 }, bench.instant).ok);
  }
});

Deno.test("finish() does not wait for a disk that hangs, and leaves it what it works with", async () => {
  const store = new PaperStore();
  const disk = Promise.withResolvers<boolean>();
  store.hanging = disk.promise;
  const bench = new Bench(store);
  bench.next();
  await bench.keeper.finish();
  assert.match(bench.log.lines.join(), /^error: The disk of replay_dir .* may be lost/);
  assert.equal(store.closed, false);
  disk.resolve(true);
});
