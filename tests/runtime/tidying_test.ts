import assert from "node:assert/strict";
import { Tidying } from "../../src/runtime/tidying.ts";

/** Things that are left behind, and an engine that has a turn every 10 ms. */
class Bench {
  left: number;
  nowMs = 1_000_000;
  readonly places: string[] = [];
  #answer: ((isMore: boolean) => void) | undefined;
  readonly tidying = new Tidying({
    here: () => this.#take("here"),
    elsewhere: () => {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      this.#answer = resolve;
      return promise;
    },
  });

  constructor({ left }: { readonly left: number }) {
    this.left = left;
    this.tidying.noteConfiguration(this.nowMs);
  }

  #take(where: string): boolean {
    if (this.left > 0) this.places.push(where);
    this.left = Math.max(0, this.left - 1);
    return this.left > 0;
  }

  /** Turns in which nothing is due for `freeMs`. */
  async run({ freeMs, forMs }: { readonly freeMs: number; readonly forMs: number }): Promise<void> {
    const untilMs = this.nowMs + forMs;
    for (; this.nowMs < untilMs; this.nowMs += 10) {
      this.tidying.turn(this.nowMs, freeMs);
      await Promise.resolve();
    }
  }

  /** What goes on elsewhere has been done. */
  async finish(): Promise<void> {
    const answer = this.#answer;
    assert.ok(answer !== undefined, "something goes on elsewhere");
    this.#answer = undefined;
    answer(this.#take("elsewhere"));
    await new Promise((resolve) => setTimeout(resolve));
  }

  get isUnderWay(): boolean {
    return this.#answer !== undefined;
  }
}

Deno.test("Tidying works on this thread where there is time for it, at once and until all is done", () => {
  const bench = new Bench({ left: 2 });
  assert.deepEqual([bench.tidying.turn(0, 1000), bench.tidying.turn(0, 1000)], [true, false]);
  assert.deepEqual(bench.places, ["here", "here"]);
});

Deno.test("Tidying works on another thread where there is never time for it, one thing after the other", async () => {
  const bench = new Bench({ left: 2 });
  await bench.run({ freeMs: 9, forMs: 1000 });
  assert.equal(bench.isUnderWay, false);
  await bench.run({ freeMs: 9, forMs: 2000 });
  await bench.finish();
  assert.equal(bench.left, 1);
  await bench.run({ freeMs: 9, forMs: 1000 });
  await bench.finish();
  assert.deepEqual(bench.places, ["elsewhere", "elsewhere"]);
  await bench.run({ freeMs: 9, forMs: 60_000 });
  assert.equal(bench.isUnderWay, false);
});

Deno.test("Tidying does nothing on this thread while it goes on elsewhere", async () => {
  const bench = new Bench({ left: 3 });
  await bench.run({ freeMs: 9, forMs: 3000 });
  assert.equal(bench.isUnderWay, true);
  await bench.run({ freeMs: 1000, forMs: 1000 });
  assert.equal(bench.left, 3);
  await bench.finish();
  await bench.run({ freeMs: 1000, forMs: 1000 });
  assert.deepEqual(bench.places, ["elsewhere", "here", "here"]);
});
