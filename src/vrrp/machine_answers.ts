import { at, peer, sendAdvert } from "./outcome.ts";
import { nextAdvertMs } from "./timers.ts";
import type { Action, HeardAdvert, MasterState, RouterConfig, RouterEvent, Step } from "./types.ts";

/*
 * What a Master says to others that speak in its place. Each frame of theirs may be forged, so that
 * every kind of answer has its least time.
 */

/**
 * At most one answer in this time to a Master of lower priority (RFC 9568 section 6.4.3). At shorter
 * intervals it hears the next ordinary advertisement as soon.
 */
const ANSWER_ADVERT_MS = 100;
/** At most one answer in this time, or in one interval of ours, to goodbyes, which anybody can forge. */
const ANSWER_LEAVING_MS = 100;
/** Two Masters that cannot hear each other's advertisements would otherwise flood the link with ARP. */
const ANSWER_CLAIM_MS = 1000;

/**
 * At once, before any Backup takes over (RFC 9568 section 6.4.3). Further goodbyes shortly after get
 * one answer together, as soon as the next is allowed: the ordinary advertisement, or an earlier one.
 */
export function hearsLeaving(config: RouterConfig, state: MasterState, nowMs: number): Step {
  if (state.listening) return at(state);
  const { advertIntervalMs } = config;
  const { nextAdvertAtMs, answerLeavingAfterMs } = state;
  const leastMs = Math.min(ANSWER_LEAVING_MS, advertIntervalMs);
  if (nowMs >= answerLeavingAfterMs) {
    return at({
      ...state,
      nextAdvertAtMs: nextAdvertMs(advertIntervalMs, nowMs),
      answerLeavingAfterMs: nowMs + leastMs,
    }, [sendAdvert(config, state)]);
  }
  if (nextAdvertAtMs <= answerLeavingAfterMs) return at(state);
  return at({
    ...state,
    nextAdvertAtMs: answerLeavingAfterMs,
    answerLeavingAfterMs: answerLeavingAfterMs + leastMs,
  });
}

/** Asserts that we are Master, and repairs what the other's announcements may have spoiled. */
export function answerAdvert(
  config: RouterConfig,
  state: MasterState,
  { heard, nowMs, reports }: { heard: HeardAdvert; nowMs: number; reports: readonly Action[] },
): Step {
  if (state.listening || nowMs < state.answerAdvertAfterMs) return at(state);
  const rival: Action = { do: "report", report: { what: "rivalMaster", peer: peer(heard) } };
  const { delayMs } = config.announcements;
  return at(
    {
      ...state,
      answerAdvertAfterMs: nowMs + ANSWER_ADVERT_MS,
      delayedAnnounceAtMs: delayMs > 0 ? nowMs + delayMs : Infinity,
    },
    [
      sendAdvert(config, state),
      { do: "announce", repeat: answerRepeat(config, state, nowMs) },
      ...(reports.length > 0 ? reports : [rival]),
    ],
  );
}

/** In full once; whoever goes on speaking is answered often enough, however few frames each time. */
function answerRepeat(
  { announcements: { repeat } }: RouterConfig,
  { answerAdvertAfterMs }: MasterState,
  nowMs: number,
): number {
  const answeredAtMs = answerAdvertAfterMs - ANSWER_ADVERT_MS;
  return nowMs - answeredAtMs < ANSWER_CLAIM_MS ? Math.min(repeat, 1) : repeat;
}

export function claimed(
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
