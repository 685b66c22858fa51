import { wholeMs } from "../base/units.ts";
import { type LinkFacts, OWNER_PRIORITY, type RouterConfig } from "./types.ts";

export interface TimerInput {
  readonly version: 2 | 3;
  /** 1–255: the priority in effect, not the configured one. */
  readonly priority: number;
  /** Version 2: our own interval. Version 3: the Master's. Whole milliseconds. */
  readonly intervalMs: number;
}

/**
 * Skew_Time in whole milliseconds: the less the priority, the longer. Version 2 takes a share of a
 * second (RFC 3768 section 6.1), version 3 of the Master's interval (RFC 9568 section 6.1).
 */
export function skewMs({ version, priority, intervalMs }: TimerInput): number {
  const baseMs = version === 2 ? 1000 : intervalMs;
  return wholeMs(((256 - priority) * baseMs) / 256);
}

/** Master_Down_Interval (version 3: Active_Down_Interval) in whole milliseconds; same sections. */
export function masterDownMs(input: TimerInput): number {
  return 3 * input.intervalMs + skewMs(input);
}

/**
 * The next instant after `nowMs` that is a multiple of the interval on the daemon's clock.
 *
 * All virtual routers of one interval so share one phase: one wake serves them all. The schedule
 * is absolute, so lateness of one advertisement never moves the next. The first interval after
 * becoming Master is shortened by this, never lengthened, which no receiver can mistake.
 */
export function nextAdvertMs(intervalMs: number, nowMs: number): number {
  return (Math.floor(nowMs / intervalMs) + 1) * intervalMs;
}

/**
 * The priority in effect: 255 for an owner (RFC 3768 section 5.3.4); else the configured one and
 * what tracking adds to it, within 1–254.
 */
export function effectivePriority(
  config: Pick<RouterConfig, "priority">,
  state: { readonly adjustment: number; readonly facts?: Pick<LinkFacts, "owner"> },
): number {
  if (state.facts?.owner) return OWNER_PRIORITY;
  return Math.min(Math.max(config.priority + state.adjustment, 1), OWNER_PRIORITY - 1);
}
