import assert from "node:assert/strict";
import { SyscallError } from "../../ffi/errno.ts";
import type { SendSlots } from "../../ffi/frame_slots.ts";
import type { Outlet } from "../../src/runtime/outlet.ts";
import { LogLimit } from "../../src/runtime/log_limit.ts";
import { Sender } from "../../src/runtime/sender.ts";
import { formatIp, ipFromBytes } from "../../src/base/ip.ts";
import { addresses, NOW_MS, PaperLog, placement, router } from "./fixtures.ts";

const ENOBUFS = 105;
/** Version 4, a header of 5 words. */
const IPV4_FIRST_BYTE = 0x45;

/** Notes what leaves by it, by the first byte of each frame. */
class PaperOutlet implements Outlet {
  readonly ifindex = 3;
  readonly sent: number[][] = [];
  /** The addresses beside those that have one. */
  readonly sentTo: string[][] = [];
  /** Positions that are refused the next time. */
  refuse: readonly number[] = [];
  closed = false;

  constructor(readonly name: string) {}

  sendAll(slots: SendSlots, refused: (index: number, error: SyscallError) => void): void {
    const indices = Array.from({ length: slots.count }, (_, index) => index);
    this.sent.push(indices.map((index) => slots.bytes[slots.offsetOf(index)] ?? -1));
    if (this.sent.at(-1)?.[0] === IPV4_FIRST_BYTE) {
      this.sentTo.push(indices.map((index) => formatIp(ipFromBytes(slots.destinationOf(index)))));
    }
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

/** A bench whose router speaks to three peers by an outlet of its own. */
function unicastBench() {
  const bench = new Bench();
  const peers = addresses("10.9.0.7", "10.9.0.8", "10.9.0.9");
  const unicast = new PaperOutlet("eth0");
  const one = router({ unicast: { peers } });
  one.place(placement({ link: bench.outlet, unicast }));
  const advertise = (nowMs = NOW_MS) => {
    bench.sender.sendAdvert({ router: one, priority: 100 }, nowMs);
    bench.sender.flush(nowMs);
  };
  return { ...bench, router: one, unicast, advertise };
}

Deno.test("Sender sends the IP packet of an advertisement to each peer, and counts each", () => {
  const { router, outlet, unicast, advertise } = unicastBench();
  advertise();
  assert.deepEqual(outlet.sent, []);
  assert.deepEqual(unicast.sent, [[0x45, 0x45, 0x45]]);
  assert.deepEqual(unicast.sentTo, [["10.9.0.7", "10.9.0.8", "10.9.0.9"]]);
  assert.equal(router.counters.sent, 3);
});

Deno.test("Sender tells of each peer that cannot be reached, once until it can", () => {
  const { log, router, unicast, advertise } = unicastBench();
  const told = () => log.lines.filter((line) => line.includes("ENOBUFS")).length;
  for (const [refuse, expected] of [[[0], 1], [[0], 1], [[0, 2], 2], [[0, 2], 2]] as const) {
    unicast.refuse = refuse;
    advertise();
    assert.equal(told(), expected);
  }
  assert.equal(router.counters.sendErrors, 6);
  unicast.refuse = [];
  advertise();
  unicast.refuse = [0, 2];
  advertise(NOW_MS + 60_000);
  assert.equal(told(), 4);
});

Deno.test("Sender sends frames to the group where the virtual router has no outlet to its peers", () => {
  const { router, outlet, advertise } = unicastBench();
  router.place(placement({ link: outlet }));
  advertise();
  assert.deepEqual(outlet.sentTo, []);
  assert.equal(outlet.sent.length, 1);
});

Deno.test("Sender sends an announcement after advertisements to peers as a frame", () => {
  const { sender, outlet, unicast, advertise } = unicastBench();
  advertise();
  sender.send(outlet, Uint8Array.of(1, 2), NOW_MS);
  sender.flush(NOW_MS);
  assert.deepEqual(outlet.sent, [[1]]);
  assert.equal(unicast.sent.length, 1);
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
