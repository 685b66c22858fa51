import assert from "node:assert/strict";
import { initialState, step } from "../../src/vrrp/machine.ts";
import { groupAdjustment, groupMoves } from "../../src/vrrp/sync_group.ts";
import type {
  Action,
  GroupEvent,
  RouterConfig,
  RouterEvent,
  RouterState,
} from "../../src/vrrp/types.ts";
import {
  advert,
  config,
  facts,
  LINK_DOWN,
  linkReady,
  mac,
  NOW_MS,
  STOP,
  TIMER,
} from "./fixtures.ts";

const OURS = config({ syncGroup: "uplinks" });
const VERSION_3 = config({ version: 3, syncGroup: "uplinks" });

/** Two members of one group, moved as a process moves them. */
class Pair {
  nowMs = NOW_MS;
  readonly #ours: RouterConfig;
  readonly states: [RouterState, RouterState];
  /** What the last event made each of them do. */
  readonly actions: [Action[], Action[]] = [[], []];

  constructor(ours = OURS) {
    this.#ours = ours;
    this.states = [initialState(ours, NOW_MS), initialState(ours, NOW_MS)];
  }

  tell(member: 0 | 1, event: RouterEvent, nowMs = this.nowMs): this {
    this.nowMs = nowMs;
    for (const actions of this.actions) actions.length = 0;
    this.#step(member, event);
    for (let moves = this.#moves(); moves.some((one) => one !== undefined); moves = this.#moves()) {
      for (const each of [0, 1] as const) {
        const move = moves[each];
        if (move !== undefined) this.#step(each, move);
      }
    }
    return this;
  }

  tellBoth(event: RouterEvent, nowMs = this.nowMs): this {
    return this.tell(0, event, nowMs).tell(1, event, nowMs);
  }

  get names(): string {
    return this.states.map(({ name }) => name).join(" ");
  }

  sent(member: 0 | 1): number[] {
    return this.actions[member].flatMap((one) => one.do === "sendAdvert" ? [one.priority] : []);
  }

