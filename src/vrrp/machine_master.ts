import { compareIp } from "../base/ip.ts";
import { compareMac } from "../base/mac.ts";
import { answerAdvert, hearsLeaving } from "./machine_answers.ts";
import { follow, newInterval } from "./machine_backup.ts";
import { at, type Living, peer, sendAdvert, transition, withdraw } from "./outcome.ts";
import { effectivePriority, nextAdvertMs } from "./timers.ts";
import {
  type Action,
  type ForcedState,
  type HeardAdvert,
  LEAVING_PRIORITY,
  type MasterState,
  OWNER_PRIORITY,
  type Peer,
  type RouterConfig,
  type Step,
  type TransitionReason,
} from "./types.ts";

export interface TakeOver {
  readonly nowMs: number;
  readonly reason: TransitionReason;
  readonly peer?: Peer;
  readonly forced?: ForcedState;
  readonly alone?: boolean;
}

export function becomeMaster(
  config: RouterConfig,
  from: Living,
  running: Pick<MasterState, "facts" | "adjustment" | "preemptHeldUntilMs" | "startHeldUntilMs">,
  { nowMs, reason, peer, forced, alone = false }: TakeOver,
): Step {
  const { adjustment, preemptHeldUntilMs, startHeldUntilMs } = running;
  // Where it is refused again, that comes as a Fault, and then with the facts of the next start.
  const { refusedLast: _, ...facts } = running.facts;
  const { repeat, delayMs, refreshMs } = config.announcements;
  const state: MasterState = {
    name: "Master",
    facts,
    adjustment,
    forced,
    preemptHeldUntilMs,
    startHeldUntilMs,
    nextAdvertAtMs: nextAdvertMs(config.advertIntervalMs, nowMs),
    delayedAnnounceAtMs: delayMs > 0 ? nowMs + delayMs : Infinity,
    refreshAtMs: refreshMs > 0 ? nowMs + refreshMs : Infinity,
    answerAdvertAfterMs: -Infinity,
    answerLeavingAfterMs: -Infinity,
    answerClaimAfterMs: -Infinity,
    listening: false,
    alone,
  };
  return at(state, [
    sendAdvert(config, state),
    { do: "assumeMac" },
    ...(facts.owner ? [] : [{ do: "addAddresses" } as const]),
    { do: "announce", repeat },
    transition(from, "Master", reason, peer === undefined ? {} : { peer }),
  ]);
}

export function masterHears(
  config: RouterConfig,
  state: MasterState,
  heard: HeardAdvert,
  nowMs: number,
): Step {
  if (heard.priority === LEAVING_PRIORITY) return hearsLeaving(config, state, nowMs);
  const weStay = !beats(config, state, heard);
  const owners = state.facts.owner && heard.priority === OWNER_PRIORITY;
  const reports: Action[] = owners
    ? [{ do: "report", report: { what: "otherOwner", peer: peer(heard), weStay } }]
    : [];
  if (weStay) return answerAdvert(config, state, { heard, nowMs, reports });
  const report = transition(state, "Backup", lossReason(config, state, heard), {
    peer: peer(heard),
  });
  const before = { masterIntervalMs: config.advertIntervalMs };
  return at(follow(config, state, heard, nowMs), [
    ...withdraw(state),
    ...reports,
    report,
    ...newInterval(config, before, heard),
  ]);
}

/** RFC 3768 section 6.4.3; among owners of one source address the hardware address decides. */
function beats(config: RouterConfig, state: MasterState, heard: HeardAdvert): boolean {
  const ours = effectivePriority(config, state);
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
  return heard.priority > effectivePriority(config, state)
    ? "higherPriorityHeard"
    : "higherAddressHeard";
}

export function masterTimer(config: RouterConfig, state: MasterState, nowMs: number): Step {
  const { repeat, refreshMs } = config.announcements;
  const advertDue = nowMs >= state.nextAdvertAtMs;
  const delayedDue = nowMs >= state.delayedAnnounceAtMs;
  const refreshDue = nowMs >= state.refreshAtMs;
  const nextAdvertAtMs = advertDue
    ? nextAdvertMs(config.advertIntervalMs, nowMs)
    : state.nextAdvertAtMs;
  if (!delayedDue && !refreshDue && !state.listening) {
    return at(
      withNextAdvert(state, nextAdvertAtMs),
      justAdvert(effectivePriority(config, state)),
    );
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
    adjustment: state.adjustment,
    forced: state.forced,
    preemptHeldUntilMs: state.preemptHeldUntilMs,
    startHeldUntilMs: state.startHeldUntilMs,
    nextAdvertAtMs,
    delayedAnnounceAtMs: state.delayedAnnounceAtMs,
    refreshAtMs: state.refreshAtMs,
    answerAdvertAfterMs: state.answerAdvertAfterMs,
    answerLeavingAfterMs: state.answerLeavingAfterMs,
    answerClaimAfterMs: state.answerClaimAfterMs,
    listening: state.listening,
    alone: state.alone,
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
