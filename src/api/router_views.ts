import { MS_PER_S } from "../base/units.ts";
import type { RouterSnapshot, TransitionEvent } from "../runtime/snapshot.ts";
import type { RouterDetail, RouterRow, TransitionBody } from "./answer_schemas.ts";

/** The type byte of version 2; hmac-sha256 has none and shows as none (RFC 9568 has no such field). */
const AUTH_NUMBERS: Readonly<Record<string, number>> = {
  none: 0,
  "rfc2338-simple": 1,
  "rfc2338-ah": 2,
  "p0-t8-sha256": 250,
  "p1-b8-shake256": 251,
};

/** A virtual router in a list, with rVRRPd's names. */
export function routerRow(router: RouterSnapshot): RouterRow {
  const { addresses, group, priority, preempt, state } = router;
  return {
    virtual_ip: addresses[0] ?? "",
    group,
    interface: state === "Master" ? carrierOf(router) : router.interface,
    priority,
    preempt,
    state,
  };
}

/** One virtual router whole: rVRRPd's names first, then ours. */
export function routerDetail(router: RouterSnapshot): RouterDetail {
  return {
    ...routerRow(router),
    vif: carrierOf(router),
    auth_type: AUTH_NUMBERS[router.auth] ?? 0,
    interface_hwaddress: (router.mac ?? "00:00:00:00:00:00").toUpperCase(),
    advert_interval: router.advertIntervalMs / MS_PER_S,
    masterdown_interval: router.masterDownMs / MS_PER_S,
    skew_time: router.skewMs / MS_PER_S,
    master_interval: router.masterIntervalMs === null ? null : router.masterIntervalMs / MS_PER_S,
    auth_name: router.auth,
    version: router.version,
    family: router.family,
    virtual_ips: [...router.addresses],
    excluded_ips: [...router.excludedAddresses],
    master: router.master,
    since: moment(router.sinceMs),
    reason: router.reason,
    fault: router.fault,
    fault_text: router.faultText,
    effective_priority: router.effectivePriority,
    forced: router.forced,
    tracking: { ...router.tracking },
    counters: countersOf(router),
    transitions: router.transitions.map(transitionBody),
  };
}

export function transitionBody(event: TransitionEvent): TransitionBody {
  const { atMs, faultText, peer, ...rest } = event;
  return { ...rest, fault_text: faultText, at: moment(atMs), peer: peer && { ...peer } };
}

/** RFC 3339. */
export function moment(ms: number): string {
  return new Date(ms).toISOString();
}

function carrierOf({ virtualInterface, interface: name }: RouterSnapshot): string {
  return virtualInterface ?? name;
}

function countersOf({ counters }: RouterSnapshot): RouterDetail["counters"] {
  return {
    received: counters.received,
    received_leaving: counters.receivedLeaving,
    sent: counters.sent,
    sent_leaving: counters.sentLeaving,
    send_errors: counters.sendErrors,
    became_master: counters.becameMaster,
    other_addresses: counters.otherAddresses,
    wrong_ip_checksum: counters.wrongIpChecksum,
    interval_differs: counters.intervalDiffers,
    checksum_rfc5798: counters.checksumRfc5798,
    checksum_rfc9568: counters.checksumRfc9568,
    rejected: { ...counters.rejected },
  };
}
