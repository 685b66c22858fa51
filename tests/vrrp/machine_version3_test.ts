import assert from "node:assert/strict";
import { ip } from "../../src/base/ip.ts";
import { step } from "../../src/vrrp/machine.ts";
import type { Action, BackupState, RouterConfig } from "../../src/vrrp/types.ts";
import {
  advert,
  backup,
  config,
  facts,
  heard,
  linkReady,
  mac,
  master,
  NOW_MS,
  started,
  TIMER,
} from "./fixtures.ts";

const LATER_MS = NOW_MS + 1500;

/** Priority 100 and one second, as ever. */
function v3(differences: Partial<RouterConfig> = {}): RouterConfig {
  return config({ version: 3, ...differences });
}

function differs(intervalMs: number, priority = 200): Action {
  const peer = { address: ip("10.9.0.9"), priority };
  return { do: "report", report: { what: "intervalDiffers", peer, intervalMs } };
}

/** A Backup that follows a Master of this interval since {@linkcode NOW_MS}. */
function follower(intervalMs: number, ours = v3()): BackupState {
  const { state } = step(ours, backup(ours), advert({ priority: 200, intervalMs }), NOW_MS);
  assert.ok(state.name === "Backup");
  return state;
}

const INTERVALS = [
  { why: "the shortest", intervalMs: 10, waitMs: 36 },
  { why: "a shorter one", intervalMs: 250, waitMs: 902 },
  { why: "our own", intervalMs: 1000, waitMs: 3609 },
  { why: "a longer one", intervalMs: 2000, waitMs: 7219 },
  { why: "the longest", intervalMs: 40_950, waitMs: 147_804 },
];

for (const { why, intervalMs, waitMs } of INTERVALS) {
  Deno.test(`step() as Backup of version 3 waits by the Master's interval: ${why}`, () => {
    const result = step(v3(), backup(v3()), advert({ priority: 200, intervalMs }), LATER_MS);
    assert.equal(result.deadlineMs, LATER_MS + waitMs);
    assert.deepEqual(result.actions, intervalMs === 1000 ? [] : [differs(intervalMs)]);
  });
}

Deno.test("step() as Backup of version 3 tells of another interval only when that changes", () => {
  const ours = v3();
  let state = backup(ours);
  const told = [500, 500, 250, 250, 1000, 1000, 500].map((intervalMs) => {
    const result = step(ours, state, advert({ priority: 200, intervalMs }), NOW_MS);
    assert.ok(result.state.name === "Backup");
    state = result.state;
    return result.actions.length;
  });
  assert.deepEqual(told, [1, 0, 1, 0, 0, 0, 1]);
});

Deno.test("step() as Backup of version 3 learns nothing from whom it is about to preempt", () => {
  const ours = v3();
  const before = backup(ours);
  const result = step(ours, before, advert({ priority: 50, intervalMs: 40_000 }), LATER_MS);
  assert.ok(result.state.name === "Backup");
  assert.equal(result.state.masterIntervalMs, 1000);
  assert.deepEqual([result.deadlineMs, result.actions], [NOW_MS + 3609, []]);
});

for (
  const [why, differences] of [
    ["without preemption", { preempt: false }],
    ["while preemption is delayed", { preemptDelayMs: 10_000 }],
  ] as const
) {
  Deno.test(`step() as Backup of version 3 learns from a lower priority too ${why}`, () => {
    const ours = v3(differences);
    const result = step(ours, backup(ours), advert({ priority: 50, intervalMs: 100 }), LATER_MS);
    assert.equal(result.deadlineMs, LATER_MS + 361);
    assert.deepEqual(result.actions, [differs(100, 50)]);
  });
}

Deno.test("step() as Backup of version 3 takes its skew from the interval of whoever leaves", () => {
  const leaving = advert({ priority: 0, intervalMs: 100 });
  const result = step(v3(), follower(100), leaving, LATER_MS);
  assert.equal(result.deadlineMs, LATER_MS + 61);
});

Deno.test("step() as Backup of version 3 learns nothing from priority 0", () => {
  const leaving = advert({ priority: 0, intervalMs: 40_000 });
  const { state, deadlineMs, actions } = step(v3(), follower(100), leaving, LATER_MS);
  assert.ok(state.name === "Backup");
  assert.deepEqual([state.masterIntervalMs, deadlineMs, actions], [100, LATER_MS + 61, []]);
});

