import { preempts, stepDown, yieldTo } from "./machine_backup.ts";
import { becomeMaster } from "./machine_master.ts";
import { at, type Living, sendAdvert, timing } from "./outcome.ts";
import { effectivePriority, skewMs } from "./timers.ts";
import type { BackupState, ForcedState, MasterState, RouterConfig, Step } from "./types.ts";

/**
 * Where nothing runs, to be Master cannot be forced, and only ends that Backup was; what was forced
 * to be Backup is so also after a Fault.
 */
export function force(
  config: RouterConfig,
  state: Living,
  to: ForcedState | "auto",
  nowMs: number,
): Step {
  const runs = state.name === "Backup" || state.name === "Master";
  if (to === "auto" || (to === "Master" && !runs)) return at({ ...state, forced: undefined });
  if (!runs) return at({ ...state, forced: to });
  return to === "Master" ? forceMaster(config, state, nowMs) : forceBackup(config, state, nowMs);
}

/** The hold of the start does not count against whoever asks for this. */
function forceMaster(config: RouterConfig, state: BackupState | MasterState, nowMs: number): Step {
  const forced = "Master";
  if (state.name === "Backup") {
    return becomeMaster(config, state, state, { nowMs, reason: "forced", forced });
  }
  if (state.listening) return at({ ...state, forced });
  const { repeat } = config.announcements;
  return at({ ...state, forced }, [sendAdvert(config, state), { do: "announce", repeat }]);
}

function forceBackup(config: RouterConfig, state: BackupState | MasterState, nowMs: number): Step {
  const forced = "Backup";
  if (state.name === "Master") return stepDown(config, state, { nowMs, reason: "forced", forced });
  const { preempting } = state;
  if (preempting === undefined) return at({ ...state, forced });
  return at({ ...yieldTo(config, state, preempting, nowMs), forced });
}

/**
 * Another sum of weights. A Master says so with its next advertisement: an extra one would help
 * nobody, for the timer of a better Backup runs since the last that was better than itself.
 */
export function adjust(
  config: RouterConfig,
  state: Living,
  adjustment: number,
  nowMs: number,
): Step {
  if (state.name !== "Backup") return at({ ...state, adjustment });
  const adjusted = shifted(config, state, { ...state, adjustment });
  const rises = effectivePriority(config, adjusted) > effectivePriority(config, state);
  const preemptHeldUntilMs = rises
    ? Math.max(state.preemptHeldUntilMs, nowMs + config.preemptDelayMs)
    : state.preemptHeldUntilMs;
  return at(judgedAnew(config, { ...adjusted, preemptHeldUntilMs }, nowMs));
}

/** The timer as it would stand if the priority had been this one when it was armed. */
function shifted(config: RouterConfig, before: BackupState, after: BackupState): BackupState {
  const shiftMs = skewMs(timing(config, after)) - skewMs(timing(config, before));
  return { ...after, masterDownAtMs: before.masterDownAtMs + shiftMs };
}

/** A Master that was lower may not be so any more, or be protected for a while. */
function judgedAnew(config: RouterConfig, state: BackupState, nowMs: number): BackupState {
  const { preempting } = state;
  if (preempting === undefined) return state;
  const lower = preempting.priority < effectivePriority(config, state);
  return lower && preempts(config, state, nowMs)
    ? state
    : yieldTo(config, state, preempting, nowMs);
}
