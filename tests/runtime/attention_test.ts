import assert from "node:assert/strict";
import { Fd } from "../../ffi/fd.ts";
import { type Attended, Attention } from "../../src/runtime/attention.ts";
import { Batch } from "../../src/runtime/batch.ts";
import { NOW_MS, router } from "./fixtures.ts";

const VRRP = new Fd(1001);
const URGENT = new Fd(1002);

/** A link with two virtual routers, the second of them Master, and its sockets on paper. */
class Bench {
  readonly watched = new Map<Fd, (batch: Batch, nowMs: number) => void>();
  readonly keen: (readonly number[])[] = [];
  readonly attention: Attention;
  /** How many frames wait each time that the socket is read. */
  waiting = 1;
  /** Whether there is time to read all of it. */
  drained = true;
  reads = 0;
  forgotten = 0;

  constructor({ urgentFd }: { urgentFd: Fd | undefined } = { urgentFd: URGENT }) {
    const link: Attended = {
      vrrpFd: VRRP,
      urgentFd,
      setKeen: (keen) => this.keen.push(keen),
      forgetUrgent: () => this.forgotten++,
    };
    const facts = { source: this.#master.config.protocol.addresses[0], mac: new Uint8Array(6) };
    assert.ok(facts.source !== undefined);
    const owner = { ...facts, source: facts.source, owner: true };
    this.#master.step({ kind: "linkReady", facts: owner }, NOW_MS);
    this.attention = new Attention({
      link,
      routers: [router({ protocol: { vrid: 7 } }), this.#master],
      watcher: {
        watch: (fd, take) => this.watched.set(fd, take),
        unwatch: (fd) => this.watched.delete(fd),
      },
      receive: () => {
        this.reads++;
        return { frames: this.waiting, drained: this.drained };
      },
      nowMs: NOW_MS,
    });
  }

  readonly #master = router({ protocol: { vrid: 9 } });

  get watchedFds(): Fd[] {
    return [...this.watched.keys()];
  }

  /** At the time that was asked for. */
  look(): number {
    const { lookAtMs } = this.attention;
    this.attention.look(new Batch(), lookAtMs);
    return lookAtMs;
  }
}

Deno.test("Attention reads everything as it comes at first", () => {
  const bench = new Bench();
  assert.deepEqual(bench.watchedFds, [VRRP]);
  bench.attention.look(new Batch(), NOW_MS + 1);
  assert.equal(bench.reads, 0);
  assert.equal(bench.attention.relaxed, false);
});

Deno.test("Attention is relaxed after a second, but for goodbyes and for Masters of our own", () => {
  const bench = new Bench();
  assert.equal(bench.look(), NOW_MS + 1000);
  assert.equal(bench.attention.relaxed, true);
  assert.deepEqual(bench.watchedFds, [URGENT]);
  assert.deepEqual(bench.keen, [[9]]);
  assert.equal(bench.reads, 1, "what came while the sockets changed places is not forgotten");
});

Deno.test("Attention looks once an interval while it is relaxed", () => {
  const bench = new Bench();
  bench.look();
  const times = [bench.look(), bench.look(), bench.look()];
  assert.deepEqual(times.map((ms) => ms % 1000), [0, 0, 0]);
  assert.deepEqual(times.map((ms) => ms - (times[0] ?? 0)), [0, 1000, 2000]);
  assert.equal(bench.reads, 4);
});

Deno.test("Attention reads at once when something is urgent", () => {
  const bench = new Bench();
  bench.look();
  bench.watched.get(URGENT)?.(new Batch(), NOW_MS + 1500);
  assert.equal(bench.forgotten, 1);
  assert.equal(bench.reads, 2);
  assert.equal(bench.attention.relaxed, true);
});

Deno.test("Attention reads everything again after a change of state, until that has settled", () => {
  const bench = new Bench();
  bench.look();
  bench.attention.attend(NOW_MS + 5000);
  assert.equal(bench.attention.relaxed, false);
  assert.deepEqual(bench.watchedFds, [VRRP]);
  assert.equal(bench.look(), NOW_MS + 6000);
  assert.equal(bench.attention.relaxed, true);
});

Deno.test("Attention reads everything as it comes for ten seconds of a flood", () => {
  const bench = new Bench();
  bench.look();
  bench.waiting = 17;
  const floodMs = bench.look();
  assert.equal(bench.attention.relaxed, false);
  assert.deepEqual(bench.watchedFds, [VRRP]);
  assert.equal(bench.attention.lookAtMs, floodMs + 10_000);
});

Deno.test("Attention looks again at once while there was no time to read all", () => {
  const bench = new Bench();
  bench.look();
  bench.drained = false;
  const lookMs = bench.look();
  assert.equal(bench.attention.lookAtMs, lookMs);
  bench.drained = true;
  assert.equal(bench.look(), lookMs);
  assert.equal(bench.attention.lookAtMs, lookMs + 1000);
  assert.equal(bench.attention.relaxed, true);
});

Deno.test("Attention looks again at once for the rest behind something urgent", () => {
  const bench = new Bench();
  bench.look();
  bench.drained = false;
  bench.watched.get(URGENT)?.(new Batch(), NOW_MS + 1500);
  assert.equal(bench.attention.lookAtMs, NOW_MS + 1500);
});

Deno.test("Attention knows a flood that takes several looks to read", () => {
  const bench = new Bench();
  bench.look();
  bench.waiting = 6;
  bench.drained = false;
  const floodMs = bench.look();
  bench.look();
  assert.equal(bench.attention.relaxed, true);
  bench.look();
  assert.equal(bench.attention.relaxed, false);
  assert.equal(bench.attention.lookAtMs, floodMs + 10_000);
});

Deno.test("Attention is never relaxed where the kernel cannot tell what is urgent", () => {
  const bench = new Bench({ urgentFd: undefined });
  assert.equal(bench.attention.lookAtMs, Infinity);
  bench.attention.attend(NOW_MS + 5000);
  assert.equal(bench.attention.lookAtMs, Infinity);
  assert.deepEqual(bench.watchedFds, [VRRP]);
});

Deno.test("Attention watches nothing any more when it is disposed of", () => {
  for (const relaxed of [false, true]) {
    const bench = new Bench();
    if (relaxed) bench.look();
    bench.attention[Symbol.dispose]();
    assert.deepEqual(bench.watchedFds, []);
  }
});
