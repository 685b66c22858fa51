import type { RejectReason } from "../wire/reject.ts";

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
    rejected: {},
  };
}

export function countReject(rejected: Counters["rejected"], reason: RejectReason): void {
  rejected[reason] = (rejected[reason] ?? 0) + 1;
}
