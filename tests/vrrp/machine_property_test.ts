import assert from "node:assert/strict";
import fc from "fast-check";
import { ipFromBytes } from "../../src/base/ip.ts";
import { initialState, step } from "../../src/vrrp/machine.ts";
import type { RouterConfig, RouterEvent, RouterState } from "../../src/vrrp/types.ts";
import { config, facts, heard, mac, NOW_MS } from "./fixtures.ts";

/** Few values, so that ties and repetitions are frequent. */
const ADDRESSES = [0, 5, 9, 200, 255].map((last) => ipFromBytes(Uint8Array.of(10, 9, 0, last)));
const MACS = [mac("02:00:00:00:00:01"), mac("02:00:00:00:00:05"), mac("fe:00:00:00:00:00")];

const event: fc.Arbitrary<RouterEvent> = fc.oneof(
  fc.record({
    source: fc.constantFrom(...ADDRESSES),
    owner: fc.boolean(),
  }).map((differences) => ({ kind: "linkReady", facts: facts(differences) } as const)),
  fc.constantFrom("interfaceMissing" as const, "interfaceDown" as const)
    .map((reason) => ({ kind: "linkFault", reason } as const)),
  fc.record({
    priority: fc.oneof(fc.constantFrom(0, 99, 100, 101, 255), fc.nat(255)),
    intervalMs: fc.constantFrom(10, 1000, 40_950),
    from: fc.constantFrom(...ADDRESSES),
    fromMac: fc.constantFrom(...MACS),
  }).map((differences) => ({ kind: "advert", advert: heard(differences) } as const)),
  fc.record({ address: fc.constantFrom(...ADDRESSES), mac: fc.constantFrom(...MACS) })
    .map((claim) => ({ kind: "claimed", ...claim } as const)),
  fc.constant({ kind: "timer" } as const),
  fc.nat(10_000).map((pausedMs) => ({ kind: "paused", pausedMs } as const)),
  fc.integer({ min: -300, max: 300 })
    .map((adjustment) => ({ kind: "adjust", adjustment } as const)),
  fc.constantFrom("Master" as const, "Backup" as const, "auto" as const)
    .map((to) => ({ kind: "force", to } as const)),
  fc.constantFrom<RouterEvent>(
    { kind: "groupMaster", alone: false },
    { kind: "groupMaster", alone: true },
    { kind: "groupWait", untilMs: NOW_MS + 30_000 },
    { kind: "groupBackup" },
    { kind: "groupFault" },
    { kind: "groupReturn" },
  ),
  fc.constant({ kind: "stop" } as const),
);

interface Move {
  readonly event: RouterEvent;
  /** Since the move before; whole milliseconds are the exception. */
  readonly afterMs: number;
}

const moves: fc.Arbitrary<Move[]> = fc.array(
  fc.record({
    event,
    afterMs: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 5000, noNaN: true })),
  }),
  { maxLength: 60 },
);

const configs: fc.Arbitrary<RouterConfig> = fc.record({
  version: fc.constantFrom(2 as const, 3 as const),
  priority: fc.integer({ min: 1, max: 254 }),
  preempt: fc.boolean(),
  preemptDelayMs: fc.constantFrom(0, 3000),
  startupDelayMs: fc.constantFrom(0, 7000),
  advertIntervalMs: fc.constantFrom(10, 1000, 255_000),
  syncGroup: fc.option(fc.constant("uplinks"), { nil: undefined }),
  announcements: fc.record({
    repeat: fc.nat(5),
    delayMs: fc.constantFrom(0, 5000),
    refreshMs: fc.constantFrom(0, 100),
  }),
}).map(({ syncGroup, ...others }) => config({ ...others, ...(syncGroup && { syncGroup }) }));

/** Runs the moves; the states are frozen, so that a step that changes its input throws. */
function play(
  { config, moves, visit }: {
    config: RouterConfig;
    moves: readonly Move[];
    visit: (result: ReturnType<typeof step>, nowMs: number, move: Move) => void;
  },
): void {
  let nowMs = NOW_MS;
  let state: RouterState = initialState(config, nowMs);
  for (const move of moves) {
    nowMs += move.afterMs;
    const result = step(config, Object.freeze(state), move.event, nowMs);
    visit(result, nowMs, move);
    state = result.state;
  }
}

Deno.test("step() throws at no event in any state, and its deadlines are numbers", () => {
  fc.assert(fc.property(configs, moves, (config, moves) => {
    play({
      config,
      moves,
      visit: ({ deadlineMs }) => assert.ok(!Number.isNaN(deadlineMs) && deadlineMs > -Infinity),
    });
  }));
});

Deno.test("step() leaves nothing due after a timer event", () => {
  fc.assert(fc.property(configs, moves, (config, moves) => {
    play({
      config,
      moves,
      visit: ({ deadlineMs }, nowMs, move) => {
        if (move.event.kind === "timer") assert.ok(deadlineMs > nowMs);
      },
    });
  }));
});

Deno.test("step() names in its reports the very states that it goes between", () => {
  fc.assert(fc.property(configs, moves, (config, moves) => {
    let before: string = "Init";
    play({
      config,
      moves,
      visit: ({ state, actions }) => {
        const told = actions.flatMap((action) => {
          const transition = action.do === "report" && action.report.what === "transition";
          return transition ? [action.report] : [];
        });
        const [report] = told;
        if (state.name !== before) assert.equal(told.length, 1);
        if (report !== undefined) {
          assert.deepEqual([report.from, report.to], [before, state.name]);
        }
        before = state.name;
      },
    });
  }));
});
