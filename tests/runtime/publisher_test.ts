import assert from "node:assert/strict";
import { ring } from "../../ffi/doorbell.ts";
import type { Fd } from "../../ffi/fd.ts";
import { libc } from "../../ffi/libc.ts";
import { ip } from "../../src/base/ip.ts";
import { Batch } from "../../src/runtime/batch.ts";
import { Publisher } from "../../src/runtime/publisher.ts";
import type { Router } from "../../src/runtime/router.ts";
import type { PublisherNews, RouterSnapshot } from "../../src/runtime/snapshot.ts";
import { NOW_MS, placement, router } from "./fixtures.ts";

// Opened once for all of them: it stays open.
libc();

const MASTER = {
  what: "transition",
  from: "Backup",
  to: "Master",
  reason: "masterSilent",
} as const;
const START_MS = 1_700_000_000_000;

class Scene {
  readonly news: PublisherNews[] = [];
  routers: readonly Router[] = [router()];
  breaths = 0;
  wallMs = START_MS;
  readonly publisher = new Publisher({
    wallClock: () => this.wallMs,
    post: (news) => this.news.push(news),
  });
  #heard: () => void = () => {};

  constructor() {
    this.publisher.attach({
      watcher: {
        watch: (_fd: Fd, source) => this.#heard = () => source(new Batch(), NOW_MS),
        unwatch: () => {},
      },
      routers: () => this.routers,
      strays: () => [{ interface: "eth0", rejected: { unknownGroup: 2 } }],
      breathe: () => this.breaths++,
    });
  }

  ring(what: "asked" | "sent"): void {
    ring(this.publisher.bell, what);
    this.#heard();
  }

  /** Gives turns for as long as they are wanted, as the engine does. */
  turns(): number {
    let count = 0;
    for (; this.publisher.dueMs <= NOW_MS; count++) this.publisher.turn(NOW_MS);
    return count;
  }

  get described(): readonly RouterSnapshot[] {
    return this.news.flatMap((one) => one.tell === "routers" ? one.routers : []);
  }
}

Deno.test("Publisher wants no turn until somebody rings, and then tells all virtual routers once", () => {
  const scene = new Scene();
  assert.equal(scene.turns(), 0);
  scene.ring("asked");
  scene.ring("asked");
  assert.equal(scene.turns(), 1);
  assert.deepEqual([scene.described.length, scene.breaths], [1, 0]);
  assert.equal(scene.turns(), 0);
});

Deno.test("Publisher has messages read that others have sent", () => {
  const scene = new Scene();
  scene.ring("sent");
  assert.deepEqual([scene.breaths, scene.turns()], [1, 0]);
});

Deno.test("Publisher describes many virtual routers in several turns, each of them once", () => {
  const scene = new Scene();
  scene.routers = Array.from({ length: 200 }, (_, index) => router({ interface: `eth${index}` }));
  scene.ring("asked");
  assert.equal(scene.turns(), 4);
  const parts = scene.news.flatMap((one) => one.tell === "routers" ? [one] : []);
  assert.deepEqual(parts.map(({ first }) => first), [true, false, false, false]);
  assert.deepEqual(parts.map(({ process }) => process !== undefined), [false, false, false, true]);
  assert.deepEqual(
    scene.described.map((one) => one.interface),
    scene.routers.map((one) => one.config.interface),
  );
});

Deno.test("Publisher tells of no virtual routers, too", () => {
  const scene = new Scene();
  scene.routers = [];
  scene.ring("asked");
  assert.equal(scene.turns(), 1);
  assert.deepEqual(scene.described, []);
});

