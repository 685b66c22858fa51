// @ts-check

import { configuredInterface } from "./routers.js";
import { sentence, spelled } from "./words.js";

/** @typedef {import("./server.js").RouterDetail} RouterDetail */

/**
 * What a virtual router is at the moment: names with values.
 *
 * @param {RouterDetail} router
 * @returns {readonly (readonly [string, string])[]}
 */
export function factsOf(router) {
  const { version, family, priority, effective_priority: effective, forced, tracking } = router;
  return [
    ["Addresses", router.virtual_ips.join("\n")],
    ...optional("Not advertised", router.excluded_ips.join("\n")),
    ["Master", masterText(router)],
    ["Why", whyText(router)],
    ["Priority", effective === priority ? `${priority}` : `${effective}, configured ${priority}`],
    ...optional("Tracking", trackingText(tracking)),
    ["Forced", forced ?? "no"],
    ["Preemption", router.preempt ? "yes" : "no"],
    [
      "Protocol",
      `VRRPv${version}, IPv${family}, ${
        router.auth_name === "none" ? "no authentication" : router.auth_name
      }`,
    ],
    ["Intervals", intervalText(router)],
    ["Carried by", router.vif],
    ["Own MAC", router.interface_hwaddress.toLowerCase()],
  ];
}

/** @param {RouterDetail} router */
function whyText({ reason, fault_text: wrong }) {
  if (wrong !== null) return sentence(wrong);
  return reason === null ? "—" : spelled(reason);
}

/** @param {RouterDetail} router */
function intervalText(
  { advert_interval: own, master_interval: learnt, masterdown_interval: down },
) {
  const differs = learnt !== null && learnt !== own;
  return `${own} s${differs ? ` (the Master's: ${learnt} s)` : ""}, Master down after ${down} s`;
}

/** @param {RouterDetail["tracking"]} tracking */
function trackingText({ adjustment, down }) {
  if (down !== null) return `${down} is down`;
  if (adjustment === 0) return "";
  return adjustment < 0 ? `−${-adjustment} to the priority` : `+${adjustment} to the priority`;
}

/**
 * @param {RouterDetail} router
 * @returns {readonly (readonly [string, string])[]}
 */
export function countersOf({ counters, version, family }) {
  const rejected = Object.entries(counters.rejected).filter(([, count]) => count > 0);
  return [
    ["Became Master", number(counters.became_master)],
    ["Advertisements sent", number(counters.sent)],
    ["Advertisements received", number(counters.received)],
    ["Leaving, sent", number(counters.sent_leaving)],
    ["Leaving, received", number(counters.received_leaving)],
    ["Could not be sent", number(counters.send_errors)],
    ["With other addresses", number(counters.other_addresses)],
    ["Wrong IP checksum", number(counters.wrong_ip_checksum)],
    ...(version === 3 ? version3Counters(counters, family) : []),
    ...rejected.map((
      [why, count],
    ) => /** @type {const} */ ([`Rejected: ${spelled(why).toLowerCase()}`, number(count)])),
  ];
}

/**
 * @param {RouterDetail["counters"]} counters
 * @param {4 | 6} family
 * @returns {readonly (readonly [string, string])[]}
 */
function version3Counters(counters, family) {
  return [
    ["With another interval", number(counters.interval_differs)],
    ...family === 4
      ? /** @type {const} */ ([
        ["Checksum of RFC 5798", number(counters.checksum_rfc5798)],
        ["Checksum of RFC 9568", number(counters.checksum_rfc9568)],
      ])
      : [],
  ];
}

/**
 * @param {string} name
 * @param {string} value
 * @returns {readonly (readonly [string, string])[]}
 */
function optional(name, value) {
  return value === "" ? [] : [[name, value]];
}

/** @param {number} count */
function number(count) {
  return count.toLocaleString("en-GB");
}

/**
 * Who has the addresses.
 *
 * @param {RouterDetail} router
 */
export function masterText({ state, master }) {
  if (state === "Master") return "this machine";
  return state === "Backup" && master !== null ? master : "not known";
}

/**
 * @param {RouterDetail} router
 */
export function nameOf(router) {
  const name = `Group ${router.group} on ${configuredInterface(router)}`;
  return router.family === 6 ? `${name} (IPv6)` : name;
}
