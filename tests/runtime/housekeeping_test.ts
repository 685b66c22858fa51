import assert from "node:assert/strict";
import { Housekeeping } from "../../src/runtime/housekeeping.ts";

const MB = 1 << 20;

/** Its heap is `usedMb`, and a collection brings it to 50 MB. */
class Bench {
  usedMb = 50;
  collections = 0;
  releases = 0;
  readonly said: string[] = [];
  refusal: Error | undefined;
  readonly housekeeping = new Housekeeping({
    log: { debug: (_level, _source, text) => this.said.push(text()) },
    release: () => {
      this.releases++;
      if (this.refusal !== undefined) throw this.refusal;
    },
    usedBytes: () => this.usedMb * MB,
    collect: () => {
      this.collections++;
      this.usedMb = 50;
    },
  });
}

Deno.test("Housekeeping collects when much garbage has gathered, and not before", () => {
  const bench = new Bench();
  for (const [second, usedMb] of [[0, 50], [20, 60], [40, 65], [60, 67]] as const) {
    bench.usedMb = usedMb;
    bench.housekeeping.tidy(second * 1000, Infinity);
    assert.equal(bench.collections, usedMb === 67 ? 1 : 0, `${usedMb} MB`);
  }
});

Deno.test("Housekeeping collects only while nothing is due", () => {
  const bench = new Bench();
  bench.housekeeping.tidy(0, Infinity);
  bench.usedMb = 100;
  bench.housekeeping.tidy(20_000, 20_100);
  assert.equal(bench.collections, 0);
  bench.housekeeping.tidy(20_200, 20_900);
  assert.equal(bench.collections, 1);
});

Deno.test("Housekeeping leaves collecting to the engine where something is always due soon", () => {
  const bench = new Bench();
  bench.housekeeping.tidy(0, Infinity);
  bench.usedMb = 100;
  for (let nowMs = 10_000; nowMs < 80_000; nowMs += 10) bench.housekeeping.tidy(nowMs, nowMs + 10);
  assert.equal(bench.collections, 0);
});

Deno.test("Housekeeping waits half a minute for a quiet time to give back memory, and no longer", () => {
  const bench = new Bench();
  for (let nowMs = 0; nowMs < 30_000; nowMs += 10) bench.housekeeping.tidy(nowMs, nowMs + 10);
  assert.equal(bench.releases, 0);
  bench.housekeeping.tidy(30_000, 30_010);
  assert.equal(bench.releases, 1);
});

Deno.test("Housekeeping looks at the heap every ten seconds at most", () => {
  const bench = new Bench();
  bench.housekeeping.tidy(0, Infinity);
  bench.usedMb = 100;
  bench.housekeeping.tidy(9_999, Infinity);
  assert.equal(bench.collections, 0);
  bench.housekeeping.tidy(10_000, Infinity);
  assert.equal(bench.collections, 1);
});

Deno.test("Housekeeping does nothing where nobody can collect", () => {
  let usedMb = 50;
  const housekeeping = new Housekeeping({
    log: { debug: () => {} },
    usedBytes: () => usedMb * MB,
    collect: undefined,
    release: () => {},
  });
  housekeeping.tidy(0, Infinity);
  usedMb = 500;
  housekeeping.tidy(20_000, Infinity);
});

Deno.test("Housekeeping gives back the memory of a start once, as soon as nothing is due", () => {
  const bench = new Bench();
  bench.housekeeping.tidy(0, 100);
  assert.equal(bench.releases, 0);
  bench.housekeeping.tidy(100, Infinity);
  bench.housekeeping.tidy(20_000, Infinity);
  assert.equal(bench.releases, 1);
  bench.housekeeping.noteStart();
  bench.housekeeping.tidy(20_001, Infinity);
  assert.equal(bench.releases, 2);
});

Deno.test("Housekeeping goes on where the memory of the start cannot be given back", () => {
  const bench = new Bench();
  bench.refusal = new Error("Cannot open /proc/self/smaps: ENOENT");
  bench.housekeeping.tidy(0, Infinity);
  assert.deepEqual(bench.said, [
    "The memory of the start is kept: Cannot open /proc/self/smaps: ENOENT",
  ]);
});
