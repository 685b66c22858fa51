import assert from "node:assert/strict";
import { ip } from "../../src/base/ip.ts";
import { step } from "../../src/vrrp/machine.ts";
import type { Action, RouterConfig, RouterState } from "../../src/vrrp/types.ts";
import { advert, config, mac, master, NOW_MS, TIMER } from "./fixtures.ts";

const QUIET = config({ announcements: { repeat: 5, delayMs: 0, refreshMs: 0 } });
const SEND: Action = { do: "sendAdvert", priority: 100 };
const ANNOUNCE: Action = { do: "announce", repeat: 5 };

function sends(actions: readonly Action[]): number {
  return actions.filter((action) => action.do === "sendAdvert").length;
}

Deno.test("step() as Master advertises by an absolute schedule, however late it is called", () => {
  let state: RouterState = master(QUIET);
  for (const [index, lateMs] of [0, 3.7, 999, 0.001, 12].entries()) {
    const dueMs = 101_000 + index * 1000;
    const result = step(QUIET, state, TIMER, dueMs + lateMs);
    assert.deepEqual(result.actions, [SEND]);
    assert.equal(result.deadlineMs, dueMs + 1000);
    state = result.state;
  }
});

Deno.test("step() as Master sends once for all instants that it missed", () => {
  const result = step(QUIET, master(QUIET), TIMER, 105_500);
  assert.deepEqual(result.actions, [SEND]);
  assert.equal(result.deadlineMs, 106_000);
});

Deno.test("step() as Master does nothing when it is called too early", () => {
  const before = master();
  const result = step(config(), before, TIMER, 100_999.9);
  assert.deepEqual(result, { state: before, actions: [], deadlineMs: 101_000 });
});

Deno.test("step() as Master answers a leaving Master at once and starts its interval anew", () => {
  const result = step(QUIET, master(QUIET), advert({ priority: 0 }), 101_000);
  assert.equal(result.state.name, "Master");
  assert.deepEqual(result.actions, [SEND]);
  assert.equal(result.deadlineMs, 102_000);
});

/** What a Master sends, and when, while it is called each millisecond and `isHeard` says 0 is heard. */
function answersToGoodbyes(
  ours: RouterConfig,
  isHeard: (sinceMs: number) => boolean,
): readonly number[] {
  const sentMs: number[] = [];
  let state: RouterState = master(ours);
  for (let sinceMs = 0; sinceMs < 1000; sinceMs++) {
    const goodbye = isHeard(sinceMs) ? [advert({ priority: 0 })] : [];
    for (const event of [...goodbye, TIMER]) {
      const result = step(ours, state, event, NOW_MS + sinceMs);
      sentMs.push(...Array<number>(sends(result.actions)).fill(sinceMs));
      state = result.state;
    }
  }
  return sentMs;
}

Deno.test("step() as Master answers goodbyes at once, and a stream of them once in 100 ms", () => {
  assert.deepEqual(answersToGoodbyes(QUIET, () => true), [
    ...[0, 100, 200, 300, 400, 500, 600, 700],
    // The ordinary one is due at 750, and as good an answer.
    ...[750, 800, 900],
  ]);
});

Deno.test("step() as Master answers every goodbye within 100 ms, each that comes alone at once", () => {
  const rows = [
    { goodbyes: [10], sent: [10, 750] },
    { goodbyes: [10, 110, 210], sent: [10, 110, 210, 750] },
    { goodbyes: [10, 11], sent: [10, 110, 750] },
    { goodbyes: [10, 109, 111], sent: [10, 110, 210, 750] },
    { goodbyes: [700, 720], sent: [700, 750] },
    { goodbyes: [700, 760], sent: [700, 750, 800] },
  ];
  for (const { goodbyes, sent } of rows) {
    const answers = answersToGoodbyes(QUIET, (sinceMs) => goodbyes.includes(sinceMs));
    assert.deepEqual(answers, sent, `${goodbyes}`);
  }
});

Deno.test("step() as Master at 10 ms answers goodbyes as often as it speaks", () => {
  const ours = config({ ...QUIET, version: 3, advertIntervalMs: 10 });
  const answers = answersToGoodbyes(ours, () => true);
  assert.deepEqual(answers, Array.from({ length: 100 }, (_, index) => index * 10));
});

Deno.test("step() as Master announces in full against a rival once, not for all that it goes on saying", () => {
  let state: RouterState = master();
  const repeats: number[] = [];
  for (const sinceMs of [0, 100, 900, 1899, 2899, 2999]) {
    const result = step(config(), state, advert({ priority: 99 }), NOW_MS + sinceMs);
    repeats.push(...result.actions.flatMap((one) => one.do === "announce" ? [one.repeat] : []));
    state = result.state;
  }
  assert.deepEqual(repeats, [5, 1, 1, 1, 5, 1]);
});

Deno.test("step() as Master announces nothing against a rival where nothing is to be announced", () => {
  const ours = config({ announcements: { repeat: 0, delayMs: 0, refreshMs: 0 } });
  const first = step(ours, master(ours), advert({ priority: 99 }), NOW_MS);
  const { actions } = step(ours, first.state, advert({ priority: 99 }), NOW_MS + 100);
  assert.deepEqual(actions[1], { do: "announce", repeat: 0 });
});

