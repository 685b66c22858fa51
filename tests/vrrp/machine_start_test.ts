import assert from "node:assert/strict";
import { ip } from "../../src/base/ip.ts";
import { initialState, step } from "../../src/vrrp/machine.ts";
import { advert, backup, config, facts, linkReady, master, NOW_MS, TIMER } from "./fixtures.ts";

Deno.test("initialState() waits in Init for the interface", () => {
  const init = initialState(config(), NOW_MS);
  assert.equal(init.name, "Init");
  assert.equal(step(config(), init, TIMER, NOW_MS + 1e9).deadlineMs, Infinity);
});

Deno.test("step() goes from Init to Backup and waits one Master-Down interval", () => {
  const { state, actions, deadlineMs } = step(
    config(),
    initialState(config(), NOW_MS),
    linkReady(),
    NOW_MS,
  );
  assert.equal(state.name, "Backup");
  assert.equal(deadlineMs, NOW_MS + 3609);
  assert.deepEqual(actions, [
    { do: "report", report: { what: "transition", from: "Init", to: "Backup", reason: "started" } },
  ]);
});

Deno.test("step() makes an owner Master at once and leaves its addresses alone", () => {
  const { state, actions, deadlineMs } = step(
    config({ startupDelayMs: 60_000, preemptDelayMs: 60_000 }),
    initialState(config({ startupDelayMs: 60_000 }), NOW_MS),
    linkReady({ owner: true }),
    NOW_MS,
  );
  assert.equal(state.name, "Master");
  assert.equal(deadlineMs, 101_000);
  assert.deepEqual(actions, [
    { do: "sendAdvert", priority: 255 },
    { do: "assumeMac" },
    { do: "announce", repeat: 5 },
    {
      do: "report",
      report: { what: "transition", from: "Init", to: "Master", reason: "ownsAddresses" },
    },
  ]);
});

Deno.test("step() follows new facts of the interface without changing the state", () => {
  const source = ip("10.9.0.77");
  for (const before of [backup(), master()]) {
    const { state, actions } = step(config(), before, linkReady({ source }), NOW_MS + 10);
    assert.deepEqual(state, { ...before, facts: facts({ source }) });
    assert.deepEqual(actions, []);
  }
});

Deno.test("step() settles ownership at the start: later the addresses may be ours", () => {
  const { state } = step(config(), master(), linkReady({ owner: true }), NOW_MS + 10);
  assert.ok(state.name === "Master" && !state.facts.owner);
});

Deno.test("step() holds a start back although nobody is heard", () => {
  const held = config({ startupDelayMs: 10_000 });
  const ready = step(held, initialState(held, NOW_MS), linkReady(), NOW_MS + 2000);
  assert.equal(ready.deadlineMs, NOW_MS + 10_000);
  const early = step(held, ready.state, TIMER, NOW_MS + 9999);
  assert.equal(early.state.name, "Backup");
  assert.equal(step(held, early.state, TIMER, NOW_MS + 10_000).state.name, "Master");
});

Deno.test("step() counts the start's hold from the start, not from the return of the interface", () => {
  const held = config({ startupDelayMs: 10_000 });
  const fault = step(held, initialState(held, NOW_MS), {
    kind: "linkFault",
    reason: "interfaceDown",
  }, NOW_MS);
  const ready = step(held, fault.state, linkReady(), NOW_MS + 9000);
  assert.equal(ready.deadlineMs, NOW_MS + 9000 + 3609);
});

Deno.test("step() waits for a Master heard during the start's hold as for any other", () => {
  const held = config({ startupDelayMs: 10_000 });
  const ready = step(held, initialState(held, NOW_MS), linkReady(), NOW_MS);
  const heard = step(held, ready.state, advert({ priority: 200 }), NOW_MS + 9000);
  assert.equal(heard.deadlineMs, NOW_MS + 9000 + 3609);
});
