import assert from "node:assert/strict";
import { Throttle } from "../../src/api/throttle.ts";

function failing(...addresses: readonly string[]): Throttle {
  const throttle = new Throttle();
  for (const [index, address] of addresses.entries()) throttle.noteFailure(address, index);
  return throttle;
}

Deno.test("Throttle lets five failures pass and then waits until the first of them is a minute old", () => {
  const throttle = failing("10.0.0.1", "10.0.0.1", "10.0.0.1", "10.0.0.1");
  assert.equal(throttle.waitMs("10.0.0.1", 10), 0);
  throttle.noteFailure("10.0.0.1", 10);
  assert.equal(throttle.waitMs("10.0.0.1", 10), 59_990);
  assert.equal(throttle.waitMs("10.0.0.1", 59_999), 1);
  assert.equal(throttle.waitMs("10.0.0.1", 60_000), 0);
  assert.equal(throttle.waitMs("10.0.0.2", 10), 0);
});

Deno.test("Throttle takes an IPv6 network of 64 bits for one, and a mapped IPv4 address for itself", () => {
  const six = failing("2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8::4", "2001:db8::5");
  assert.ok(six.waitMs("2001:db8::ffff", 10) > 0);
  assert.equal(six.waitMs("2001:db8:0:1::1", 10), 0);
  const mapped = failing(...Array<string>(5).fill("::ffff:10.0.0.1"));
  assert.ok(mapped.waitMs("::ffff:10.0.0.1", 10) > 0);
  assert.equal(mapped.waitMs("::ffff:10.0.0.2", 10), 0);
});

Deno.test("Throttle forgets the oldest of too many addresses", () => {
  const throttle = failing(...Array<string>(5).fill("10.0.0.1"));
  assert.ok(throttle.waitMs("10.0.0.1", 10) > 0);
  for (let count = 0; count < 4096; count++) {
    throttle.noteFailure(`10.1.${count >> 8}.${count & 255}`, 10);
  }
  assert.equal(throttle.waitMs("10.0.0.1", 10), 0);
});
