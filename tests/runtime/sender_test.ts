import assert from "node:assert/strict";
import { SyscallError } from "../../ffi/errno.ts";
import type { SendSlots } from "../../ffi/frame_slots.ts";
import type { Outlet } from "../../src/runtime/link.ts";
import { LogLimit } from "../../src/runtime/log_limit.ts";
import { Sender } from "../../src/runtime/sender.ts";
import { NOW_MS, PaperLog, placement, router } from "./fixtures.ts";

const ENOBUFS = 105;

/** Notes what leaves by it, by the first byte of each frame. */
class PaperOutlet implements Outlet {
  readonly ifindex = 3;
  readonly sent: number[][] = [];
  /** Positions that are refused the next time. */
  refuse: readonly number[] = [];
  closed = false;

  constructor(readonly name: string) {}

  sendAll(slots: SendSlots, refused: (index: number, error: SyscallError) => void): void {
    const indices = Array.from({ length: slots.count }, (_, index) => index);
    this.sent.push(indices.map((index) => slots.bytes[slots.offsetOf(index)] ?? -1));
    for (const index of this.refuse) refused(index, new SyscallError("send on eth0", ENOBUFS));
    slots.clear();
  }
}

class Bench {
  readonly log = new PaperLog();
  readonly sender = new Sender({ log: this.log, limit: new LogLimit() });
  readonly outlet = new PaperOutlet("eth0");
  readonly router = router();

  constructor() {
    this.router.place(placement({ link: this.outlet }));
  }

  put(...marks: readonly number[]): void {
    for (const mark of marks) this.sender.send(this.outlet, Uint8Array.of(mark, 0), NOW_MS);
  }

  advertise(...priorities: readonly number[]): void {
    for (const priority of priorities) {
      this.sender.sendAdvert({ router: this.router, priority }, NOW_MS);
    }
  }
}

Deno.test("Sender sends what was put together in one call, in order", () => {
  const bench = new Bench();
  bench.put(1, 2, 3);
  assert.deepEqual(bench.outlet.sent, []);
  bench.sender.flush(NOW_MS);
  bench.sender.flush(NOW_MS);
  assert.deepEqual(bench.outlet.sent, [[1, 2, 3]]);
});

Deno.test("Sender sends by itself when there is no more room", () => {
  const bench = new Bench();
  const marks = Array.from({ length: 40 }, (_, index) => index);
  bench.put(...marks);
  bench.sender.flush(NOW_MS);
  assert.deepEqual(bench.outlet.sent.flat(), marks);
  assert.deepEqual(bench.outlet.sent.map(({ length }) => length), [16, 16, 8]);
});

Deno.test("Sender sends one link's frames before the next one's", () => {
  const bench = new Bench();
  const other = new PaperOutlet("eth1");
  bench.put(1);
  bench.sender.send(other, Uint8Array.of(2), NOW_MS);
  assert.deepEqual(bench.outlet.sent, [[1]]);
  bench.sender.flush(NOW_MS);
  assert.deepEqual(other.sent, [[2]]);
});

Deno.test("Sender counts advertisements when they are sent", () => {
  const bench = new Bench();
  bench.advertise(100, 0);
  assert.equal(bench.router.counters.sent, 0);
  bench.sender.flush(NOW_MS);
  const { sent, sentLeaving, sendErrors } = bench.router.counters;
  assert.deepEqual({ sent, sentLeaving, sendErrors }, { sent: 2, sentLeaving: 1, sendErrors: 0 });
});

Deno.test("Sender counts those that are refused, tells once, and counts the others as sent", () => {
  const bench = new Bench();
  bench.outlet.refuse = [0, 2];
  bench.advertise(100, 100, 0);
  bench.sender.flush(NOW_MS);
  const { sent, sentLeaving, sendErrors } = bench.router.counters;
  assert.deepEqual({ sent, sentLeaving, sendErrors }, { sent: 1, sentLeaving: 0, sendErrors: 2 });
  assert.equal(bench.log.lines.filter((line) => line.includes("ENOBUFS")).length, 1);
});

Deno.test("Sender sends nothing on a link that is closed", () => {
  const bench = new Bench();
  bench.outlet.closed = true;
  bench.put(1);
  bench.advertise(100);
  bench.sender.flush(NOW_MS);
  assert.deepEqual(bench.outlet.sent, []);
  assert.equal(bench.router.counters.sendErrors, 1);
});

Deno.test("Sender sends nothing for a router that has no place", () => {
  const bench = new Bench();
  bench.sender.sendAdvert({ router: router(), priority: 100 }, NOW_MS);
  bench.sender.flush(NOW_MS);
  assert.deepEqual(bench.outlet.sent, []);
});
