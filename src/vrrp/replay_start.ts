import { MS_PER_S } from "../base/units.ts";
import { isAfter, later, type Sequence, shifted } from "../wire/sequence.ts";
import type { ReplayMemory } from "./replay_memory.ts";
import type { ClockReading, Instant } from "./stamp_clock.ts";
import type { ReplayRules } from "./types.ts";

/** The wall clock may be steered by so much without having been set. */
const STEERED_MS = 500;

/** When and in which boot a process begins. */
export interface Start {
  readonly bootId: string;
  readonly instant: Instant;
}

/** Whether the wall clock may have been set since this was written down, as a boot may do too. */
export function clockMoved(memory: ReplayMemory | undefined, start: Start): boolean {
  const byMs = movedByMs(memory, start);
  return byMs === undefined || Math.abs(byMs) > STEERED_MS;
}

/** `undefined`: nobody knows. */
function movedByMs(
  memory: ReplayMemory | undefined,
  { bootId, instant: { wallMs, steadyMs } }: Start,
): number | undefined {
  if (memory?.wallAheadMs === undefined || memory.bootId !== bootId) return undefined;
  return wallMs - steadyMs - memory.wallAheadMs;
}

/** A number that is not below any that was sent, nor further ahead of the time than it must be. */
export function firstFree(
  memory: ReplayMemory & { readonly last: Sequence; readonly reserved: Sequence },
  { start, reading: { now, credible }, rules: { antiReplay, windowS } }: {
    readonly start: Start;
    readonly reading: ClockReading;
    readonly rules: ReplayRules;
  },
): Sequence {
  const { last, reserved } = memory;
  if (!credible) return reserved;
  const movedMs = movedByMs(memory, start);
  const setBack = movedMs !== undefined && movedMs < -STEERED_MS;
  if (setBack && antiReplay === "monotonic") return reserved;
  // What is so far ahead nobody takes for wrong yet.
  const aheadMs = Math.floor(windowS / 2) * MS_PER_S;
  const limit = movedMs === undefined || setBack ? shifted(now, aheadMs) : now;
  return isAfter(limit, reserved) ? reserved : later(last, limit);
}
