import assert from "node:assert/strict";
import { Waiting } from "../../src/runtime/waiting.ts";

/** A machine on which no work takes any time, and every wait ends at its deadline. */
class Bench {
  nowMs = 1_000_000;
  readonly log = { busy: false };
  turns = 0;
  /** The longest time that the rest of the process had no turn. */
  longestBreathlessMs = 0;
  /** Another thread is so late where this one alone runs in real time. */
  lateElsewhereMs = 0;
  #breathEndedMs = this.nowMs;
  #armedMs = Infinity;
  readonly waiting: Waiting;

  constructor() {
    this.waiting = new Waiting({
      log: this.log,
      clock: () => this.nowMs,
      pause: (ms) => {
        this.#giveTurn(this.nowMs + ms);
        return Promise.resolve();
      },
      poller: {
        interrupted: false,
        wake: () => {},
        arm: (instantMs) => this.#armedMs = instantMs,
        wait: () => {
          this.#giveTurn(Math.max(this.nowMs, this.#armedMs) + this.lateElsewhereMs);
          return Promise.resolve([]);
        },
        waitHere: (limitMs) => {
          this.nowMs = Math.min(this.nowMs + limitMs, Math.max(this.nowMs, this.#armedMs));
          return [];
        },
      },
    });
  }

  #giveTurn(untilMs: number): void {
    this.turns++;
    const breathlessMs = this.nowMs - this.#breathEndedMs;
    this.longestBreathlessMs = Math.max(this.longestBreathlessMs, breathlessMs);
    this.nowMs = Math.max(this.nowMs, untilMs);
    this.#breathEndedMs = this.nowMs;
  }

  /** As an engine does that has something due every `intervalMs`; gives how late it was at most. */
  async run({ intervalMs, untilMs }: { intervalMs: number; untilMs: number }): Promise<number> {
    let exactMs = this.nowMs + intervalMs;
    let latestMs = 0;
    while (this.nowMs < untilMs) {
      await this.waiting.until({ exactMs, roughMs: Infinity });
      if (this.nowMs < exactMs) continue;
      latestMs = Math.max(latestMs, this.nowMs - exactMs);
      exactMs += intervalMs;
    }
    return latestMs;
  }
}

const INTERVALS_MS = [10, 20, 30, 100, 1000] as const;

for (const intervalMs of INTERVALS_MS) {
  Deno.test(`Waiting.until() lets others work on at intervals of ${intervalMs} ms, and is not late`, async () => {
    const bench = new Bench();
    bench.log.busy = true;
    assert.equal(await bench.run({ intervalMs, untilMs: bench.nowMs + 5000 }), 0);
    assert.ok(bench.longestBreathlessMs <= 50, `${bench.longestBreathlessMs} ms`);
  });

  Deno.test(`Waiting.until() gives few turns at intervals of ${intervalMs} ms where nobody has work`, async () => {
    const bench = new Bench();
    await bench.run({ intervalMs, untilMs: bench.nowMs + 100 });
    bench.turns = 0;
    await bench.run({ intervalMs, untilMs: bench.nowMs + 20_000 });
    assert.ok(bench.turns >= 4 && bench.turns <= 100, `${bench.turns} turns in 20 s`);
  });
}

for (const intervalMs of [10, 21, 30, 99] as const) {
  Deno.test(`Waiting in real time does not wait for other threads at intervals of ${intervalMs} ms`, async () => {
    const bench = new Bench();
    bench.lateElsewhereMs = 40;
    bench.waiting.stayHere(true);
    bench.log.busy = true;
    assert.equal(await bench.run({ intervalMs, untilMs: bench.nowMs + 5000 }), 0);
    assert.ok(bench.longestBreathlessMs <= 50, `${bench.longestBreathlessMs} ms`);
    bench.log.busy = false;
    assert.equal(await bench.run({ intervalMs, untilMs: bench.nowMs + 5000 }), 0);
    // So long that others get a turn in any case.
    const beforeMs = bench.nowMs += 2000;
    await bench.waiting.between();
    assert.ok(bench.nowMs < beforeMs + bench.lateElsewhereMs);
  });
}

Deno.test("Waiting in real time lets others work on where nothing is due for long", async () => {
  const bench = new Bench();
  bench.waiting.stayHere(true);
  bench.log.busy = true;
  await bench.run({ intervalMs: 3000, untilMs: bench.nowMs + 9000 });
  assert.ok(bench.longestBreathlessMs <= 50, `${bench.longestBreathlessMs} ms`);
});

Deno.test("Waiting.until() goes on elsewhere while work is done that needs turns", async () => {
  const bench = new Bench();
  await bench.run({ intervalMs: 10, untilMs: bench.nowMs + 100 });
  const done = Promise.withResolvers<void>();
  const work = bench.waiting.alongside(() => done.promise);
  bench.turns = 0;
  await bench.run({ intervalMs: 10, untilMs: bench.nowMs + 1000 });
  assert.ok(bench.turns > 20, `${bench.turns} turns in 1 s`);
  done.resolve();
  await work;
});