Deno.test("step() of version 3 goes by its own interval again as Master", () => {
  const ours = v3({ advertIntervalMs: 300 });
  const { state } = step(ours, follower(5000, ours), TIMER, NOW_MS + 60_000);
  assert.ok(state.name === "Master");
  assert.equal(state.nextAdvertAtMs, 160_500, "the next multiple of 300");
});

Deno.test("step() of version 3 that starts anew knows no Master's interval any more", () => {
  const ours = v3();
  const failed = step(
    ours,
    follower(40_000),
    { kind: "linkFault", reason: "interfaceDown" },
    NOW_MS,
  );
  const { state, deadlineMs } = step(ours, failed.state, linkReady(), LATER_MS);
  assert.ok(state.name === "Backup");
  assert.deepEqual([state.masterIntervalMs, deadlineMs], [1000, LATER_MS + 3609]);
});

Deno.test("step() as Master of version 3 that is beaten waits by the better one's interval", () => {
  const better = advert({ priority: 200, intervalMs: 250 });
  const { state, actions, deadlineMs } = step(v3(), master(v3()), better, LATER_MS);
  assert.equal(state.name, "Backup");
  assert.equal(deadlineMs, LATER_MS + 902);
  assert.deepEqual(actions.at(-1), differs(250));
});

Deno.test("step() as Master of version 3 answers a lower priority at once, whatever its interval", () => {
  const lower = advert({ priority: 99, intervalMs: 40_000 });
  const { state, actions } = step(v3(), master(v3()), lower, LATER_MS);
  assert.equal(state.name, "Master");
  assert.deepEqual(actions[0], { do: "sendAdvert", priority: 100 });
});

Deno.test("step() as Master at 10 ms leaves a rival no longer without an advertisement than that", () => {
  const ours = v3({ advertIntervalMs: 10 });
  const lower = advert({ priority: 99, intervalMs: 10 });
  const spokenAtMs: number[] = [];
  let { state } = step(ours, master(ours), TIMER, NOW_MS);
  for (let nowMs = NOW_MS; nowMs < NOW_MS + 300; nowMs++) {
    for (const event of [TIMER, lower]) {
      const result = step(ours, state, event, nowMs);
      state = result.state;
      if (result.actions.some((action) => action.do === "sendAdvert")) spokenAtMs.push(nowMs);
    }
  }
  const gaps = spokenAtMs.slice(1).map((atMs, index) => atMs - (spokenAtMs[index] ?? 0));
  assert.ok(Math.max(...gaps) <= 10, `${gaps}`);
});

const IPV6_SOURCE = ip("fe80::200:ff:fe00:5");
const IPV6_TIES = [
  { from: "fe80::200:ff:fe00:6", wins: true, why: "one more at the end" },
  { from: "fe80::200:ff:fe00:4", wins: false, why: "one less at the end" },
  { from: "fe80::8000:ff:fe00:1", wins: true, why: "a byte above 127 in the middle" },
  { from: "fe80::1ff:ffff:ffff:ffff", wins: false, why: "less before, more behind" },
  { from: "fe81::1", wins: true, why: "more in the first bytes" },
  { from: "::ffff:ffff:ffff:ffff", wins: false, why: "more in the lower half only" },
];

for (const { from, wins, why } of IPV6_TIES) {
  Deno.test(`step() as Master over IPv6 compares all 128 bits of a tie: ${why}`, () => {
    const ours = v3({ family: 6, addresses: [ip("fe80::100")] });
    const one = master(ours, { source: IPV6_SOURCE });
    const { state } = step(ours, one, advert({ from: ip(from) }), LATER_MS);
    assert.equal(state.name, wins ? "Backup" : "Master");
  });
}

Deno.test("step() of two owners over IPv6: the greater hardware address decides between equal sources", () => {
  const ours = v3({ family: 6, addresses: [ip("fe80::100")] });
  const own = facts({ source: IPV6_SOURCE, owner: true });
  const one = master(ours, own);
  for (const [fromMac, expected] of [["ff", "Backup"], ["00", "Master"]] as const) {
    const theirs = heard({
      priority: 255,
      from: IPV6_SOURCE,
      fromMac: mac(`02:00:00:00:00:${fromMac}`),
    });
    const { state } = step(ours, one, { kind: "advert", advert: theirs }, LATER_MS);
    assert.equal(state.name, expected);
  }
});

