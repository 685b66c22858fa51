import assert from "node:assert/strict";
import { LogLimit } from "../../src/runtime/log_limit.ts";

const MINUTE_MS = 60_000;
const START_MS = 123_456;

Deno.test("LogLimit lets the first line of a kind through and is silent then", () => {
  const limit = new LogLimit();
  assert.equal(limit.ask("VR 1", "ttl", START_MS), 0);
  assert.equal(limit.ask("VR 1", "ttl", START_MS + 1), undefined);
  assert.equal(limit.ask("VR 1", "ttl", START_MS + 100 * MINUTE_MS), undefined);
});

Deno.test("LogLimit tells kinds and subjects apart", () => {
  const limit = new LogLimit();
  for (const subject of ["VR 1", "VR 2"]) {
    for (const kind of ["ttl", "vrrpChecksum"]) {
      assert.equal(limit.ask(subject, kind, START_MS), 0, `${subject} ${kind}`);
    }
  }
});

Deno.test("LogLimit writes again after rearm(), with the number of lines held back", () => {
  const limit = new LogLimit();
  limit.ask("VR 1", "ttl", START_MS);
  for (let count = 0; count < 5; count++) limit.ask("VR 1", "ttl", START_MS + count);
  limit.rearm("VR 1");
  assert.equal(limit.ask("VR 1", "ttl", START_MS + MINUTE_MS), 5);
  limit.rearm("VR 1");
  assert.equal(limit.ask("VR 1", "ttl", START_MS + 2 * MINUTE_MS), 0);
});

Deno.test("LogLimit writes once a minute at most, however often rearm() is called", () => {
  const limit = new LogLimit();
  const written: number[] = [];
  for (let atMs = START_MS; atMs <= START_MS + 3 * MINUTE_MS; atMs += 500) {
    limit.rearm("VR 1");
    if (limit.ask("VR 1", "ttl", atMs) !== undefined) written.push(atMs - START_MS);
  }
  assert.deepEqual(written, [0, MINUTE_MS, 2 * MINUTE_MS, 3 * MINUTE_MS]);
});

Deno.test("LogLimit.rearm() re-arms all kinds of that subject and no other subject", () => {
  const limit = new LogLimit();
  for (const subject of ["VR 1", "VR 2"]) {
    for (const kind of ["ttl", "authData"]) limit.ask(subject, kind, START_MS);
  }
  limit.rearm("VR 1");
  limit.rearm("VR 3");
  const laterMs = START_MS + MINUTE_MS;
  assert.equal(limit.ask("VR 1", "ttl", laterMs), 0);
  assert.equal(limit.ask("VR 1", "authData", laterMs), 0);
  assert.equal(limit.ask("VR 2", "ttl", laterMs), undefined);
});

Deno.test("LogLimit writes 120 lines a minute at most in the whole process", () => {
  const limit = new LogLimit();
  const ask = (from: number, atMs: number) => {
    const subjects = Array.from({ length: 200 }, (_, index) => `VR ${from + index}`);
    return subjects.filter((subject) => limit.ask(subject, "ttl", atMs) !== undefined).length;
  };
  assert.equal(ask(0, START_MS), 120);
  assert.equal(ask(1000, START_MS + MINUTE_MS - 1), 0);
  assert.equal(ask(2000, START_MS + MINUTE_MS), 120);
});

Deno.test("LogLimit still writes a line later that the process's limit held back", () => {
  const limit = new LogLimit();
  for (let index = 0; index < 120; index++) limit.ask(`VR ${index}`, "ttl", START_MS);
  assert.equal(limit.ask("late", "ttl", START_MS), undefined);
  assert.equal(limit.ask("late", "ttl", START_MS + MINUTE_MS), 1);
});
