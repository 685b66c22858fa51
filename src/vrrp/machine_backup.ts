import {
  at,
  farewell,
  type Living,
  peer,
  type Running,
  timing,
  transition,
  withdraw,
} from "./outcome.ts";
import { effectivePriority, masterDownMs, skewMs } from "./timers.ts";
import {
  type Action,
  type BackupState,
  type ForcedState,
  type HeardAdvert,
  LEAVING_PRIORITY,
  type LinkFacts,
  type MasterState,
  type Peer,
  type RouterConfig,
  type Step,
  type TransitionReason,
} from "./types.ts";

/** Begins to run as Backup; an owner in a sync group only waits for the others. */
export function startAsBackup(
  config: RouterConfig,
  state: Living,
  facts: LinkFacts,
  nowMs: number,
): Step {
  const { adjustment, forced, startHeldUntilMs } = state;
  const waits = !facts.owner || forced === "Backup";
  const waitMs = waits ? masterDownMs(timing(config, { adjustment, facts })) : 0;
  const backup: BackupState = {
    name: "Backup",
    facts,
    adjustment,
    forced: forced === "Backup" ? forced : undefined,
    startHeldUntilMs,
    preemptHeldUntilMs: nowMs + config.preemptDelayMs,
    masterDownAtMs: nowMs + waitMs,
    masterIntervalMs: config.advertIntervalMs,
    waitingFor: "firstAdvert",
  };
  return at(backup, [transition(state, "Backup", "started")]);
}

export function backupHears(
  config: RouterConfig,
  state: BackupState,
  heard: HeardAdvert,
  nowMs: number,
): Step {
  if (heard.priority === LEAVING_PRIORITY) {
    const masterDownAtMs = nowMs + skewMs(timing(config, state));
    return at({ ...bereft(state), masterDownAtMs, waitingFor: "leavingMaster" });
  }
  const lower = heard.priority < effectivePriority(config, state);
  if (lower && preempts(config, state, nowMs)) return at(contend(config, state, heard, nowMs));
  return at(follow(config, state, heard, nowMs), newInterval(config, state, heard));
}

/**
 * An owner preempts whatever the setting says (RFC 3768 section 6.1). Who was refused what a Master
 * needs would end a healthy one in vain each time it tries again: it only takes over from silence.
 */
export function preempts(config: RouterConfig, state: BackupState, nowMs: number): boolean {
  if (state.forced === "Backup") return false;
  const { owner, refusedLast } = state.facts;
  const isHeld = refusedLast === true || nowMs < state.preemptHeldUntilMs;
  return owner || (config.preempt && !isHeld);
}

/**
 * The timer goes on; but as long as somebody is Master, nobody has to be it alone. Whether somebody
 * is shows only by the interval of whoever was heard, which may be longer than all of ours.
 */
function contend(
  config: RouterConfig,
  state: BackupState,
  heard: HeardAdvert,
  nowMs: number,
): BackupState {
  const { facts, adjustment, readySinceMs, aloneAtMs } = state;
  const { intervalMs } = heard;
  const input = timing(config, { facts, adjustment, masterIntervalMs: intervalMs });
  const contending = {
    ...state,
    preempting: peer(heard),
    preemptingIntervalMs: intervalMs,
    preemptingUntilMs: nowMs + masterDownMs(input),
  };
  if (readySinceMs === undefined || aloneAtMs === undefined) return contending;
  const waitMs = aloneAtMs - readySinceMs;
  return { ...contending, readySinceMs: nowMs, aloneAtMs: nowMs + waitMs };
}

export function unready(state: BackupState): BackupState {
  const { readySinceMs: _since, aloneAtMs: _alone, ...others } = state;
  return others;
}

/** Whoever has left is nobody to be left in peace later on. */
function bereft(state: BackupState): BackupState {
  const {
    preempting: _peer,
    preemptingIntervalMs: _interval,
    preemptingUntilMs: _until,
    ...others
  } = unready(state);
  return others;
}

/** The Backup of whoever was heard. Version 3 goes by the Master's interval (RFC 9568 6.4.2). */
export function follow(
  config: RouterConfig,
  state: Running,
  heard: HeardAdvert,
  nowMs: number,
): BackupState {
  const masterIntervalMs = config.version === 3 ? heard.intervalMs : config.advertIntervalMs;
  return {
    ...waiting(config, state, { nowMs, masterIntervalMs }),
    master: peer(heard),
    waitingFor: "nextAdvert",
  };
}

/**
 * Tells of another interval once, when it is adopted (RFC 9568 section 7.1 asks for it), and not with
 * each advertisement.
 */
export function newInterval(
  { advertIntervalMs }: RouterConfig,
  { masterIntervalMs }: Pick<BackupState, "masterIntervalMs">,
  heard: HeardAdvert,
): readonly Action[] {
  const { intervalMs } = heard;
  if (intervalMs === advertIntervalMs || intervalMs === masterIntervalMs) return [];
  return [{ do: "report", report: { what: "intervalDiffers", peer: peer(heard), intervalMs } }];
}

/** Leaves a Master in peace that was about to be replaced. */
export function yieldTo(
  config: RouterConfig,
  state: BackupState,
  master: Peer,
  nowMs: number,
): BackupState {
  const { preemptingIntervalMs: masterIntervalMs = state.masterIntervalMs } = state;
  return {
    ...waiting(config, state, { nowMs, masterIntervalMs }),
    master,
    waitingFor: "nextAdvert",
  };
}

/** Gives up being Master for another reason than a better one that was heard. */
export function stepDown(
  config: RouterConfig,
  state: MasterState,
  { nowMs, reason, forced }: {
    readonly nowMs: number;
    readonly reason: TransitionReason;
    readonly forced: ForcedState | undefined;
  },
): Step {
  const masterIntervalMs = config.advertIntervalMs;
  const backup = { ...waiting(config, state, { nowMs, masterIntervalMs }), forced };
  const report = transition(state, "Backup", reason);
  return at(backup, [...farewell(state), ...withdraw(state), report]);
}

/** A Backup with nothing behind it: one whole Master-Down interval from now. */
function waiting(
  config: RouterConfig,
  state: Running,
  { nowMs, masterIntervalMs }: { readonly nowMs: number; readonly masterIntervalMs: number },
): BackupState {
  const { facts, adjustment, forced, preemptHeldUntilMs, startHeldUntilMs } = state;
  return {
    name: "Backup",
    facts,
    adjustment,
    // A better Master ends what was forced.
    forced: forced === "Backup" ? forced : undefined,
    preemptHeldUntilMs,
    startHeldUntilMs,
    masterIntervalMs,
    masterDownAtMs: nowMs + masterDownMs(timing(config, { adjustment, facts, masterIntervalMs })),
    waitingFor: "firstAdvert",
  };
}

/** Why a Backup whose time has come becomes Master. */
export function takeOverReason(state: BackupState): { reason: TransitionReason; peer?: Peer } {
  if (state.waitingFor === "leavingMaster") return { reason: "masterLeft" };
  if (state.preempting !== undefined) return { reason: "preempting", peer: state.preempting };
  return { reason: state.master === undefined ? "noMasterHeard" : "masterSilent" };
}
