import type { Requirement } from "../requirement.ts";

const ONE_VERSION = "a virtual router speaks one version, which is optional by M1";

/** RFC 9568 8.4: both versions in one group. */
export const BOTH_VERSIONS: readonly Requirement[] = [
  {
    id: "M1",
    level: "MAY",
    source: "RFC 9568 8.4.2",
    sentence: "A setting makes a router listen for and send both versions.",
    without: {
      demands: "not offered: the RFC advises against mixing for good; two groups, one of each " +
        "version, lead through a change",
    },
  },
  {
    id: "M2",
    level: "MUST",
    source: "RFC 9568 8.4.2",
    sentence: "Then a Master sends both at the configured rate.",
    unbound: ONE_VERSION,
  },
  {
    id: "M3",
    level: "MUST",
    source: "RFC 9568 8.4.2",
    sentence: "Then a Backup counts by the rate heard, of version 2 in seconds.",
    unbound: ONE_VERSION,
  },
  {
    id: "M4",
    level: "SHOULD",
    source: "RFC 9568 8.4.2",
    sentence: "Then a Backup ignores version 2 of a Master that sends version 3 as well.",
    unbound: ONE_VERSION,
  },
  {
    id: "M5",
    level: "SHOULD NOT",
    source: "RFC 9568 8.4.2.1.1",
    sentence: "Then no router of version 2 has a higher priority than one below a second.",
    unbound: ONE_VERSION,
  },
  {
    id: "M6",
    level: "MAY",
    source: "RFC 9568 8.4.2",
    sentence: "Then a Master that sends no version 2 is told.",
    unbound: ONE_VERSION,
  },
  {
    id: "M7",
    level: "SHOULD NOT",
    source: "RFC 9568 8.4.2",
    sentence: "Both versions are mixed for good.",
    unbound: ONE_VERSION,
  },
];

export const SECURITY: readonly Requirement[] = [
  {
    id: "X1",
    level: "RECOMMENDED",
    source: "RFC 9568 9",
    sentence: "Links of IPv6 are guarded as RFC 9099 section 2.3 says.",
    without: { demands: "it speaks to who plans a network" },
  },
  {
    id: "X2",
    level: "SHOULD NOT",
    source: "RFC 3768 5.3.6, 10, RFC 9568 9",
    sentence: "Authentication types 1 and 2 are used but with old peers; version 3 has none.",
  },
];

/** What other RFCs say is to be readable; here it is readable in other forms. */
export const MANAGEMENT: readonly Requirement[] = [
  {
    id: "N1",
    level: "MAY",
    source: "RFC 6527 (RFC 2787)",
    sentence: "The objects of VRRPV3-MIB are served over SNMP.",
    unbound:
      "there is no SNMP agent; state, timers, peers and counters by reason are in the client " +
      "API, in `rvrrpd status` and in /metrics",
  },
  {
    id: "N2",
    level: "MUST",
    source: "RFC 6527 4, 9",
    sentence: "Each kind of malformed packet moves exactly one counter.",
  },
  {
    id: "N3",
    level: "MAY",
    source: "RFC 8347",
    sentence: "The tree of ietf-vrrp is served over NETCONF or RESTCONF.",
    unbound: "neither is served; the client API has its own resources, described by OpenAPI",
  },
];
