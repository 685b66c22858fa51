import assert from "node:assert/strict";
import { Housekeeping } from "../../src/runtime/housekeeping.ts";

const MB = 1 << 20;

/** Its heap is `usedMb`, and a collection brings it to 50 MB. */
class Bench {
  usedMb = 50;
  collections = 0;
  readonly housekeeping = new Housekeeping({
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
  const housekeeping = new Housekeeping({ usedBytes: () => usedMb * MB, collect: undefined });
  housekeeping.tidy(0, Infinity);
  usedMb = 500;
  housekeeping.tidy(20_000, Infinity);
});
