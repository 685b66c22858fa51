import assert from "node:assert/strict";
import { ip } from "../../src/base/ip.ts";
import { initialState, step } from "../../src/vrrp/machine.ts";
import type {
  Action,
  FaultReason,
  RouterEvent,
  RouterState,
  StateName,
} from "../../src/vrrp/types.ts";
import {
  advert,
  backup,
  config,
  LINK_DOWN,
  linkReady,
  mac,
  master,
  NOW_MS,
  STOP,
  TIMER,
} from "./fixtures.ts";

const FAULT: RouterState = {
  name: "Fault",
  reason: "interfaceMissing",
  adjustment: 0,
  forced: undefined,
  startHeldUntilMs: NOW_MS,
};
const STATES: Readonly<Record<string, RouterState>> = {
  Init: initialState(config(), NOW_MS),
  Backup: backup(),
  Master: master(),
  "an owner's Master": master(config(), { owner: true }),
  Fault: FAULT,
};

const REMOVE: Action = { do: "removeAddresses" };
const RELEASE: Action = { do: "releaseMac" };

/** The actions, with the reports reduced to the states they name. */
function outline(actions: readonly Action[]): readonly (Action | string)[] {
  return actions.map((action) => {
    if (action.do !== "report" || action.report.what !== "transition") return action;
    return `${action.report.from} to ${action.report.to}: ${action.report.reason}`;
  });
}

const STOPPED: readonly { from: string; actions: readonly (Action | string)[] }[] = [
  { from: "Init", actions: ["Init to Down: stopped"] },
  { from: "Backup", actions: ["Backup to Down: stopped"] },
  { from: "Fault", actions: ["Fault to Down: stopped"] },
  {
    from: "Master",
    actions: [{ do: "sendAdvert", priority: 0 }, REMOVE, RELEASE, "Master to Down: stopped"],
  },
  {
    from: "an owner's Master",
    actions: [{ do: "sendAdvert", priority: 0 }, RELEASE, "Master to Down: stopped"],
  },
];

for (const { from, actions } of STOPPED) {
  Deno.test(`step() stops from ${from}, and only a Master says that it leaves`, () => {
    const result = step(config(), STATES[from] ?? FAULT, STOP, NOW_MS + 10);
    assert.equal(result.state.name, "Down");
    assert.equal(result.deadlineMs, Infinity);
    assert.deepEqual(outline(result.actions), actions);
  });
}

const FAULTS: readonly { from: string; actions: readonly (Action | string)[] }[] = [
  { from: "Init", actions: ["Init to Fault: linkFault"] },
  { from: "Backup", actions: ["Backup to Fault: linkFault"] },
  { from: "Fault", actions: ["Fault to Fault: linkFault"] },
  { from: "Master", actions: [REMOVE, RELEASE, "Master to Fault: linkFault"] },
  { from: "an owner's Master", actions: [RELEASE, "Master to Fault: linkFault"] },
];

for (const { from, actions } of FAULTS) {
  Deno.test(`step() falls into Fault from ${from} and sends nothing`, () => {
    const result = step(config(), STATES[from] ?? FAULT, LINK_DOWN, NOW_MS + 10);
    assert.ok(result.state.name === "Fault");
    assert.equal(result.state.reason, "interfaceDown");
    assert.equal(result.deadlineMs, Infinity);
    assert.deepEqual(outline(result.actions), actions);
  });
}

const REFUSALS: readonly FaultReason[] = ["macRefused", "refused"];

for (const reason of REFUSALS) {
  Deno.test(`step() says goodbye when it cannot be Master on an interface that works: ${reason}`, () => {
    const event: RouterEvent = { kind: "linkFault", reason };
    const goodbye = { do: "sendAdvert", priority: 0 };
    const said = (state: RouterState) => outline(step(config(), state, event, NOW_MS + 10).actions);
    assert.deepEqual(said(master()), [goodbye, REMOVE, RELEASE, "Master to Fault: linkFault"]);
    assert.deepEqual(said(backup()), ["Backup to Fault: linkFault"]);
    // Whoever has stood still may not be the Master any more.
    const listening = { ...master(), listening: true };
    assert.deepEqual(said(listening), [REMOVE, RELEASE, "Master to Fault: linkFault"]);
  });
}

Deno.test("step() reports a fault once for as long as its reason stays", () => {
  const first = step(config(), backup(), LINK_DOWN, NOW_MS + 10);
  assert.deepEqual(step(config(), first.state, LINK_DOWN, NOW_MS + 20).actions, []);
});

Deno.test("step() starts anew after Fault: a whole Master-Down interval, preemption delayed", () => {
  const ours = config({ preemptDelayMs: 5000 });
  const fault = step(ours, master(ours), LINK_DOWN, NOW_MS + 10).state;
  const ready = step(ours, fault, linkReady(), NOW_MS + 60_000);
  assert.equal(ready.state.name, "Backup");
  assert.equal(ready.deadlineMs, NOW_MS + 60_000 + 3609);
  const heard = step(ours, ready.state, advert({ priority: 1 }), NOW_MS + 64_999);
  assert.equal(heard.deadlineMs, NOW_MS + 64_999 + 3609);
});

Deno.test("step() makes an owner Master again at once after Fault", () => {
  const fault = step(config(), master(config(), { owner: true }), LINK_DOWN, NOW_MS + 10).state;
  const { state } = step(config(), fault, linkReady({ owner: true }), NOW_MS + 20);
  assert.equal(state.name, "Master");
});

const EVENTS: readonly RouterEvent[] = [
  TIMER,
  STOP,
  LINK_DOWN,
  linkReady(),
  linkReady({ owner: true }),
  advert({ priority: 0 }),
  advert({ priority: 255 }),
  { kind: "paused", pausedMs: 60_000 },
  { kind: "claimed", address: ip("10.9.0.100"), mac: mac("02:00:00:00:00:66") },
];

Deno.test("step() never leaves Down and never acts there", () => {
  for (const event of EVENTS) {
    const result = step(config(), { name: "Down" }, event, NOW_MS);
    assert.deepEqual(result, { state: { name: "Down" }, actions: [], deadlineMs: Infinity });
  }
});

const DEAF: readonly StateName[] = ["Init", "Fault"];

for (const name of DEAF) {
  Deno.test(`step() in ${name} answers nothing but the interface and the end`, () => {
    const state = STATES[name] ?? FAULT;
    for (const event of EVENTS) {
      if (["linkReady", "linkFault", "stop"].includes(event.kind)) continue;
      const result = step(config(), state, event, NOW_MS + 1e6);
      assert.deepEqual(result, { state, actions: [], deadlineMs: Infinity }, event.kind);
    }
  });
}