Deno.test("step() of version 3 starts as Backup with its own interval, as an owner with an advertisement", () => {
  assert.equal(backup(v3({ advertIntervalMs: 10 })).masterDownAtMs, NOW_MS + 36);
  assert.equal(started(v3({ advertIntervalMs: 40_950 }), { owner: true }).name, "Master");
});

const PAUSES = [
  { why: "shorter than it waits for the Master", pausedMs: 902, listens: false },
  {
    why: "longer than it waits for the Master, shorter than by its own",
    pausedMs: 903,
    listens: true,
  },
];

for (const { why, pausedMs, listens } of PAUSES) {
  Deno.test(`step() as Backup of version 3 after a pause ${why}`, () => {
    const nowMs = NOW_MS + pausedMs;
    const result = step(v3(), follower(250), { kind: "paused", pausedMs }, nowMs);
    assert.equal(result.actions.length > 0, listens);
    // One interval of the Master's and the skew of 156/256 of it.
    assert.equal(result.deadlineMs, listens ? nowMs + 250 + 152 : NOW_MS + 902);
  });
}

Deno.test("step() as Backup of version 3 shifts its timer by a share of the Master's interval", () => {
  const event = { kind: "adjust", adjustment: -50 } as const;
  const { deadlineMs } = step(v3(), follower(250), event, LATER_MS);
  // From 156/256 to 206/256 of 250 ms: 152 and 201.
  assert.equal(deadlineMs, NOW_MS + 902 + 49);
});

const LEFT_IN_PEACE = [
  { why: "forced to be Backup", event: { kind: "force", to: "Backup" } },
  { why: "whose priority has fallen below it", event: { kind: "adjust", adjustment: -60 } },
] as const;

for (const { why, event } of LEFT_IN_PEACE) {
  Deno.test(`step() as Backup of version 3, ${why}, waits by the interval of whom it would have preempted`, () => {
    const ours = v3({ advertIntervalMs: 10 });
    const lower = advert({ priority: 50, intervalMs: 1000 });
    const contending = step(ours, backup(ours), lower, NOW_MS + 5).state;
    const { state, deadlineMs } = step(ours, contending, event, NOW_MS + 10);
    assert.ok(state.name === "Backup");
    assert.deepEqual([state.masterIntervalMs, state.preempting?.priority], [1000, undefined]);
    assert.ok(deadlineMs >= NOW_MS + 10 + 3000, `${deadlineMs - NOW_MS} ms`);
  });
}

const AFTER_GOODBYE = [
  { why: "forced to be Backup", event: { kind: "force", to: "Backup" }, waitMs: 609 },
  // From a skew of 156/256 s to one of 216/256.
  { why: "whose priority has fallen", event: { kind: "adjust", adjustment: -60 }, waitMs: 844 },
] as const;

for (const { why, event, waitMs } of AFTER_GOODBYE) {
  Deno.test(`step() as Backup of version 3, ${why}, leaves nobody in peace that has left`, () => {
    const ours = v3();
    let state = backup(ours);
    for (const heardThen of [{ priority: 50, intervalMs: 40_000 }, { priority: 0 }]) {
      const result = step(ours, state, advert(heardThen), LATER_MS);
      assert.ok(result.state.name === "Backup");
      state = result.state;
    }
    const result = step(ours, state, event, LATER_MS + 10);
    assert.equal(result.deadlineMs, LATER_MS + waitMs);
    assert.equal(step(ours, result.state, TIMER, result.deadlineMs).state.name, "Master");
  });
}

Deno.test("step() of version 3 forced to be Backup waits by the interval of whoever is Master", () => {
  const ours = v3();
  const forced = step(ours, master(ours), { kind: "force", to: "Backup" }, NOW_MS);
  assert.equal(forced.deadlineMs, NOW_MS + 3609);
  const lower = step(ours, forced.state, advert({ priority: 50, intervalMs: 100 }), LATER_MS);
  assert.equal(lower.deadlineMs, LATER_MS + 361);
});
