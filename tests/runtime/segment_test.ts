import assert from "node:assert/strict";
import { Fd } from "../../ffi/fd.ts";
import { ReceiveSlots } from "../../ffi/frame_slots.ts";
import { MMSGHDR } from "../../ffi/layout.ts";
import { libc } from "../../ffi/libc.ts";
import { ip, type IpAddress, ipFromBytes } from "../../src/base/ip.ts";
import { Batch } from "../../src/runtime/batch.ts";
import { Link } from "../../src/runtime/link.ts";
import { LogLimit } from "../../src/runtime/log_limit.ts";
import { ReadingTime } from "../../src/runtime/reading_time.ts";
import type { Router } from "../../src/runtime/router.ts";
import { Segment } from "../../src/runtime/segment.ts";
import type { RouterEvent } from "../../src/vrrp/types.ts";
import * as frame from "../../src/wire/frame.ts";
import { facts } from "../vrrp/fixtures.ts";
import { mac, NOW_MS, PaperLog, router } from "./fixtures.ts";

// Opened once for all tests: the leak check would take it for a test's own.
libc();

/** What the reading of one frame takes by the clock of the bench. */
const FRAME_MS = 1;

/** A Master of version 3 on a link on paper, and what its router is told. */
class Bench {
  readonly log = new PaperLog();
  readonly events: RouterEvent[] = [];
  readonly router: Router;
  readonly segment: Segment;
  readonly readingTime = new ReadingTime(() => this.#nowMs);
  readonly batch = new Batch();
  /** What waits in the socket. */
  queue: Uint8Array[] = [];
  readonly #slots = new ReceiveSlots(2);
  #nowMs = NOW_MS;

  constructor() {
    this.router = router({ protocol: { version: 3, vrid: 7, advertIntervalMs: 100 } });
    this.router.step({ kind: "linkReady", facts: facts({ owner: true }) }, NOW_MS);
    const step = this.router.step.bind(this.router);
    this.router.step = (event, nowMs) => {
      this.events.push(event);
      return step(event, nowMs);
    };
    this.segment = new Segment({
      link: this.#link(),
      generation: 0,
      routers: [this.router],
      slots: this.#slots,
      readingTime: this.readingTime,
      watcher: { watch: () => {}, unwatch: () => {} },
      log: this.log,
      limit: new LogLimit(),
      clock: () => this.#nowMs,
    });
  }

  #link(): Link {
    return Object.create(Link.prototype, {
      name: { value: "eth0" },
      family: { value: 4 },
      vrrpFd: { value: new Fd(1001) },
      claimsFd: { value: new Fd(1002) },
      urgentFd: { value: undefined },
      receiveAdverts: { value: (take: (index: number) => void) => this.#deliver(take) },
    });
  }

  #deliver(take: (index: number) => void): boolean {
    const frames = this.queue.splice(0, this.#slots.capacity);
    const headers = new DataView(this.#slots.headerBytes.buffer);
    for (const [index, bytes] of frames.entries()) {
      this.#slots.bytes.set(bytes, this.#slots.offsetOf(index));
      headers.setUint32(index * MMSGHDR.size + MMSGHDR.at.msg_len, bytes.length, true);
    }
    for (const index of frames.keys()) {
      this.#nowMs += FRAME_MS;
      take(index);
    }
    return frames.length === this.#slots.capacity;
  }

  /** Reads one stretch; gives whether that was all. */
  read(): boolean {
    this.readingTime.begin();
    return this.segment.readAll(this.batch);
  }
}

function stranger(addresses: readonly IpAddress[]): Uint8Array<ArrayBuffer> {
  const whole: frame.AdvertFrame = {
    advert: { vrid: 7, priority: 1, advertIntervalCs: 10, addresses },
    sourceMac: mac("02:00:00:00:00:09"),
    source: ip("10.9.0.9"),
    ipId: 1,
    pad: false,
  };
  const bytes = new Uint8Array(frame.advertSize(whole));
  frame.emitAdvert(whole, new DataView(bytes.buffer));
  return bytes;
}

function strangers(count: number): IpAddress[] {
  return Array.from({ length: count }, (_, n) => ipFromBytes(Uint8Array.of(10, 8, 0, n)));
}

Deno.test("Segment reads a flood for some milliseconds at a stretch, and goes on where it stopped", () => {
  const bench = new Bench();
  bench.queue = Array.from({ length: 101 }, () => stranger(strangers(255)));
  let stretches = 0;
  for (let drained = false; !drained; stretches++) {
    const before = bench.queue.length;
    drained = bench.read();
    const read = before - bench.queue.length;
    assert.ok(read >= 1 && read <= 10, `${read} frames at a stretch`);
    assert.equal(drained, bench.queue.length === 0);
  }
  assert.equal(bench.router.counters.received, 101);
  assert.ok(stretches >= 10);
});

Deno.test("Segment looks into a socket once where others have used up the time", () => {
  const bench = new Bench();
  bench.queue = Array.from({ length: 5 }, () => stranger(strangers(1)));
  assert.equal(bench.segment.readAll(bench.batch), false);
  assert.equal(bench.queue.length, 3);
});

Deno.test("Segment knows a list again that is not ours, and counts it each time", () => {
  const bench = new Bench();
  bench.queue = Array.from({ length: 3 }, () => stranger(strangers(255)));
  assert.equal(bench.read(), true);
  const [first, ...more] = bench.events;
  assert.equal(more.length, 2);
  assert.ok(more.every((event) => event === first), "the event is made once");
  assert.equal(bench.router.counters.otherAddresses, 3);
  const told = bench.log.lines.filter((line) => line.includes("lists other virtual addresses"));
  assert.equal(told.length, 1);
});
