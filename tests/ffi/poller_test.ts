import assert from "node:assert/strict";
import { boottimeMs } from "../../ffi/clock.ts";
import { SyscallError } from "../../ffi/errno.ts";
import { FIRST_TOKEN, Poller } from "../../ffi/poller.ts";
import { counter } from "./descriptors.ts";

const TOKEN = FIRST_TOKEN + 5;

Deno.test("boottimeMs() goes on like the machine's uptime", async () => {
  const [uptime] = (await Deno.readTextFile("/proc/uptime")).split(" ");
  const afterMs = boottimeMs();
  // /proc/uptime is cut to centiseconds, and is read first.
  assert.ok(afterMs >= Number(uptime) * 1000);
  assert.ok(afterMs < Number(uptime) * 1000 + 60_000);
  assert.ok(boottimeMs() >= afterMs);
});

Deno.test("Poller.wait() ends at the deadline and not before", async () => {
  using poller = new Poller();
  for (const delayMs of [1.5, 20, 3]) {
    const deadlineMs = boottimeMs() + delayMs;
    poller.arm(deadlineMs);
    assert.deepEqual(await poller.wait(), []);
    assert.ok(boottimeMs() >= deadlineMs);
  }
});

Deno.test("Poller.arm() takes a deadline in the past as one that is due", async () => {
  using poller = new Poller();
  for (const deadlineMs of [boottimeMs() - 1000, 0, -5]) {
    poller.arm(deadlineMs);
    assert.deepEqual(await poller.wait(), []);
  }
});

Deno.test("Poller.arm() replaces the deadline", async () => {
  using poller = new Poller();
  poller.arm(boottimeMs() + 3_600_000);
  const deadlineMs = boottimeMs() + 5;
  poller.arm(deadlineMs);
  assert.deepEqual(await poller.wait(), []);
  assert.ok(boottimeMs() >= deadlineMs);
});

Deno.test("Poller.arm() takes the same deadline again once it is over", async () => {
  using poller = new Poller();
  const deadlineMs = boottimeMs() + 1;
  for (let round = 0; round < 2; round++) {
    poller.arm(deadlineMs);
    assert.deepEqual(await poller.wait(), []);
  }
});

Deno.test("Poller.arm() with Infinity waits for other things only", async () => {
  using poller = new Poller();
  poller.arm(boottimeMs() + 5);
  poller.arm(Infinity);
  let woken = false;
  setTimeout(() => {
    woken = true;
    poller.wake();
  }, 50);
  assert.deepEqual(await poller.wait(), []);
  assert.equal(woken, true);
});

Deno.test("Poller.wake() before a wait ends that wait, and only that", async () => {
  using poller = new Poller();
  poller.wake();
  poller.wake();
  assert.deepEqual(await poller.wait(), []);
  const deadlineMs = boottimeMs() + 5;
  poller.arm(deadlineMs);
  await poller.wait();
  assert.ok(boottimeMs() >= deadlineMs);
});

Deno.test("Poller.wait() names what can be read, again and again until it is read", async () => {
  using poller = new Poller();
  using quiet = counter(0);
  using ready = counter(1);
  poller.add(quiet, FIRST_TOKEN);
  poller.add(ready, TOKEN);
  assert.deepEqual(await poller.wait(), [TOKEN]);
  assert.deepEqual(await poller.wait(), [TOKEN]);
});

Deno.test("Poller.wait() names everything that is ready at once", async () => {
  using poller = new Poller();
  const descriptors = Array.from({ length: 40 }, () => counter(1));
  try {
    for (const [index, fd] of descriptors.entries()) poller.add(fd, FIRST_TOKEN + index);
    const tokens = [...await poller.wait()].sort((a, b) => a - b);
    assert.deepEqual(tokens, descriptors.map((_, index) => FIRST_TOKEN + index));
  } finally {
    for (const fd of descriptors) fd.close();
  }
});

Deno.test("Poller.wait() names a descriptor together with the end of the deadline", async () => {
  using poller = new Poller();
  using ready = counter(1);
  poller.add(ready, TOKEN);
  poller.arm(0);
  poller.wake();
  assert.deepEqual(await poller.wait(), [TOKEN]);
});

Deno.test("Poller.remove() forgets a descriptor", async () => {
  using poller = new Poller();
  using ready = counter(1);
  poller.add(ready, TOKEN);
  poller.remove(ready);
  poller.wake();
  assert.deepEqual(await poller.wait(), []);
});

Deno.test("Poller.add() refuses a descriptor that is watched already", () => {
  using poller = new Poller();
  using ready = counter(1);
  poller.add(ready, TOKEN);
  assert.throws(
    () => poller.add(ready, TOKEN),
    (error) => error instanceof SyscallError && error.code === "EEXIST",
  );
});
