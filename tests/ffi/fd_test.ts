import assert from "node:assert/strict";
import { counter, isCounter } from "./descriptors.ts";

Deno.test("Fd.close() closes the descriptor", async () => {
  const fd = counter(0);
  const { number } = fd;
  assert.equal(await isCounter(number), true);
  fd.close();
  assert.equal(fd.closed, true);
  assert.equal(await isCounter(number), false);
});

Deno.test("Fd.close() leaves the next owner of the number alone when called again", () => {
  const first = counter(0);
  const { number } = first;
  first.close();
  // The kernel gives the lowest free number, so this is the first's.
  using second = counter(0);
  assert.equal(second.number, number);
  first.close();
  first[Symbol.dispose]();
  using third = counter(0);
  assert.notEqual(third.number, number);
});

Deno.test("Fd.number throws once it is closed", () => {
  const fd = counter(0);
  fd.close();
  assert.throws(() => fd.number, /Cannot use a file descriptor that has been closed/);
});

Deno.test("Fd closes itself at the end of its scope", async () => {
  let number: number;
  {
    using fd = counter(0);
    number = fd.number;
    assert.equal(fd.closed, false);
  }
  assert.equal(await isCounter(number), false);
});
