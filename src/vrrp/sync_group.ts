import { type Running, timing } from "./outcome.ts";
import { masterDownMs } from "./timers.ts";
import type { BackupState, GroupEvent, MasterState, RouterConfig, RouterState } from "./types.ts";

export interface GroupMember {
  readonly config: RouterConfig;
  readonly state: RouterState;
}

/**
 * What the members of one sync group have to do to be together again: an event or nothing for each,
 * in their order. To be asked after every step of a member, and again after what it gives was done,
 * until it gives nothing.
 *
 * Together they are Master or none is, with one exception: where a stranger is Master in the place
 * of one, another in whose place nobody speaks does not wait for ever, but is Master alone.
 */
export function groupMoves(members: readonly GroupMember[]): readonly (GroupEvent | undefined)[] {
  const states = members.map(({ state }) => state);
  if (states.some(hasOwnFault)) return states.map(followIntoFault);
  if (states.some(isUnknown) && !states.some(isRunning)) return [];
  if (states.some(waitsToStart)) return states.map(start);
  return together(members);
}

/** The priority of a group is that of its worst member: links that are lost count once. */
export function groupAdjustment(adjustments: readonly number[]): number {
  return adjustments.length === 0 ? 0 : Math.min(...adjustments);
}

function hasOwnFault(state: RouterState): boolean {
  return state.name === "Fault" && state.reason !== "groupMemberFault";
}

function followIntoFault(state: RouterState): GroupEvent | undefined {
  if (state.name === "Fault" || state.name === "Down") return undefined;
  return state.facts === undefined ? undefined : { kind: "groupFault" };
}

function isUnknown(state: RouterState): boolean {
  return state.name === "Init" && state.facts === undefined;
}

function waitsToStart(state: RouterState): boolean {
  return (state.name === "Init" || state.name === "Fault") && state.facts !== undefined;
}

/** Whoever is Master already stays so when a new member joins: it would be an outage. */
function start(state: RouterState): GroupEvent | undefined {
  if (waitsToStart(state)) return { kind: "groupReturn" };
  return isMaster(state) && !state.alone ? { kind: "groupMaster", alone: true } : undefined;
}

function together(members: readonly GroupMember[]): readonly (GroupEvent | undefined)[] {
  const states = members.map(({ state }) => state);
  const backups = states.filter(isBackup);
  const masters = states.filter(isMaster);
  if (backups.length === 0) return states.map(settled);
  if (masters.some(({ alone }) => !alone)) {
    return states.map((state) => {
      return isMaster(state) && !state.alone ? { kind: "groupBackup" } : undefined;
    });
  }
  if (backups.some(justReady) && backups.every(wouldTakeOver)) {
    return states.map((state) => {
      return isRunning(state) ? { kind: "groupMaster", alone: false } : undefined;
    });
  }
  return states.map((state) => waitForOthers(state, members));
}

/** All are Master by now. */
function settled(state: RouterState): GroupEvent | undefined {
  return isMaster(state) && state.alone ? { kind: "groupMaster", alone: false } : undefined;
}

function isBackup(state: RouterState): state is BackupState {
  return state.name === "Backup";
}

function isMaster(state: RouterState): state is MasterState {
  return state.name === "Master";
}

/**
 * Only a timer makes a group Master, never what is heard: whoever was heard on one link may have
 * said on another that it is better, in a frame that is yet to come.
 */
function justReady({ readySinceMs, aloneAtMs }: BackupState): boolean {
  return readySinceMs !== undefined && aloneAtMs === undefined;
}

function wouldTakeOver({ readySinceMs, preempting, waitingFor }: BackupState): boolean {
  return readySinceMs !== undefined || preempting !== undefined || waitingFor === "leavingMaster";
}

function waitForOthers(
  state: RouterState,
  members: readonly GroupMember[],
): GroupEvent | undefined {
  if (!isBackup(state) || state.readySinceMs === undefined) return undefined;
  if (state.aloneAtMs !== undefined) return undefined;
  return { kind: "groupWait", untilMs: state.readySinceMs + patienceMs(members, state) };
}

/**
 * How long after a member any other can become ready where one machine was Master in all places:
 * they stand at most one interval apart, and the first may not have had to wait at all.
 *
 * An interval that another member has learned counts up to its own one, or to what the member that
 * waits has learned itself: what is said in one place, be it but once and a lie, must not leave
 * another without a Master. The price is paid where the machine that was Master everywhere keeps an
 * interval in one place that is longer than both: then the group is apart until that place follows.
 * A Master of lower priority holds back only whoever is to replace it (`preemptingUntilMs`).
 */
function patienceMs(members: readonly GroupMember[], waiting: BackupState): number {
  const waits = members.flatMap(({ config, state }) => {
    if (!isRunning(state)) return [];
    const input = timing(config, state);
    const mostMs = Math.max(config.advertIntervalMs, waiting.masterIntervalMs);
    const intervalMs = Math.min(input.intervalMs, mostMs);
    return [masterDownMs({ ...input, intervalMs }) + intervalMs];
  });
  return Math.max(...waits);
}

function isRunning(state: RouterState): state is Running {
  return state.name === "Backup" || state.name === "Master";
}
