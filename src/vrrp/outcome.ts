import { effectivePriority, type TimerInput } from "./timers.ts";
import {
  type Action,
  type BackupState,
  type FaultReason,
  type HeardAdvert,
  LEAVING_PRIORITY,
  type LinkFacts,
  type MasterState,
  type Peer,
  type RouterConfig,
  type RouterState,
  type StateName,
  type Step,
  type TransitionReason,
} from "./types.ts";

/*
 * What every part of the state machine says in the same words: its steps, and the actions that
 * several of them ask for.
 */

export type Living = Exclude<RouterState, { name: "Down" }>;
export type Running = BackupState | MasterState;

export function at(state: RouterState, actions: readonly Action[] = []): Step {
  return { state, actions, deadlineMs: deadline(state) };
}

/** When a state has to be looked at again; `Infinity` where only events matter. */
export function deadline(state: RouterState): number {
  switch (state.name) {
    case "Backup":
      return backupDeadline(state);
    case "Master":
      return state.listening
        ? state.nextAdvertAtMs
        : Math.min(state.nextAdvertAtMs, state.delayedAnnounceAtMs, state.refreshAtMs);
    default:
      return Infinity;
  }
}

function backupDeadline(state: BackupState): number {
  if (state.readySinceMs !== undefined) {
    return Math.max(state.aloneAtMs ?? Infinity, state.preemptingUntilMs ?? -Infinity);
  }
  return state.facts.owner
    ? state.masterDownAtMs
    : Math.max(state.masterDownAtMs, state.startHeldUntilMs);
}

export function timing(
  config: RouterConfig,
  state: {
    readonly adjustment: number;
    readonly facts: LinkFacts;
    readonly masterIntervalMs?: number;
  },
): TimerInput {
  return {
    version: config.version,
    priority: effectivePriority(config, state),
    intervalMs: state.masterIntervalMs ?? config.advertIntervalMs,
  };
}

export function peer(heard: HeardAdvert): Peer {
  return { address: heard.from, priority: heard.priority };
}

export function sendAdvert(
  config: RouterConfig,
  state: Pick<Running, "adjustment" | "facts">,
): Action {
  return { do: "sendAdvert", priority: effectivePriority(config, state) };
}

/** Tells the others at once that somebody else has to be Master. */
export function farewell(state: Living): readonly Action[] {
  if (state.name !== "Master" || state.listening) return [];
  return [{ do: "sendAdvert", priority: LEAVING_PRIORITY }];
}

/** An owner's addresses are the interface's own: never added by us, never removed. */
export function withdraw(state: Living): readonly Action[] {
  if (state.name !== "Master") return [];
  return [
    ...(state.facts.owner ? [] : [{ do: "removeAddresses" } as const]),
    { do: "releaseMac" },
  ];
}

export function transition(
  from: Living,
  to: StateName,
  reason: TransitionReason,
  more: { peer?: Peer; fault?: FaultReason } = {},
): Action {
  return {
    do: "report",
    report: { what: "transition", from: from.name, to, reason, ...more },
  };
}
