import { err } from "../base/result.ts";

/**
 * Why a received frame was not taken, in the order in which the checks are made. Counters and log
 * keys carry these names.
 */
export const REJECT_REASONS = [
  "ownPacket",
  "etherType",
  "truncated",
  "ipHeader",
  "fragment",
  "ipChecksum",
  "protocol",
  "notForUs",
  "ttl",
  "notAPeer",
  "unknownGroup",
  "vrrpVersion",
  "vrrpType",
  "vrrpLength",
  "vrrpChecksum",
  "advertInterval",
  "authType",
  "authData",
  "authMissing",
  "authMalformed",
  "authUnknownKey",
  "authInvalid",
  "authStale",
  "authReplay",
  "authJump",
  "addressList",
  "arpHeader",
  "neighborHeader",
] as const;

export type RejectReason = typeof REJECT_REASONS[number];

export interface Reject {
  readonly reason: RejectReason;
  /** What was found, for people: `TTL 64`. Never holds authentication data. */
  readonly detail: string;
}

/**
 * The refusal of a frame. Every frame of a flood comes through here, so `detail` is put together from
 * numbers only; addresses are formatted where a line is really logged.
 */
export function reject(
  reason: RejectReason,
  detail: string,
): { readonly ok: false; readonly error: Reject } {
  return err({ reason, detail });
}
