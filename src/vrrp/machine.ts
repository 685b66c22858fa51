import { unreachable } from "../base/assert.ts";
import { compareIp } from "../base/ip.ts";
import { compareMac } from "../base/mac.ts";
import {
  effectivePriority,
  masterDownMs,
  nextAdvertMs,
  skewMs,
  type TimerInput,
} from "./timers.ts";
import {
  type Action,
  type BackupState,
  type FaultReason,
  type HeardAdvert,
  type InitState,
  LEAVING_PRIORITY,
  type LinkFacts,
  type MasterState,
  OWNER_PRIORITY,
  type Peer,
  type RouterConfig,
  type RouterEvent,
  type RouterState,
  type StateName,
  type Step,
  type TransitionReason,
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
 * linkFault leads from any of them to Fault, stop to Down.
 */

/** At most one answer in this time to a Master of lower priority (RFC 9568 section 6.4.3). */
const ANSWER_ADVERT_MS = 100;
/** Two Masters that cannot hear each other's advertisements would otherwise flood the link with ARP. */
const ANSWER_CLAIM_MS = 1000;
/** The interface works, but we cannot be Master on it; in other Faults nothing could be sent. */
const REFUSALS: readonly FaultReason[] = ["macRefused", "refused"];
/** The least time to listen after a pause of our own. */
const LISTEN_MS = 100;

/** Times on the same clock as the `nowMs` of every later step. */
export function initialState(config: RouterConfig, nowMs: number): InitState {
  return { name: "Init", startHeldUntilMs: nowMs + config.startupDelayMs };
}

/**
 * The whole protocol of one virtual router: RFC 3768 section 6.4 with the rulings of RFC 9568 on
 * lower priorities and of its errata on two owners. Reads no clock and does no input or output:
 * `nowMs` is any steady clock in milliseconds (a fraction is allowed), and everything to be done
 * comes back as actions in order.
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
    default:
      return unreachable(event);
  }
}

type Living = Exclude<RouterState, { name: "Down" }>;
type Running = BackupState | MasterState;

function at(state: RouterState, actions: readonly Action[] = []): Step {
  return { state, actions, deadlineMs: deadline(state) };
}

function deadline(state: RouterState): number {
  switch (state.name) {
    case "Backup":
      return state.facts.owner
        ? state.masterDownAtMs
        : Math.max(state.masterDownAtMs, state.startHeldUntilMs);
    case "Master":
      return state.listening
        ? state.nextAdvertAtMs
        : Math.min(state.nextAdvertAtMs, state.delayedAnnounceAtMs, state.refreshAtMs);
    default:
      return Infinity;
  }
}

function linkReady(config: RouterConfig, state: Living, facts: LinkFacts, nowMs: number): Step {
  if (state.name === "Backup" || state.name === "Master") return refreshFacts(state, facts);
  const { startHeldUntilMs } = state;
  const running = {
    facts,
    startHeldUntilMs,
    preemptHeldUntilMs: nowMs + config.preemptDelayMs,
  };
  if (facts.owner) return becomeMaster(config, state, running, { nowMs, reason: "ownsAddresses" });
  return at(
    {
      ...running,
      name: "Backup",
      masterDownAtMs: nowMs + masterDownMs(timing(config, running)),
      masterIntervalMs: config.advertIntervalMs,
      waitingFor: "firstAdvert",
    },
    [transition(state, "Backup", "started")],
  );
}

/** Ownership is settled at start: later on the addresses may be there because we set them. */
function refreshFacts(state: Running, facts: LinkFacts): Step {
  return at({ ...state, facts: { ...facts, owner: state.facts.owner } });
}

function linkFault(state: Living, reason: FaultReason): Step {
  if (state.name === "Fault" && state.reason === reason) return at(state);
  const fault = { name: "Fault", reason, startHeldUntilMs: state.startHeldUntilMs } as const;
  const report = transition(state, "Fault", "linkFault", { fault: reason });
  const leaving = REFUSALS.includes(reason) ? farewell(state) : [];
  return at(fault, [...leaving, ...withdraw(state), report]);
}

/** Tells the others at once that somebody else has to be Master. */
function farewell(state: Living): readonly Action[] {
  if (state.name !== "Master" || state.listening) return [];
  return [{ do: "sendAdvert", priority: LEAVING_PRIORITY }];
}

function stop(state: Living): Step {
  const report = transition(state, "Down", "stopped");
  return at({ name: "Down" }, [...farewell(state), ...withdraw(state), report]);
}

/** An owner's addresses are the interface's own: never added by us, never removed. */
function withdraw(state: Living): readonly Action[] {
  if (state.name !== "Master") return [];
  return [
    ...(state.facts.owner ? [] : [{ do: "removeAddresses" } as const]),
    { do: "releaseMac" },
  ];
}

function advert(config: RouterConfig, state: Living, heard: HeardAdvert, nowMs: number): Step {
  switch (state.name) {
    case "Backup":
      return backupHears(config, state, heard, nowMs);
    case "Master":
      return heard.priority === LEAVING_PRIORITY
        ? masterHearsLeaving(config, state, nowMs)
        : masterHears(config, state, heard, nowMs);
    default:
      return at(state);
  }
}

function backupHears(
  config: RouterConfig,
  state: BackupState,
  heard: HeardAdvert,
  nowMs: number,
): Step {
  if (heard.priority === LEAVING_PRIORITY) {
    const skew = skewMs(timing(config, state));
    return at({ ...state, masterDownAtMs: nowMs + skew, waitingFor: "leavingMaster" });
  }
  const lower = heard.priority < effectivePriority(config, state.facts.owner);
  if (lower && preempts(config, state, nowMs)) return at({ ...state, preempting: peer(heard) });
  return at(follow(config, state, heard, nowMs));
}

/** An owner preempts whatever the setting says (RFC 3768 section 6.1). */
function preempts(config: RouterConfig, state: BackupState, nowMs: number): boolean {
  return state.facts.owner || (config.preempt && nowMs >= state.preemptHeldUntilMs);
}

/** The Backup of whoever was heard. Version 3 goes by the Master's interval (RFC 9568 6.4.2). */
function follow(
  config: RouterConfig,
  state: Running,
  heard: HeardAdvert,
  nowMs: number,
): BackupState {
  const { facts, preemptHeldUntilMs, startHeldUntilMs } = state;
  const masterIntervalMs = config.version === 3 ? heard.intervalMs : config.advertIntervalMs;
  const input = {
    version: config.version,
    priority: effectivePriority(config, facts.owner),
    intervalMs: masterIntervalMs,
  };
  return {
    name: "Backup",
    facts,
    preemptHeldUntilMs,
    startHeldUntilMs,
    masterIntervalMs,
    masterDownAtMs: nowMs + masterDownMs(input),
    master: peer(heard),
    waitingFor: "nextAdvert",
  };
}

function masterHearsLeaving(config: RouterConfig, state: MasterState, nowMs: number): Step {
  if (state.listening) return at(state);
  const nextAdvertAtMs = nextAdvertMs(config.advertIntervalMs, nowMs);
  return at({ ...state, nextAdvertAtMs }, [sendAdvert(config, state)]);
}

function masterHears(
  config: RouterConfig,
  state: MasterState,
  heard: HeardAdvert,
  nowMs: number,
): Step {
  const weStay = !beats(config, state, heard);
  const owners = state.facts.owner && heard.priority === OWNER_PRIORITY;
  const reports: Action[] = owners
    ? [{ do: "report", report: { what: "otherOwner", peer: peer(heard), weStay } }]
    : [];
  if (weStay) return answerAdvert(config, state, { heard, nowMs, reports });
  const report = transition(state, "Backup", lossReason(config, state, heard), {
    peer: peer(heard),
  });
  return at(follow(config, state, heard, nowMs), [...withdraw(state), ...reports, report]);
}

/** RFC 3768 section 6.4.3; among owners of one source address the hardware address decides. */
function beats(config: RouterConfig, state: MasterState, heard: HeardAdvert): boolean {
  const ours = effectivePriority(config, state.facts.owner);
  if (heard.priority !== ours) return heard.priority > ours;
  const byAddress = compareIp(heard.from, state.facts.source);
  if (byAddress !== 0 || !state.facts.owner) return byAddress > 0;
  return compareMac(heard.fromMac, state.facts.mac) > 0;
}

function lossReason(
  config: RouterConfig,
  state: MasterState,
  heard: HeardAdvert,
): TransitionReason {
  if (state.facts.owner) return "otherOwnerHeard";
  return heard.priority > config.priority ? "higherPriorityHeard" : "higherAddressHeard";
}

/** Asserts that we are Master, and repairs what the other's announcements may have spoiled. */
function answerAdvert(
  config: RouterConfig,
  state: MasterState,
  { heard, nowMs, reports }: { heard: HeardAdvert; nowMs: number; reports: readonly Action[] },
): Step {
  if (state.listening || nowMs < state.answerAdvertAfterMs) return at(state);
  const rival: Action = { do: "report", report: { what: "rivalMaster", peer: peer(heard) } };
  const { repeat, delayMs } = config.announcements;
  return at(
    {
      ...state,
      answerAdvertAfterMs: nowMs + ANSWER_ADVERT_MS,
      delayedAnnounceAtMs: delayMs > 0 ? nowMs + delayMs : Infinity,
    },
    [
      sendAdvert(config, state),
      { do: "announce", repeat },
      ...(reports.length > 0 ? reports : [rival]),
    ],
  );
}

function claimed(
  state: MasterState,
  { address, mac }: Extract<RouterEvent, { kind: "claimed" }>,
  nowMs: number,
): Step {
  if (state.listening || nowMs < state.answerClaimAfterMs) return at(state);
  return at({ ...state, answerClaimAfterMs: nowMs + ANSWER_CLAIM_MS }, [
    { do: "announce", repeat: 1 },
    { do: "report", report: { what: "rivalClaim", address, mac } },
  ]);
}

function timer(config: RouterConfig, state: Living, nowMs: number): Step {
  if (nowMs < deadline(state)) return at(state);
  if (state.name === "Master") return masterTimer(config, state, nowMs);
  if (state.name !== "Backup") return at(state);
  const why = takeOverReason(state);
  return becomeMaster(config, state, state, { nowMs, ...why });
}

function takeOverReason(state: BackupState): { reason: TransitionReason; peer?: Peer } {
  if (state.waitingFor === "leavingMaster") return { reason: "masterLeft" };
  if (state.preempting !== undefined) return { reason: "preempting", peer: state.preempting };
  return { reason: state.master === undefined ? "noMasterHeard" : "masterSilent" };
}

function becomeMaster(
  config: RouterConfig,
  from: Living,
  running: Pick<MasterState, "facts" | "preemptHeldUntilMs" | "startHeldUntilMs">,
  { nowMs, reason, peer }: { nowMs: number; reason: TransitionReason; peer?: Peer },
): Step {
  const { facts, preemptHeldUntilMs, startHeldUntilMs } = running;
  const { repeat, delayMs, refreshMs } = config.announcements;
  const state: MasterState = {
    name: "Master",
    facts,
    preemptHeldUntilMs,
    startHeldUntilMs,
    nextAdvertAtMs: nextAdvertMs(config.advertIntervalMs, nowMs),
    delayedAnnounceAtMs: delayMs > 0 ? nowMs + delayMs : Infinity,
    refreshAtMs: refreshMs > 0 ? nowMs + refreshMs : Infinity,
    answerAdvertAfterMs: -Infinity,
    answerClaimAfterMs: -Infinity,
    listening: false,
  };
  return at(state, [
    sendAdvert(config, state),
    { do: "assumeMac" },
    ...(facts.owner ? [] : [{ do: "addAddresses" } as const]),
    { do: "announce", repeat },
    transition(from, "Master", reason, peer === undefined ? {} : { peer }),
  ]);
}

function masterTimer(config: RouterConfig, state: MasterState, nowMs: number): Step {
  const { repeat, refreshMs } = config.announcements;
  const advertDue = nowMs >= state.nextAdvertAtMs;
  const delayedDue = nowMs >= state.delayedAnnounceAtMs;
  const refreshDue = nowMs >= state.refreshAtMs;
  const nextAdvertAtMs = advertDue
    ? nextAdvertMs(config.advertIntervalMs, nowMs)
    : state.nextAdvertAtMs;
  if (!delayedDue && !refreshDue && !state.listening) {
    const priority = effectivePriority(config, state.facts.owner);
    return at(withNextAdvert(state, nextAdvertAtMs), justAdvert(priority));
  }
  return at(
    {
      ...state,
      listening: false,
      nextAdvertAtMs,
      delayedAnnounceAtMs: delayedDue ? Infinity : state.delayedAnnounceAtMs,
      refreshAtMs: refreshDue
        ? nextRefreshMs(state.refreshAtMs, refreshMs, nowMs)
        : state.refreshAtMs,
    },
    [
      ...(advertDue ? [sendAdvert(config, state)] : []),
      { do: "announce", repeat },
    ],
  );
}

/**
 * All that changes in a Master most of the time, hundreds of times a second: named one by one,
 * because a spread of so many properties costs several times as much.
 */
function withNextAdvert(state: MasterState, nextAdvertAtMs: number): MasterState {
  return {
    name: "Master",
    facts: state.facts,
    preemptHeldUntilMs: state.preemptHeldUntilMs,
    startHeldUntilMs: state.startHeldUntilMs,
    nextAdvertAtMs,
    delayedAnnounceAtMs: state.delayedAnnounceAtMs,
    refreshAtMs: state.refreshAtMs,
    answerAdvertAfterMs: state.answerAdvertAfterMs,
    answerClaimAfterMs: state.answerClaimAfterMs,
    listening: state.listening,
  };
}

const ADVERT_ACTIONS: (readonly Action[])[] = [];

/** One list for each priority: it is the same every time. */
function justAdvert(priority: number): readonly Action[] {
  return ADVERT_ACTIONS[priority] ??= [{ do: "sendAdvert", priority }];
}

/** The next of the series that lies ahead: lateness does not move it. */
function nextRefreshMs(lastMs: number, refreshMs: number, nowMs: number): number {
  return lastMs + Math.ceil((nowMs - lastMs + 1) / refreshMs) * refreshMs;
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
  return at({ ...state, masterDownAtMs }, [report]);
}

function timing(
  config: RouterConfig,
  state: { readonly facts: LinkFacts; readonly masterIntervalMs?: number },
): TimerInput {
  return {
    version: config.version,
    priority: effectivePriority(config, state.facts.owner),
    intervalMs: state.masterIntervalMs ?? config.advertIntervalMs,
  };
}

function sendAdvert(config: RouterConfig, state: Pick<Running, "facts">): Action {
  return { do: "sendAdvert", priority: effectivePriority(config, state.facts.owner) };
}

function peer(heard: HeardAdvert): Peer {
  return { address: heard.from, priority: heard.priority };
}

function transition(
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
