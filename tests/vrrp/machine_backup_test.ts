import assert from "node:assert/strict";
import { ip } from "../../src/base/ip.ts";
import { step } from "../../src/vrrp/machine.ts";
import type { RouterConfig, RouterEvent, TransitionReason } from "../../src/vrrp/types.ts";
import { advert, backup, config, linkReady, master, NOW_MS, started, TIMER } from "./fixtures.ts";

const LATER_MS = NOW_MS + 1500;
const UNTOUCHED_MS = NOW_MS + 3609;
const REARMED_MS = LATER_MS + 3609;

const HEARD = [
  { why: "a higher priority re-arms the timer", heard: 101, deadlineMs: REARMED_MS },
  { why: "an equal priority re-arms the timer", heard: 100, deadlineMs: REARMED_MS },
  { why: "a lower priority is ignored", heard: 99, deadlineMs: UNTOUCHED_MS },
  { why: "priority 0 leaves only the skew", heard: 0, deadlineMs: LATER_MS + 609 },
  {
    why: "with preemption off a lower priority re-arms the timer",
    heard: 1,
    differences: { preempt: false },
    deadlineMs: REARMED_MS,
  },
  {
    why: "with preemption off priority 0 still leaves only the skew",
    heard: 0,
    differences: { preempt: false },
    deadlineMs: LATER_MS + 609,
  },
  {
    why: "while preemption is delayed a lower priority re-arms the timer",
    heard: 99,
    differences: { preemptDelayMs: 1501 },
    deadlineMs: REARMED_MS,
  },
  {
    why: "once the delay of preemption is over a lower priority is ignored",
    heard: 99,
    differences: { preemptDelayMs: 1500 },
    deadlineMs: UNTOUCHED_MS,
  },
];

for (const { why, heard, differences, deadlineMs } of HEARD) {
  Deno.test(`step() as Backup: ${why}`, () => {
    const ours = config(differences);
    const result = step(ours, backup(ours), advert({ priority: heard }), LATER_MS);
    assert.equal(result.state.name, "Backup");
    assert.equal(result.deadlineMs, deadlineMs);
    assert.deepEqual(result.actions, []);
  });
}

Deno.test("step() as Backup ignores the sender's address: ties are no matter of a Backup", () => {
  for (const from of [ip("0.0.0.1"), ip("255.255.255.254")]) {
    const result = step(config(), backup(), advert({ from }), LATER_MS);
    assert.equal(result.deadlineMs, REARMED_MS);
  }
});

Deno.test("step() as Backup takes silence over at once, although preemption is delayed", () => {
  const ours = config({ preemptDelayMs: 60_000, preempt: false });
  assert.equal(step(ours, backup(ours), TIMER, UNTOUCHED_MS).state.name, "Master");
});

const REFUSED_LAST = { refusedLast: true } as const;
const LEAVING = [
  { row: "a lower priority", before: [], ours: config() },
  { row: "one that its own has risen above", before: [adjusted(-60), adjusted(0)], ours: config() },
  { row: "one of its sync group's link", before: [], ours: config({ syncGroup: "uplinks" }) },
] satisfies readonly { row: string; before: readonly RouterEvent[]; ours: RouterConfig }[];

function adjusted(adjustment: number): RouterEvent {
  return { kind: "adjust", adjustment };
}

for (const { row, before, ours } of LEAVING) {
  Deno.test(`step() as Backup leaves every Master in peace after its last take-over was refused: ${row}`, () => {
    let state = started(config(), REFUSED_LAST);
    state = step(ours, state, advert({ priority: 50 }), LATER_MS).state;
    for (const event of before) state = step(ours, state, event, LATER_MS).state;
    // The interface tells of itself meanwhile, and of the same.
    state = step(ours, state, linkReady(), LATER_MS).state;
    const result = step(ours, state, advert({ priority: 50 }), LATER_MS + 1000);
    assert.equal(result.state.name, "Backup");
    assert.equal(result.deadlineMs, LATER_MS + 1000 + 3609);
  });
}

Deno.test("step() takes silence over after a refusal, and then preempts as before", () => {
  const backup = started(config(), REFUSED_LAST);
  const ofSilence = step(config(), backup, TIMER, UNTOUCHED_MS).state;
  assert.equal(ofSilence.name, "Master");
  const again = step(config(), ofSilence, advert({ priority: 200 }), UNTOUCHED_MS + 10).state;
  assert.equal(again.name, "Backup");
  const { deadlineMs } = step(config(), again, advert({ priority: 50 }), UNTOUCHED_MS + 1000);
  assert.equal(deadlineMs, UNTOUCHED_MS + 10 + 3609);
});

