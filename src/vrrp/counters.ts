import type { RejectReason } from "../wire/reject.ts";
import { type HeardAdvert, LEAVING_PRIORITY } from "./types.ts";

/** What happened at one virtual router since it started; read by status, API and metrics. */
export interface Counters {
  received: number;
  /** Of those received, with priority 0. */
  receivedLeaving: number;
  sent: number;
  sentLeaving: number;
  sendErrors: number;
  becameMaster: number;
  /** Accepted although the sender lists other addresses. */
  otherAddresses: number;
  /** Accepted with a wrong IPv4 header checksum, which `rfc3768 = false` lets pass. */
  wrongIpChecksum: number;
  /** Accepted in version 3 although the sender's interval is another one than ours. */
  intervalDiffers: number;
  /** Accepted in version 3 over IPv4 with a checksum of pseudo-header and message. */
  checksumRfc5798: number;
  /** Accepted in version 3 over IPv4 with a checksum of the message alone. */
  checksumRfc9568: number;
  rejected: Partial<Record<RejectReason, number>>;
}

export function newCounters(): Counters {
  return {
    received: 0,
    receivedLeaving: 0,
    sent: 0,
    sentLeaving: 0,
    sendErrors: 0,
    becameMaster: 0,
    otherAddresses: 0,
    wrongIpChecksum: 0,
    intervalDiffers: 0,
    checksumRfc5798: 0,
    checksumRfc9568: 0,
    rejected: {},
  };
}

/** Notes what an accepted advertisement was like, beside an own interval of `advertIntervalMs`. */
export function countHeard(counters: Counters, heard: HeardAdvert, advertIntervalMs: number): void {
  counters.received++;
  if (heard.priority === LEAVING_PRIORITY) counters.receivedLeaving++;
  if (heard.intervalMs !== advertIntervalMs) counters.intervalDiffers++;
  if (heard.checksumForm === "rfc5798") counters.checksumRfc5798++;
  if (heard.checksumForm === "rfc9568") counters.checksumRfc9568++;
}

export function countReject(rejected: Counters["rejected"], reason: RejectReason): void {
  rejected[reason] = (rejected[reason] ?? 0) + 1;
}
