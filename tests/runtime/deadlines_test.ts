import assert from "node:assert/strict";
import fc from "fast-check";
import { Deadlines } from "../../src/runtime/deadlines.ts";

function deadlines(...ms: readonly number[]): Deadlines {
  const table = new Deadlines(ms.length);
  ms.forEach((one, index) => table.set(index, one));
  return table;
}

Deno.test("Deadlines begin with nothing due", () => {
  const table = new Deadlines(3);
  assert.equal(table.get(1), Infinity);
  assert.equal(table.earliestMs, Infinity);
  assert.equal(table.latestUpTo(1e9), -Infinity);
});

Deno.test("Deadlines give the earliest of all, and the latest up to a limit", () => {
  const some = fc.array(fc.oneof(fc.nat(1000), fc.constant(Infinity)), { minLength: 1 });
  fc.assert(fc.property(some, fc.nat(1000), (ms, limitMs) => {
    const table = deadlines(...ms);
    assert.equal(table.earliestMs, Math.min(...ms));
    assert.equal(table.latestUpTo(limitMs), Math.max(-Infinity, ...ms.filter((m) => m <= limitMs)));
    ms.forEach((one, index) => assert.equal(table.get(index), one));
  }));
});