Deno.test("step() as Backup does nothing when it is called too early", () => {
  const before = backup();
  const result = step(config(), before, TIMER, UNTOUCHED_MS - 0.001);
  assert.deepEqual(result, { state: before, actions: [], deadlineMs: UNTOUCHED_MS });
});

Deno.test("step() takes over in order: advertise, MAC, addresses, announce", () => {
  const { state, actions, deadlineMs } = step(config(), backup(), TIMER, UNTOUCHED_MS);
  assert.equal(state.name, "Master");
  assert.deepEqual(actions, [
    { do: "sendAdvert", priority: 100 },
    { do: "assumeMac" },
    { do: "addAddresses" },
    { do: "announce", repeat: 5 },
    {
      do: "report",
      report: { what: "transition", from: "Backup", to: "Master", reason: "noMasterHeard" },
    },
  ]);
  // 103,859: the next multiple of the interval, at most one interval away.
  assert.equal(deadlineMs, 104_000);
});

const REASONS: readonly { heard: readonly number[]; reason: TransitionReason }[] = [
  { heard: [], reason: "noMasterHeard" },
  { heard: [200], reason: "masterSilent" },
  { heard: [200, 0], reason: "masterLeft" },
  { heard: [99, 0], reason: "masterLeft" },
  { heard: [99, 200], reason: "masterSilent" },
  { heard: [200, 0, 200], reason: "masterSilent" },
];

for (const { heard, reason } of REASONS) {
  Deno.test(`step() takes over after [${heard}] and says ${reason}`, () => {
    let state = started(config());
    for (const priority of heard) state = step(config(), state, advert({ priority }), NOW_MS).state;
    const { actions } = step(config(), state, TIMER, UNTOUCHED_MS);
    assert.deepEqual(actions.at(-1), {
      do: "report",
      report: { what: "transition", from: "Backup", to: "Master", reason },
    });
  });
}

const PREEMPTED: readonly { heard: readonly number[]; last: number }[] = [
  { heard: [99], last: 99 },
  { heard: [50, 99], last: 99 },
  { heard: [200, 99], last: 99 },
  { heard: [99, 200, 98], last: 98 },
];

for (const { heard, last } of PREEMPTED) {
  Deno.test(`step() takes over after [${heard}] and names the one that it preempts`, () => {
    let state = started(config());
    for (const priority of heard) state = step(config(), state, advert({ priority }), NOW_MS).state;
    const { actions } = step(config(), state, TIMER, UNTOUCHED_MS);
    assert.deepEqual(actions.at(-1), {
      do: "report",
      report: {
        what: "transition",
        from: "Backup",
        to: "Master",
        reason: "preempting",
        peer: { address: ip("10.9.0.9"), priority: last },
      },
    });
  });
}

Deno.test("step() as Backup remembers whom it follows", () => {
  const { state } = step(config(), backup(), advert({ priority: 200 }), LATER_MS);
  assert.ok(state.name === "Backup");
  assert.deepEqual(state.master, { address: ip("10.9.0.9"), priority: 200 });
});

Deno.test("step() as Backup of version 3 waits by the Master's interval, as Master by its own", () => {
  const ours = config({ version: 3, advertIntervalMs: 1000 });
  const heard = step(ours, backup(ours), advert({ priority: 200, intervalMs: 100 }), LATER_MS);
  assert.equal(heard.deadlineMs, LATER_MS + 361);
  const { state } = step(ours, heard.state, TIMER, LATER_MS + 361);
  assert.ok(state.name === "Master");
  assert.equal(state.nextAdvertAtMs, 103_000);
});

Deno.test("step() as an owner's Backup preempts whatever the setting says [S3 demands]", () => {
  const ours = config({ preempt: false, preemptDelayMs: 60_000 });
  const lost = step(
    ours,
    master(ours, { owner: true }),
    advert({ priority: 255, from: ip("10.9.0.9") }),
    NOW_MS + 100,
  );
  assert.equal(lost.deadlineMs, NOW_MS + 100 + 3004);
  const lower = step(ours, lost.state, advert({ priority: 254 }), NOW_MS + 200);
  assert.equal(lower.deadlineMs, NOW_MS + 100 + 3004);
  const equal = step(ours, lost.state, advert({ priority: 255 }), NOW_MS + 200);
  assert.equal(equal.deadlineMs, NOW_MS + 200 + 3004);
});

Deno.test("step() as an owner's Backup is not held back by the start", () => {
  const ours = config({ startupDelayMs: 60_000 });
  const { state } = step(ours, master(ours, { owner: true }), advert({ priority: 255 }), NOW_MS);
  const result = step(ours, state, TIMER, NOW_MS + 3004);
  assert.equal(result.state.name, "Master");
});
