import assert from "node:assert/strict";
import { AhNumbers } from "../../src/vrrp/ah_numbers.ts";

function reasonOf(numbers: AhNumbers, number: number): string {
  const result = numbers.accept(number);
  return result.ok ? "accepted" : result.error.reason;
}

Deno.test("next() begins with 1 and counts on", () => {
  const numbers = new AhNumbers();
  assert.deepEqual([numbers.next(), numbers.next()], [1, 2]);
});

Deno.test("next() counts on from whoever was heard last", () => {
  const numbers = new AhNumbers();
  numbers.next();
  numbers.accept(16);
  assert.equal(numbers.next(), 17);
});

Deno.test("next() stays at the end, as keepalived does", () => {
  const numbers = new AhNumbers();
  numbers.accept(0xfffffffe);
  assert.deepEqual([numbers.next(), numbers.next()], [0xffffffff, 0xffffffff]);
});

Deno.test("accept() takes no number twice, nor one below, whoever sends it", () => {
  const numbers = new AhNumbers();
  assert.equal(reasonOf(numbers, 7), "accepted");
  assert.equal(reasonOf(numbers, 7), "authReplay");
  assert.equal(reasonOf(numbers, 6), "authReplay");
  assert.equal(reasonOf(numbers, 8), "accepted");
});

Deno.test("accept() refuses our own number", () => {
  const numbers = new AhNumbers();
  assert.equal(reasonOf(numbers, numbers.next()), "authReplay");
});

Deno.test("attack: one number far above all others does not shut everybody out", () => {
  const numbers = new AhNumbers();
  numbers.accept(100);
  assert.equal(reasonOf(numbers, 100 + 2 ** 31 + 1), "authJump");
  assert.equal(reasonOf(numbers, 101), "accepted");
  assert.equal(reasonOf(numbers, 101 + 2 ** 31), "accepted");
});

Deno.test("accept() takes any number where none was heard: others may count for long", () => {
  assert.equal(reasonOf(new AhNumbers(), 0xfffffffe), "accepted");
});