Deno.test("step() as Master answers a lower priority with all that may have been spoiled", () => {
  const result = step(config(), master(), advert({ priority: 99 }), NOW_MS + 10);
  assert.equal(result.state.name, "Master");
  assert.deepEqual(result.actions, [SEND, ANNOUNCE, {
    do: "report",
    report: { what: "rivalMaster", peer: { address: ip("10.9.0.9"), priority: 99 } },
  }]);
  assert.equal(result.deadlineMs, 101_000);
});

Deno.test("step() as Master answers lower priorities at most once in 100 ms [A13 demands]", () => {
  let state: RouterState = master();
  const answeredMs: number[] = [];
  for (let nowMs = NOW_MS; nowMs < NOW_MS + 300; nowMs++) {
    const result = step(config(), state, advert({ priority: 99 }), nowMs);
    if (sends(result.actions) > 0) answeredMs.push(nowMs - NOW_MS);
    state = result.state;
  }
  assert.deepEqual(answeredMs, [0, 100, 200]);
});

Deno.test("step() as Master announces a second time the configured time after a rival", () => {
  const answered = step(config(), master(), advert({ priority: 99 }), NOW_MS + 3000);
  const before = step(config(), answered.state, TIMER, NOW_MS + 7999);
  assert.deepEqual(before.actions, [SEND]);
  const { actions } = step(config(), before.state, TIMER, NOW_MS + 8000);
  assert.deepEqual(actions, [ANNOUNCE]);
});

Deno.test("step() as Master gives way: addresses and MAC go before anybody is told", () => {
  const result = step(config(), master(), advert({ priority: 101 }), NOW_MS + 10);
  assert.equal(result.state.name, "Backup");
  assert.equal(result.deadlineMs, NOW_MS + 10 + 3609);
  assert.deepEqual(result.actions, [{ do: "removeAddresses" }, { do: "releaseMac" }, {
    do: "report",
    report: {
      what: "transition",
      from: "Master",
      to: "Backup",
      reason: "higherPriorityHeard",
      peer: { address: ip("10.9.0.9"), priority: 101 },
    },
  }]);
});

Deno.test("step() as Master gives way whether preemption is on or off", () => {
  for (const preempt of [true, false]) {
    const ours = config({ preempt });
    const { state } = step(ours, master(ours), advert({ priority: 101 }), NOW_MS + 10);
    assert.equal(state.name, "Backup");
  }
});

Deno.test("step() as Master announces a second time after the delay, and never again", () => {
  const before = master(config({ advertIntervalMs: 200_000 }));
  const ours = config({ advertIntervalMs: 200_000 });
  const second = step(ours, before, TIMER, NOW_MS + 5000);
  assert.deepEqual(second.actions, [ANNOUNCE]);
  assert.equal(second.deadlineMs, 200_000);
});

Deno.test("step() as Master announces again each time the refresh is due", () => {
  const ours = config({
    advertIntervalMs: 200_000,
    announcements: { repeat: 2, delayMs: 0, refreshMs: 20_000 },
  });
  const first = step(ours, master(ours), TIMER, NOW_MS + 20_000);
  assert.deepEqual(first.actions, [{ do: "announce", repeat: 2 }]);
  assert.equal(first.deadlineMs, NOW_MS + 40_000);
});

Deno.test("step() as Master refreshes by an absolute schedule, however late it is called", () => {
  const ours = config({
    advertIntervalMs: 200_000,
    announcements: { repeat: 2, delayMs: 0, refreshMs: 20_000 },
  });
  const rows = [
    { lateMs: 0, nextMs: 40_000 },
    { lateMs: 500, nextMs: 40_000 },
    { lateMs: 19_990, nextMs: 40_000 },
    { lateMs: 20_000, nextMs: 60_000 },
    { lateMs: 45_000, nextMs: 80_000 },
  ];
  for (const { lateMs, nextMs } of rows) {
    const result = step(ours, master(ours), TIMER, NOW_MS + 20_000 + lateMs);
    assert.ok(result.state.name === "Master");
    assert.equal(result.state.refreshAtMs, NOW_MS + nextMs, `${lateMs} ms late`);
  }
});

Deno.test("step() as Master takes a claimed address back, at most once a second", () => {
  const claim = { address: ip("10.9.0.100"), mac: mac("02:00:00:00:00:66") };
  let state: RouterState = master();
  const answers: { readonly atMs: number; readonly actions: readonly Action[] }[] = [];
  for (let atMs = 0; atMs <= 1000; atMs += 125) {
    const result = step(config(), state, { kind: "claimed", ...claim }, NOW_MS + atMs);
    if (result.actions.length > 0) answers.push({ atMs, actions: result.actions });
    state = result.state;
  }
  const answer = [
    { do: "announce", repeat: 1 },
    { do: "report", report: { what: "rivalClaim", ...claim } },
  ];
  assert.deepEqual(answers, [{ atMs: 0, actions: answer }, { atMs: 1000, actions: answer }]);
});
