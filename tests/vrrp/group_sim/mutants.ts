import { step } from "../../../src/vrrp/machine.ts";
import { at } from "../../../src/vrrp/outcome.ts";
import { groupMoves } from "../../../src/vrrp/sync_group.ts";
import type { GroupEvent } from "../../../src/vrrp/types.ts";
import type { StepFunction } from "../sim/step_rules.ts";
import type { MovesFunction } from "./machine.ts";

/** A group with one mistake, and what the simulator has to say about it. */
export interface GroupMutant {
  readonly mistake: string;
  readonly step?: StepFunction;
  readonly moves?: MovesFunction;
  /** Shows only in version 3, beside strangers of longer intervals. */
  readonly slowStrangers?: boolean;
  readonly caught: RegExp;
}

const SPLIT = /r\d is (?:\w+ and )+\w+$|in spite of the fault|without knowing it/;

export const GROUP_MUTANTS: readonly GroupMutant[] = [
  {
    mistake: "leaves the others Master when one member is beaten",
    moves: without(({ kind }) => kind === "groupBackup"),
    caught: SPLIT,
  },
  {
    mistake: "leaves the others Master when one link fails",
    moves: without(({ kind }) => kind === "groupFault"),
    caught: SPLIT,
  },
  {
    mistake: "stays in Fault when the link is back",
    moves: without(({ kind }) => kind === "groupReturn"),
    caught: /has 0 Masters/,
  },
  {
    mistake: "never becomes Master together",
    moves: without((move) => move.kind === "groupMaster" && !move.alone),
    caught: /has 0 Masters|has had no Master/,
  },
  {
    mistake: "does not wait for the others",
    moves: changing((move) => {
      return move.kind === "groupWait" ? { kind: "groupMaster", alone: true } : move;
    }),
    caught: SPLIT,
  },
  {
    mistake: "waits for ever where a stranger is Master in one place",
    moves: changing((move) => move.kind === "groupWait" ? { ...move, untilMs: Infinity } : move),
    caught: /has 0 Masters/,
  },
  {
    mistake: "takes members for Masters as soon as one of them is ready",
    moves: (members) => {
      const isReady = members.some(({ state }) => {
        return state.name === "Backup" && state.readySinceMs !== undefined;
      });
      const canRun = members.every(({ state }) => state.name === "Backup");
      return isReady && canRun
        ? members.map(() => ({ kind: "groupMaster", alone: false }))
        : groupMoves(members);
    },
    caught: /has \d Masters|beside a better one|without a cause/,
  },
  {
    mistake: "is Master of one link as soon as nobody is heard there",
    step: (config, state, event, nowMs) => {
      const { syncGroup: _group, ...alone } = config;
      return step(event.kind === "timer" ? alone : config, state, event, nowMs);
    },
    caught: /has \d Masters|never comes to rest/,
  },
  {
    mistake: "takes what it was forced to for more than a better Master",
    step: (config, state, event, nowMs) => {
      const deaf = event.kind === "advert" && state.name === "Master" && state.forced === "Master";
      return deaf
        ? step(config, state, { kind: "timer" }, nowMs)
        : step(config, state, event, nowMs);
    },
    caught: /beside a better one/,
  },
  {
    mistake: "waits for the others as long as a stranger's interval says",
    slowStrangers: true,
    moves: (members) => {
      return groupMoves(members.map(({ config, state }) => {
        const learnedMs = state.name === "Backup" ? state.masterIntervalMs : 0;
        const advertIntervalMs = Math.max(config.advertIntervalMs, learnedMs);
        return { config: { ...config, advertIntervalMs }, state };
      }));
    },
    caught: /has had no Master/,
  },
  {
    mistake: "takes a slow Master for a dead one",
    slowStrangers: true,
    step: (config, state, event, nowMs) => {
      const after = step(config, state, event, nowMs);
      if (after.state.name !== "Backup") return after;
      const { preemptingUntilMs: _until, ...impatient } = after.state;
      return at(impatient, after.actions);
    },
    caught: /becomes Master alone beside/,
  },
];

function changing(change: (move: GroupEvent) => GroupEvent | undefined): MovesFunction {
  return (members) => groupMoves(members).map((move) => move && change(move));
}

function without(forgotten: (move: GroupEvent) => boolean): MovesFunction {
  return changing((move) => forgotten(move) ? undefined : move);
}
