import assert from "node:assert/strict";
import { initialState, step } from "../../src/vrrp/machine.ts";
import type { RouterEvent, RouterState } from "../../src/vrrp/types.ts";
import {
  advert,
  backup,
  config,
  LINK_DOWN,
  linkReady,
  master,
  NOW_MS,
  STOP,
  TIMER,
} from "./fixtures.ts";

function adjust(adjustment: number): RouterEvent {
  return { kind: "adjust", adjustment };
}

function adjusted(state: RouterState, adjustment: number, nowMs = NOW_MS): RouterState {
  return step(config(), state, adjust(adjustment), nowMs).state;
}

Deno.test("step() as Master advertises a changed priority with its next advertisement, not before", () => {
  const lowered = step(config(), master(), adjust(-30), NOW_MS + 100);
  assert.deepEqual(lowered.actions, []);
  assert.equal(lowered.deadlineMs, 101_000);
  const { actions } = step(config(), lowered.state, TIMER, 101_000);
  assert.deepEqual(actions, [{ do: "sendAdvert", priority: 70 }]);
});

Deno.test("step() as Master compares what it hears with the priority in effect", () => {
  const lowered = adjusted(master(), -30);
  assert.equal(step(config(), lowered, advert({ priority: 71 }), NOW_MS).state.name, "Backup");
  assert.equal(step(config(), lowered, advert({ priority: 69 }), NOW_MS).state.name, "Master");
});

Deno.test("step() as an owner is Master with 255 whatever it tracks", () => {
  const lowered = adjusted(master(config(), { owner: true }), -200);
  const { actions } = step(config(), lowered, TIMER, 101_000);
  assert.deepEqual(actions, [{ do: "sendAdvert", priority: 255 }]);
  assert.equal(step(config(), lowered, advert({ priority: 254 }), NOW_MS).state.name, "Master");
});

Deno.test("step() as Backup moves its timer by the difference of the skews", () => {
  // 64 steps of priority are a quarter of a second.
  for (const [adjustment, waitMs] of [[64, 3359], [-64, 3859], [0, 3609]] as const) {
    const { deadlineMs } = step(config(), backup(), adjust(adjustment), NOW_MS + 1000);
    assert.equal(deadlineMs, NOW_MS + waitMs, `${adjustment}`);
  }
});

Deno.test("step() as Backup arms its timer by the priority in effect", () => {
  const lowered = adjusted(backup(), -64);
  const heard = step(config(), lowered, advert({ priority: 100 }), NOW_MS + 500);
  assert.equal(heard.deadlineMs, NOW_MS + 500 + 3859);
  const left = step(config(), lowered, advert({ priority: 0 }), NOW_MS + 500);
  assert.equal(left.deadlineMs, NOW_MS + 500 + 859);
});

Deno.test("step() as Backup no longer replaces a Master that its own fall has made the better one", () => {
  const preempting = step(config(), backup(), advert({ priority: 80 }), NOW_MS + 1000).state;
  const rows = [
    { adjustment: -19, deadlineMs: NOW_MS + 3609 + 75, why: "81 is still higher" },
    { adjustment: -20, deadlineMs: NOW_MS + 1500 + 3688, why: "an equal one is left in peace" },
    { adjustment: -50, deadlineMs: NOW_MS + 1500 + 3805, why: "a higher one too" },
  ];
  for (const { adjustment, deadlineMs, why } of rows) {
    const result = step(config(), preempting, adjust(adjustment), NOW_MS + 1500);
    assert.equal(result.deadlineMs, deadlineMs, why);
  }
});

Deno.test("step() as Backup delays preemption from each rise of its priority", () => {
  const ours = config({ preemptDelayMs: 5000 });
  const lowered = step(ours, backup(ours), adjust(-30), NOW_MS + 20_000).state;
  const risen = step(ours, lowered, adjust(0), NOW_MS + 60_000).state;
  const early = step(ours, risen, advert({ priority: 70 }), NOW_MS + 64_999);
  assert.equal(early.deadlineMs, NOW_MS + 64_999 + 3609);
  const late = step(ours, early.state, advert({ priority: 70 }), NOW_MS + 65_000);
  assert.equal(late.deadlineMs, NOW_MS + 64_999 + 3609);
});

Deno.test("step() as Backup delays the replacement that it was waiting for when it rises further", () => {
  const ours = config({ preemptDelayMs: 5000 });
  const preempting = step(ours, backup(ours), advert({ priority: 50 }), NOW_MS + 6000).state;
  const { deadlineMs } = step(ours, preempting, adjust(10), NOW_MS + 6500);
  assert.equal(deadlineMs, NOW_MS + 6500 + 3570);
});

Deno.test("step() as Backup does not delay preemption because its priority falls", () => {
  const ours = config({ preemptDelayMs: 5000 });
  const lowered = step(ours, backup(ours), adjust(-10), NOW_MS + 5000).state;
  const { deadlineMs } = step(ours, lowered, advert({ priority: 80 }), NOW_MS + 5001);
  assert.equal(deadlineMs, NOW_MS + 3648);
});

Deno.test("step() keeps what is tracked through all states", () => {
  let state = adjusted(initialState(config(), NOW_MS), -30);
  for (const event of [linkReady(), LINK_DOWN, linkReady()]) {
    state = step(config(), state, event, NOW_MS).state;
    assert.ok(state.name !== "Down" && state.adjustment === -30, event.kind);
  }
  state = step(config(), state, TIMER, NOW_MS + 60_000).state;
  assert.ok(state.name === "Master" && state.adjustment === -30);
  state = step(config(), state, TIMER, NOW_MS + 61_000).state;
  assert.ok(state.name === "Master" && state.adjustment === -30);
  state = step(config(), state, advert({ priority: 200 }), NOW_MS + 61_500).state;
  assert.ok(state.name === "Backup" && state.adjustment === -30);
  assert.equal(step(config(), state, STOP, NOW_MS + 62_000).state.name, "Down");
});
