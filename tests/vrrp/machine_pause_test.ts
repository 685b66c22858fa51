import assert from "node:assert/strict";
import { ip } from "../../src/base/ip.ts";
import { step } from "../../src/vrrp/machine.ts";
import type { Action, RouterEvent } from "../../src/vrrp/types.ts";
import { advert, backup, config, LINK_DOWN, mac, master, NOW_MS, STOP, TIMER } from "./fixtures.ts";

const PAUSED_MS = 3610;
const RESUMED_MS = NOW_MS + PAUSED_MS;
const PAUSED: RouterEvent = { kind: "paused", pausedMs: PAUSED_MS };

function resumedMaster() {
  return step(config(), master(), PAUSED, RESUMED_MS);
}

function paused(listenMs: number, pausedMs = PAUSED_MS): Action {
  return { do: "report", report: { what: "paused", pausedMs, listenMs } };
}

Deno.test("step() takes no notice of a pause of up to one Master-Down interval", () => {
  for (const state of [master(), backup()]) {
    const result = step(config(), state, { kind: "paused", pausedMs: 3609 }, NOW_MS + 3609);
    assert.equal(result.state, state);
    assert.deepEqual(result.actions, []);
  }
});

Deno.test("step() as Master listens for one interval after a long pause before it speaks", () => {
  const { state, actions, deadlineMs } = resumedMaster();
  assert.equal(state.name, "Master");
  assert.deepEqual(actions, [paused(1000)]);
  assert.equal(deadlineMs, RESUMED_MS + 1000);
});

Deno.test("step() as Master listens for 100 ms where the interval is shorter", () => {
  const ours = config({ version: 3, advertIntervalMs: 10 });
  const event = { kind: "paused", pausedMs: 60_000 } as const;
  const { actions, deadlineMs } = step(ours, master(ours), event, RESUMED_MS);
  assert.deepEqual(actions, [paused(100, 60_000)]);
  assert.equal(deadlineMs, RESUMED_MS + 100);
});

Deno.test("step() as Master that heard nobody advertises, announces again and goes on", () => {
  const result = step(config(), resumedMaster().state, TIMER, RESUMED_MS + 1000);
  assert.deepEqual(result.actions, [
    { do: "sendAdvert", priority: 100 },
    { do: "announce", repeat: 5 },
  ]);
  assert.ok(result.state.name === "Master" && !result.state.listening);
  assert.equal(result.state.nextAdvertAtMs, 105_000);
});

Deno.test("step() as a listening Master answers nobody", () => {
  const { state } = resumedMaster();
  const events: readonly RouterEvent[] = [
    TIMER,
    advert({ priority: 0 }),
    advert({ priority: 99 }),
    { kind: "claimed", address: ip("10.9.0.100"), mac: mac("02:00:00:00:00:66") },
  ];
  for (const event of events) {
    const result = step(config(), state, event, RESUMED_MS + 999);
    assert.deepEqual(result, { state, actions: [], deadlineMs: RESUMED_MS + 1000 }, event.kind);
  }
});

Deno.test("step() as a listening Master gives way to a better one", () => {
  const { state, actions } = step(
    config(),
    resumedMaster().state,
    advert({ priority: 101 }),
    RESUMED_MS + 10,
  );
  assert.equal(state.name, "Backup");
  assert.deepEqual(actions.slice(0, 2), [{ do: "removeAddresses" }, { do: "releaseMac" }]);
});

Deno.test("step() as a listening Master ends in silence: another may be Master by now", () => {
  for (const event of [STOP, LINK_DOWN]) {
    const { actions } = step(config(), resumedMaster().state, event, RESUMED_MS + 10);
    assert.equal(actions.some((action) => action.do === "sendAdvert"), false);
    assert.deepEqual(actions.slice(0, 2), [{ do: "removeAddresses" }, { do: "releaseMac" }]);
  }
});

Deno.test("step() as Backup listens for an interval and its skew before it takes over", () => {
  const { state, actions, deadlineMs } = step(config(), backup(), PAUSED, RESUMED_MS);
  assert.equal(state.name, "Backup");
  assert.deepEqual(actions, [paused(1000)]);
  assert.equal(deadlineMs, RESUMED_MS + 1609);
  assert.equal(step(config(), state, TIMER, RESUMED_MS + 1608.9).state.name, "Backup");
  assert.equal(step(config(), state, TIMER, RESUMED_MS + 1609).state.name, "Master");
});

Deno.test("step() as Backup never waits less because of a pause", () => {
  const before = { ...backup(), masterDownAtMs: RESUMED_MS + 3000 };
  const { deadlineMs } = step(config(), before, PAUSED, RESUMED_MS);
  assert.equal(deadlineMs, RESUMED_MS + 3000);
});
