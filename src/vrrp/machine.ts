import { unreachable } from "../base/assert.ts";
import { claimed } from "./machine_answers.ts";
import { backupHears, startAsBackup, takeOverReason, unready } from "./machine_backup.ts";
import { adjust, force } from "./machine_force.ts";
import { groupStep } from "./machine_group.ts";
import { becomeMaster, masterHears, masterTimer } from "./machine_master.ts";
import {
  at,
  deadline,
  farewell,
  type Living,
  type Running,
  timing,
  transition,
  withdraw,
} from "./outcome.ts";
import { masterDownMs, skewMs } from "./timers.ts";
import type {
  Action,
  BackupState,
  FaultReason,
  HeardAdvert,
  InitState,
  LinkFacts,
  RouterConfig,
  RouterEvent,
  RouterState,
  Step,
} from "./types.ts";

/*
 *            linkReady                 timer ran out
 *     Init ─────────────► Backup ────────────────────► Master
 *       │                  ▲  ▲                        │   ▲
 *       │                  │  └── better one is heard ─┘   │
 *       │        linkReady │                               │ linkReady,
 *       └──► Fault ────────┘                               │ owns the addresses
 *              └───────────────────────────────────────────┘ (also from Init)
 *
 * linkFault leads from any of them to Fault, stop to Down; force between Backup and Master. Of a
 * sync group's members, timers and linkReady lead to being ready only: see sync_group.ts.
 */

/** The interface works, but we cannot be Master on it; in other Faults nothing could be sent. */
const REFUSALS: readonly FaultReason[] = ["macRefused", "refused", "trackedDown"];
/** The least time to listen after a pause of our own. */
const LISTEN_MS = 100;

/** Times on the same clock as the `nowMs` of every later step. */
export function initialState(config: RouterConfig, nowMs: number): InitState {
  return {
    name: "Init",
    adjustment: 0,
    forced: undefined,
    startHeldUntilMs: nowMs + config.startupDelayMs,
  };
}

/**
 * The whole protocol of one virtual router: RFC 9568 section 6.4, and RFC 3768 section 6.4 for
 * version 2 with the rulings of RFC 9568 on lower priorities and of its errata on two owners. Reads
 * no clock and does no input or output: `nowMs` is any steady clock in milliseconds (a fraction is
 * allowed), and everything to be done comes back as actions in order.
 */
export function step(
  config: RouterConfig,
  state: RouterState,
  event: RouterEvent,
  nowMs: number,
): Step {
  if (state.name === "Down") return at(state);
  switch (event.kind) {
    case "linkReady":
      return linkReady(config, state, event.facts, nowMs);
    case "linkFault":
      return linkFault(state, event.reason);
    case "stop":
      return stop(state);
    case "advert":
      return advert(config, state, event.advert, nowMs);
    case "timer":
      return timer(config, state, nowMs);
    case "claimed":
      return state.name === "Master" ? claimed(state, event, nowMs) : at(state);
    case "paused":
      return paused(config, state, event.pausedMs, nowMs);
    case "adjust":
      return adjust(config, state, event.adjustment, nowMs);
    case "force":
      return force(config, state, event.to, nowMs);
    case "groupMaster":
    case "groupWait":
    case "groupBackup":
    case "groupFault":
    case "groupReturn":
      return groupStep(config, state, event, nowMs);
    default:
      return unreachable(event);
  }
}

function linkReady(config: RouterConfig, state: Living, facts: LinkFacts, nowMs: number): Step {
  if (state.name === "Backup" || state.name === "Master") return refreshFacts(state, facts);
  if (config.syncGroup !== undefined) return groupMemberReady(state, facts);
  if (!facts.owner || state.forced === "Backup") return startAsBackup(config, state, facts, nowMs);
  const { adjustment, startHeldUntilMs } = state;
  const preemptHeldUntilMs = nowMs + config.preemptDelayMs;
  const running = { facts, adjustment, startHeldUntilMs, preemptHeldUntilMs };
  return becomeMaster(config, state, running, { nowMs, reason: "ownsAddresses" });
}

/**
 * Ownership is settled at start: later on the addresses may be there because we set them. So is what
 * was refused before, which a take-over ends.
 */
function refreshFacts(state: Running, { source, mac }: LinkFacts): Step {
  return at({ ...state, facts: { ...state.facts, source, mac } });
}

/** Whether it starts is for the group to say: in silence until then. */
function groupMemberReady(state: Exclude<Living, Running>, facts: LinkFacts): Step {
  if (state.name === "Init") return at({ ...state, facts });
  return at({ ...state, reason: "groupMemberFault", facts });
}

function linkFault(state: Living, reason: FaultReason): Step {
  if (state.name === "Fault" && state.reason === reason) return at(state);
  const { adjustment, forced, startHeldUntilMs } = state;
  const kept = { adjustment, forced: forced === "Backup" ? forced : undefined, startHeldUntilMs };
  const report = transition(state, "Fault", "linkFault", { fault: reason });
  const leaving = REFUSALS.includes(reason) ? farewell(state) : [];
  return at({ name: "Fault", reason, ...kept }, [...leaving, ...withdraw(state), report]);
}

function stop(state: Living): Step {
  const report = transition(state, "Down", "stopped");
  return at({ name: "Down" }, [...farewell(state), ...withdraw(state), report]);
}

function advert(config: RouterConfig, state: Living, heard: HeardAdvert, nowMs: number): Step {
  switch (state.name) {
    case "Backup":
      return backupHears(config, state, heard, nowMs);
    case "Master":
      return masterHears(config, state, heard, nowMs);
    default:
      return at(state);
  }
}

function timer(config: RouterConfig, state: Living, nowMs: number): Step {
  if (nowMs < deadline(state)) return at(state);
  if (state.name === "Master") return masterTimer(config, state, nowMs);
  return state.name === "Backup" ? backupTimer(config, state, nowMs) : at(state);
}

function backupTimer(config: RouterConfig, state: BackupState, nowMs: number): Step {
  const inGroup = config.syncGroup !== undefined;
  if (inGroup && state.readySinceMs === undefined) return at({ ...state, readySinceMs: nowMs });
  return becomeMaster(config, state, state, { nowMs, alone: inGroup, ...takeOverReason(state) });
}

/**
 * After standing still for longer than a Backup waits, somebody else may be Master by now. Sending
 * at once, or taking over because nothing was heard while nothing could be, would make two.
 */
function paused(config: RouterConfig, state: Living, pausedMs: number, nowMs: number): Step {
  if (state.name !== "Master" && state.name !== "Backup") return at(state);
  const input = timing(config, state);
  if (pausedMs <= masterDownMs(input)) return at(state);
  const listenMs = Math.max(input.intervalMs, LISTEN_MS);
  const report: Action = { do: "report", report: { what: "paused", pausedMs, listenMs } };
  if (state.name === "Master") {
    return at({ ...state, listening: true, nextAdvertAtMs: nowMs + listenMs }, [report]);
  }
  // A Master that lives speaks within one interval; the skew keeps Backups from waking together.
  const earliestMs = nowMs + listenMs + skewMs(input);
  const masterDownAtMs = Math.max(state.masterDownAtMs, earliestMs);
  return at({ ...unready(state), masterDownAtMs }, [report]);
}