  deadlineMs(member: 0 | 1): number {
    return step(this.#ours, this.states[member], TIMER, -Infinity).deadlineMs;
  }

  #moves(): readonly (GroupEvent | undefined)[] {
    return groupMoves(this.states.map((state) => ({ config: this.#ours, state })));
  }

  #step(member: 0 | 1, event: RouterEvent): void {
    const { state, actions } = step(this.#ours, this.states[member], event, this.nowMs);
    this.states[member] = state;
    this.actions[member].push(...actions);
  }
}

function backups(): Pair {
  return new Pair().tellBoth(linkReady());
}

function masters(): Pair {
  return backups().tellBoth(TIMER, NOW_MS + 3609);
}

/** The second is ready, the first hears a better Master; `readyMs` is when that was. */
function blocked(): { pair: Pair; readyMs: number } {
  const pair = backups().tell(0, advert({ priority: 200 }), NOW_MS + 3000);
  return { pair: pair.tell(1, TIMER, NOW_MS + 3609), readyMs: NOW_MS + 3609 };
}

Deno.test("groupMoves() lets no member start before the others can", () => {
  const pair = new Pair().tell(0, linkReady());
  assert.equal(pair.names, "Init Init");
  assert.deepEqual(pair.actions, [[], []]);
  assert.equal(pair.tell(1, linkReady(), NOW_MS + 50).names, "Backup Backup");
  for (const member of [0, 1] as const) assert.equal(pair.deadlineMs(member), NOW_MS + 50 + 3609);
});

Deno.test("groupMoves() makes all members Master when the last of them is ready", () => {
  const pair = backups().tell(0, TIMER, NOW_MS + 3609);
  assert.equal(pair.names, "Backup Backup");
  assert.equal(pair.tell(1, TIMER, NOW_MS + 3609).names, "Master Master");
  assert.deepEqual([pair.sent(0), pair.sent(1)], [[100], [100]]);
});

Deno.test("groupMoves() counts a member as ready that is about to replace its Master", () => {
  const pair = backups().tell(0, advert({ priority: 50 }), NOW_MS + 3000);
  assert.equal(pair.tell(1, TIMER, NOW_MS + 3609).names, "Master Master");
});

Deno.test("groupMoves() makes nobody Master because of what is heard, only by a timer", () => {
  const { pair, readyMs } = blocked();
  assert.equal(pair.tell(0, advert({ priority: 50 }), readyMs + 100).names, "Backup Backup");
  assert.equal(pair.tell(0, TIMER, NOW_MS + 6609).names, "Master Master");
});

Deno.test("groupMoves() takes the others along when one member hears a better Master", () => {
  const pair = masters().tell(0, advert({ priority: 200 }), NOW_MS + 5000);
  assert.equal(pair.names, "Backup Backup");
  assert.deepEqual(pair.sent(0), []);
  assert.deepEqual(pair.sent(1), [0], "whoever can take over there need not wait");
  assert.deepEqual(pair.actions[1].at(-1), {
    do: "report",
    report: { what: "transition", from: "Master", to: "Backup", reason: "groupMoved" },
  });
});

Deno.test("groupMoves() makes two groups that gave way to each other wait for different times", () => {
  const waits = new Set(Array.from({ length: 16 }, (_, index) => {
    const pair = masters();
    const ownMac = mac(`02:00:00:00:00:${index.toString(16).padStart(2, "0")}`);
    pair.tell(1, { kind: "linkReady", facts: facts({ mac: ownMac }) });
    return pair.tell(0, advert({ priority: 200 }), NOW_MS + 5000).deadlineMs(1);
  }));
  assert.equal(waits.size, 16);
  for (const waitMs of waits) assert.ok(waitMs >= NOW_MS + 8609 && waitMs < NOW_MS + 8609 + 256);
});

Deno.test("groupMoves() takes the others into Fault, who say that they leave, and back", () => {
  const pair = masters().tell(0, LINK_DOWN, NOW_MS + 5000);
  assert.equal(pair.names, "Fault Fault");
  assert.deepEqual([pair.sent(0), pair.sent(1)], [[], [0]]);
  assert.deepEqual(pair.actions[1].at(-1), {
    do: "report",
    report: {
      what: "transition",
      from: "Master",
      to: "Fault",
      reason: "groupMoved",
      fault: "groupMemberFault",
    },
  });
  assert.equal(pair.tell(0, linkReady(), NOW_MS + 9000).names, "Backup Backup");
  for (const member of [0, 1] as const) assert.equal(pair.deadlineMs(member), NOW_MS + 9000 + 3609);
});

Deno.test("groupMoves() keeps a member in Fault for as long as another one is, whatever it is told", () => {
  const pair = masters().tell(0, LINK_DOWN, NOW_MS + 5000);
  for (const event of [linkReady(), TIMER, advert({ priority: 1 })]) {
    assert.equal(pair.tell(1, event, NOW_MS + 60_000).names, "Fault Fault", event.kind);
    assert.deepEqual(pair.sent(1), []);
  }
});

Deno.test("groupMoves() tells a Fault of the member's own from the group's", () => {
  const pair = masters().tell(0, LINK_DOWN, NOW_MS + 5000).tell(1, LINK_DOWN, NOW_MS + 6000);
  assert.equal(pair.tell(0, linkReady(), NOW_MS + 7000).names, "Fault Fault");
  const [first, second] = pair.states;
  assert.ok(first.name === "Fault" && first.reason === "groupMemberFault");
  assert.ok(second.name === "Fault" && second.reason === "interfaceDown");
  assert.equal(pair.tell(1, linkReady(), NOW_MS + 8000).names, "Backup Backup");
});

Deno.test("groupMoves() lets a ready member wait until the others have had their time", () => {
  const { pair, readyMs } = blocked();
  assert.equal(pair.deadlineMs(1), readyMs + 3609 + 1000);
  pair.tell(0, advert({ priority: 200 }), readyMs + 4000);
  assert.equal(pair.tell(1, TIMER, readyMs + 4608).names, "Backup Backup");
});

Deno.test("groupMoves() leaves no link without a Master because a stranger is it on another", () => {
  const { pair, readyMs } = blocked();
  pair.tell(0, advert({ priority: 200 }), readyMs + 4000);
  assert.equal(pair.tell(1, TIMER, readyMs + 4609).names, "Backup Master");
  assert.deepEqual(pair.sent(1), [100]);
  pair.tell(0, advert({ priority: 200 }), readyMs + 5000);
  assert.equal(pair.names, "Backup Master");
});

Deno.test("groupMoves() completes a group whose one member is Master alone", () => {
  const { pair, readyMs } = blocked();
  pair.tell(0, advert({ priority: 200 }), readyMs + 4000).tell(1, TIMER, readyMs + 4609);
  pair.tell(0, TIMER, readyMs + 4000 + 3609);
  assert.equal(pair.names, "Master Master");
  for (const state of pair.states) assert.ok(state.name === "Master" && !state.alone);
  assert.equal(pair.tell(0, advert({ priority: 200 })).names, "Backup Backup");
});

Deno.test("groupMoves() lets no member be Master alone where anybody else is", () => {
  const { pair, readyMs } = blocked();
  pair.tell(1, advert({ priority: 50 }), readyMs + 4000);
  assert.equal(pair.deadlineMs(1), readyMs + 4000 + 4609);
});

/** When the second, of version 3, is ready; the first follows a better Master. */
const READY_MS = NOW_MS + 3609;

function blockedVersion3(intervalMs: number): Pair {
  const pair = new Pair(VERSION_3).tellBoth(linkReady());
  return pair.tell(0, advert({ priority: 200, intervalMs }), NOW_MS + 3000);
}

for (const intervalMs of [1000, 5000, 10_000, 40_950]) {
  Deno.test(`groupMoves() lets no member be Master alone where a lower one speaks every ${intervalMs} ms`, () => {
    const pair = blockedVersion3(1000);
    const endMs = NOW_MS + Math.max(8000, 3 * intervalMs);
    for (let atMs = NOW_MS; atMs <= endMs; atMs += 50) {
      const sinceMs = atMs - NOW_MS;
      if (sinceMs % 1000 === 0) pair.tell(0, advert({ priority: 200 }), atMs);
      if (sinceMs % intervalMs === 0) pair.tell(1, advert({ priority: 50, intervalMs }), atMs);
      pair.tell(1, TIMER, atMs);
      assert.equal(pair.names, "Backup Backup", `after ${sinceMs} ms`);
    }
    // Three intervals of the lower one's, and the skew of 156/256 of one.
    const silentMs = Math.round(intervalMs * (3 + 156 / 256));
    const aloneAtMs = endMs + Math.max(silentMs, intervalMs > 1000 ? 0 : 4609);
    assert.equal(pair.deadlineMs(1), aloneAtMs);
    pair.tell(0, advert({ priority: 200 }), aloneAtMs - 1);
    assert.equal(pair.tell(1, TIMER, aloneAtMs).names, "Backup Master");
  });
}

for (const intervalMs of [1000, 10_000, 40_950]) {
  Deno.test(`groupMoves() waits for the others by its own interval where one said ${intervalMs} ms`, () => {
    const pair = blockedVersion3(intervalMs).tell(1, TIMER, READY_MS);
    assert.equal(pair.deadlineMs(1), READY_MS + 4609);
    pair.tell(0, advert({ priority: 200, intervalMs }), READY_MS + 4000);
    assert.equal(pair.tell(1, TIMER, READY_MS + 4609).names, "Backup Master");
  });
}

Deno.test("groupMoves() waits longer where the Master that is gone had a longer interval in all places", () => {
  const pair = new Pair(VERSION_3).tellBoth(linkReady());
  const longer = advert({ priority: 200, intervalMs: 3000 });
  pair.tell(1, longer, NOW_MS + 100).tell(0, longer, NOW_MS + 3000);
  pair.tell(1, TIMER, NOW_MS + 100 + 10_828);
  assert.equal(pair.deadlineMs(1), NOW_MS + 100 + 2 * 10_828 + 3000);
  assert.equal(pair.tell(0, TIMER, NOW_MS + 3000 + 10_828).names, "Master Master");
});

Deno.test("groupMoves() counts a member as ready whose Master has said that it leaves", () => {
  const pair = backups().tell(0, advert({ priority: 50 }), NOW_MS + 3000);
  pair.tell(0, advert({ priority: 0 }), NOW_MS + 3500);
  assert.equal(pair.tell(1, TIMER, READY_MS).names, "Master Master");
});

Deno.test("groupMoves() takes a Master that is alone into Fault too", () => {
  const { pair, readyMs } = blocked();
  pair.tell(0, advert({ priority: 200 }), readyMs + 4000).tell(1, TIMER, readyMs + 4609);
  assert.equal(pair.tell(0, LINK_DOWN).names, "Fault Fault");
});

Deno.test("groupMoves() does without members that have ended", () => {
  const pair = masters().tell(0, STOP, NOW_MS + 5000);
  assert.equal(pair.names, "Down Master");
  pair.tell(1, LINK_DOWN).tell(1, linkReady()).tell(1, TIMER, NOW_MS + 60_000);
  assert.equal(pair.names, "Down Master");
});

Deno.test("groupMoves() lets Masters be Master when a new member joins, and completes the group", () => {
  const pair = masters();
  pair.states[0] = initialState(OURS, NOW_MS + 9000);
  pair.tell(1, TIMER, NOW_MS + 9000);
  assert.equal(pair.names, "Init Master");
  assert.equal(pair.tell(0, linkReady()).names, "Backup Master");
  assert.equal(pair.tell(0, TIMER, NOW_MS + 9000 + 3609).names, "Master Master");
});

Deno.test("groupMoves() lets an owner wait for the others, and not for its timer", () => {
  const pair = new Pair().tell(0, linkReady({ owner: true })).tell(1, linkReady());
  assert.equal(pair.names, "Backup Backup");
  assert.equal(pair.deadlineMs(0), NOW_MS);
  assert.equal(pair.tell(0, TIMER).tell(1, TIMER, NOW_MS + 3609).names, "Master Master");
});

Deno.test("groupMoves() follows what all members are forced to", () => {
  const pair = masters();
  pair.tellBoth({ kind: "force", to: "Backup" }, NOW_MS + 5000);
  assert.equal(pair.names, "Backup Backup");
});

Deno.test("groupAdjustment() is that of the worst member", () => {
  assert.equal(groupAdjustment([]), 0);
  assert.equal(groupAdjustment([0, -50, -50]), -50);
  assert.equal(groupAdjustment([20, -10]), -10);
  assert.equal(groupAdjustment([20, 30]), 20);
});
