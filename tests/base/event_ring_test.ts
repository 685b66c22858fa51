import assert from "node:assert/strict";
import { EventRing } from "../../src/base/event_ring.ts";

function ring(capacity: number, from: number, to: number): EventRing<{ sequence: number }> {
  const made = new EventRing<{ sequence: number }>(capacity);
  for (let sequence = from; sequence <= to; sequence++) made.push({ sequence });
  return made;
}

function after(made: EventRing<{ sequence: number }>, sequence: number): number[] | undefined {
  return made.after(sequence)?.map((event) => event.sequence);
}

Deno.test("EventRing gives what came after a number, and knows what it has forgotten", () => {
  const made = ring(3, 1, 10);
  assert.equal(made.last, 10);
  assert.deepEqual(after(made, 7), [8, 9, 10]);
  assert.deepEqual(after(made, 10), []);
  assert.equal(after(made, 6), undefined);
  assert.equal(after(made, 11), undefined);
  assert.deepEqual(made.all.map(({ sequence }) => sequence), [8, 9, 10]);
});

Deno.test("EventRing may begin anywhere and then has no gap", () => {
  const made = ring(10, 501, 503);
  assert.deepEqual(after(made, 500), [501, 502, 503]);
  assert.equal(after(made, 499), undefined);
  assert.throws(() => made.push({ sequence: 503 }), /grow/);
});

Deno.test("EventRing remembers nothing from before a gap", () => {
  const made = ring(10, 1, 3);
  made.push({ sequence: 6 });
  assert.equal(after(made, 3), undefined);
  assert.equal(after(made, 4), undefined);
  assert.deepEqual(after(made, 5), [6]);
  assert.deepEqual(made.all, [{ sequence: 6 }]);
});

Deno.test("EventRing of nothing has nothing after 0", () => {
  assert.deepEqual(after(ring(2, 1, 0), 0), []);
  assert.equal(after(ring(2, 1, 0), 1), undefined);
});
