import assert from "node:assert/strict";
import { ip } from "../../src/base/ip.ts";
import { initialState, step } from "../../src/vrrp/machine.ts";
import type {
  Action,
  ForcedState,
  RouterConfig,
  RouterEvent,
  RouterState,
} from "../../src/vrrp/types.ts";
import {
  advert,
  backup,
  config,
  LINK_DOWN,
  linkReady,
  master,
  NOW_MS,
  started,
  TIMER,
} from "./fixtures.ts";

const LATER_MS = NOW_MS + 1500;

function force(to: ForcedState | "auto"): RouterEvent {
  return { kind: "force", to };
}

function forced(
  state: RouterState,
  { to, ours = config() }: { to: ForcedState | "auto"; ours?: RouterConfig },
): RouterState {
  return step(ours, state, force(to), LATER_MS).state;
}

function forcedOf(state: RouterState): ForcedState | undefined {
  return state.name === "Down" ? undefined : state.forced;
}

Deno.test("step() forced to be Master takes over at once: advertise, MAC, addresses, announce", () => {
  const ours = config({ startupDelayMs: 60_000 });
  const { state, actions, deadlineMs } = step(ours, backup(ours), force("Master"), LATER_MS);
  assert.equal(state.name, "Master");
  assert.equal(forcedOf(state), "Master");
  assert.equal(deadlineMs, 102_000);
  assert.deepEqual(actions, [
    { do: "sendAdvert", priority: 100 },
    { do: "assumeMac" },
    { do: "addAddresses" },
    { do: "announce", repeat: 5 },
    {
      do: "report",
      report: { what: "transition", from: "Backup", to: "Master", reason: "forced" },
    },
  ]);
});

Deno.test("step() forced to be what it is, Master, says so again and keeps its schedule", () => {
  const { state, actions, deadlineMs } = step(config(), master(), force("Master"), NOW_MS + 100);
  assert.deepEqual(state, { ...master(), forced: "Master" });
  assert.equal(deadlineMs, 101_000);
  assert.deepEqual(actions, [{ do: "sendAdvert", priority: 100 }, { do: "announce", repeat: 5 }]);
});

Deno.test("step() forced to be Master is silent while it listens after a pause", () => {
  const listening = { ...master(), listening: true };
  const { state, actions } = step(config(), listening, force("Master"), NOW_MS + 100);
  assert.deepEqual(state, { ...listening, forced: "Master" });
  assert.deepEqual(actions, []);
});

Deno.test("step() forced to be Master yields to a higher priority, and the force is over", () => {
  const state = forced(backup(), { to: "Master" });
  const higher = step(config(), state, advert({ priority: 101 }), LATER_MS + 10).state;
  assert.equal(higher.name, "Backup");
  assert.equal(forcedOf(higher), undefined);
  const lower = step(config(), state, advert({ priority: 99 }), LATER_MS + 10).state;
  assert.equal(lower.name, "Master");
  assert.equal(forcedOf(lower), "Master");
});

Deno.test("step() forced to be Backup says that it leaves, and waits one Master-Down interval", () => {
  const { state, actions, deadlineMs } = step(config(), master(), force("Backup"), LATER_MS);
  assert.equal(state.name, "Backup");
  assert.equal(forcedOf(state), "Backup");
  assert.equal(deadlineMs, LATER_MS + 3609);
  assert.deepEqual(actions, [
    { do: "sendAdvert", priority: 0 },
    { do: "removeAddresses" },
    { do: "releaseMac" },
    {
      do: "report",
      report: { what: "transition", from: "Master", to: "Backup", reason: "forced" },
    },
  ]);
});

Deno.test("step() forced to be Backup as a listening Master leaves in silence", () => {
  const { actions } = step(config(), { ...master(), listening: true }, force("Backup"), LATER_MS);
  assert.equal(actions.some((action: Action) => action.do === "sendAdvert"), false);
});

Deno.test("step() forced to be Backup leaves every Master in peace, even as an owner", () => {
  for (const owner of [false, true]) {
    const ours = config();
    let state = forced(master(ours, { owner }), { to: "Backup" });
    for (const priority of [1, 99, 100, 254]) {
      const heard = step(ours, state, advert({ priority }), LATER_MS + priority);
      const waitMs = owner ? 3004 : 3609;
      assert.equal(heard.deadlineMs, LATER_MS + priority + waitMs, `${priority} re-arms the timer`);
      assert.equal(forcedOf(heard.state), "Backup");
      state = heard.state;
    }
  }
});

Deno.test("step() forced to be Backup takes over when nobody is Master, and the force is over", () => {
  const { state } = step(config(), forced(master(), { to: "Backup" }), TIMER, LATER_MS + 3609);
  assert.equal(state.name, "Master");
  assert.equal(forcedOf(state), undefined);
});

Deno.test("step() forced to be Backup waits only the skew when the Master leaves: nobody is it then", () => {
  const state = forced(master(), { to: "Backup" });
  assert.equal(step(config(), state, advert({ priority: 0 }), LATER_MS).deadlineMs, LATER_MS + 609);
});

Deno.test("step() forced to be Backup no longer replaces the Master that it was about to replace", () => {
  const preempting = step(config(), backup(), advert({ priority: 50 }), NOW_MS + 1000).state;
  const { state, deadlineMs } = step(config(), preempting, force("Backup"), LATER_MS);
  assert.ok(state.name === "Backup");
  assert.deepEqual(state.master, { address: ip("10.9.0.9"), priority: 50 });
  assert.equal(state.preempting, undefined);
  assert.equal(deadlineMs, LATER_MS + 3609);
});

Deno.test("step() forced to be Backup counts silence from before on", () => {
  const { deadlineMs } = step(config(), backup(), force("Backup"), LATER_MS);
  assert.equal(deadlineMs, NOW_MS + 3609);
});

Deno.test("step() preempts again after auto", () => {
  const state = forced(forced(master(), { to: "Backup" }), { to: "auto" });
  assert.equal(forcedOf(state), undefined);
  const lower = step(config(), state, advert({ priority: 99 }), LATER_MS + 1000);
  assert.equal(lower.deadlineMs, LATER_MS + 3609);
});

Deno.test("step() stays Master after auto", () => {
  const state = forced(forced(backup(), { to: "Master" }), { to: "auto" });
  assert.equal(state.name, "Master");
  assert.equal(forcedOf(state), undefined);
});

Deno.test("step() remembers through a Fault that it is forced to be Backup, even as an owner", () => {
  const fault = step(config(), forced(master(), { to: "Backup" }), LINK_DOWN, LATER_MS).state;
  assert.equal(forcedOf(fault), "Backup");
  for (const owner of [false, true]) {
    const { state } = step(config(), fault, linkReady({ owner }), LATER_MS);
    assert.equal(state.name, "Backup");
    assert.equal(forcedOf(state), "Backup");
  }
});

Deno.test("step() forgets in a Fault that it was forced to be Master", () => {
  const fault = step(config(), forced(backup(), { to: "Master" }), LINK_DOWN, LATER_MS).state;
  assert.equal(forcedOf(fault), undefined);
});

Deno.test("step() cannot be forced to be Master where nothing runs, which ends a forced Backup", () => {
  const init = initialState(config(), NOW_MS);
  const fault = step(config(), started(config()), LINK_DOWN, NOW_MS).state;
  for (const state of [init, fault]) {
    const asBackup = forced(state, { to: "Backup" });
    assert.equal(forcedOf(asBackup), "Backup");
    assert.deepEqual(forced(asBackup, { to: "Master" }), state);
    assert.deepEqual(forced(asBackup, { to: "auto" }), state);
  }
});