Deno.test("Publisher tells changes of state with their numbers, before the snapshot that shows them", () => {
  const scene = new Scene();
  const [first] = scene.routers;
  assert.ok(first);
  scene.publisher.noteTransition(first, {
    ...MASTER,
    peer: { address: ip("10.9.0.2"), priority: 90 },
  }, NOW_MS);
  scene.wallMs += 5;
  scene.publisher.noteTransition(first, {
    ...MASTER,
    from: "Master",
    to: "Fault",
    reason: "linkFault",
    fault: "interfaceDown",
  }, NOW_MS);
  scene.ring("asked");
  assert.equal(scene.turns(), 1);
  const [events, routers] = scene.news;
  assert.ok(events?.tell === "events" && routers?.tell === "routers");
  const place = { group: 7, interface: "eth0", family: 4 };
  assert.deepEqual(events.events, [
    {
      ...place,
      sequence: 1,
      atMs: START_MS,
      from: "Backup",
      to: "Master",
      reason: "masterSilent",
      fault: null,
      faultText: null,
      peer: { address: "10.9.0.2", priority: 90 },
    },
    {
      ...place,
      sequence: 2,
      atMs: START_MS + 5,
      from: "Master",
      to: "Fault",
      reason: "linkFault",
      fault: "interfaceDown",
      faultText: "interface eth0 is down",
      peer: null,
    },
  ]);
  assert.equal(routers.process?.sequence, 2);
  assert.deepEqual(routers.routers[0]?.transitions, events.events);
  assert.equal(routers.routers[0]?.sinceMs, START_MS + 5);
});

Deno.test("Publisher tells another thread everything from the beginning", () => {
  const scene = new Scene();
  const [first] = scene.routers;
  assert.ok(first);
  for (let count = 0; count < 3; count++) scene.publisher.noteTransition(first, MASTER, NOW_MS);
  scene.turns();
  scene.news.length = 0;
  scene.publisher.startOver();
  scene.turns();
  const [events] = scene.news;
  assert.ok(events?.tell === "events");
  assert.deepEqual(events.events.map(({ sequence }) => sequence), [1, 2, 3]);
});

Deno.test("Publisher counts lateness in classes with their upper bounds", () => {
  const scene = new Scene();
  for (const lateMs of [0, 0.1, 0.11, 10, 1000, 1001]) scene.publisher.noteLateness(lateMs);
  scene.ring("asked");
  scene.turns();
  const [news] = scene.news;
  assert.ok(news?.tell === "routers");
  assert.deepEqual(news.process?.lateness, {
    counts: [2, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 1],
    sumMs: 2011.21,
  });
});

Deno.test("Publisher measures take-overs until all their work is done, and counts what came for nobody", () => {
  const scene = new Scene();
  const [first] = scene.routers;
  assert.ok(first);
  scene.publisher.noteTransition(first, MASTER, NOW_MS - 20);
  scene.publisher.noteTransition(first, { ...MASTER, to: "Backup" }, NOW_MS - 10);
  scene.turns();
  scene.publisher.noteAdvertLateness(3);
  scene.ring("asked");
  scene.turns();
  const { process, routers } = scene.news.find((one) => one.tell === "routers") ?? {};
  assert.equal(process?.takeOvers.sumMs, 20);
  assert.equal(process.takeOvers.counts.reduce((sum, count) => sum + count), 1);
  assert.equal(process.advertLateness.sumMs, 3);
  assert.deepEqual(process.strays, [{ interface: "eth0", rejected: { unknownGroup: 2 } }]);
  assert.deepEqual(routers?.[0]?.entries, { Master: 1, Backup: 1 });
});

Deno.test("a described virtual router is a copy in plain values", () => {
  const scene = new Scene();
  const one = router({ interfaceType: "macvlan", protocol: { priority: 120 } });
  one.place(placement());
  one.counters.rejected.ttl = 3;
  scene.routers = [one];
  scene.ring("asked");
  scene.turns();
  const [described] = scene.described;
  assert.ok(described);
  assert.deepEqual(structuredClone(described), described);
  one.counters.rejected.ttl = 4;
  assert.equal(described.counters.rejected.ttl, 3);
  assert.deepEqual(
    [described.virtualInterface, described.mac, described.priority, described.effectivePriority],
    ["standby7", "02:00:00:00:00:05", 120, 120],
  );
  assert.equal(described.masterDownMs, 3 * described.advertIntervalMs + described.skewMs);
});
