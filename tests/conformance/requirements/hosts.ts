import type { Requirement } from "../requirement.ts";

const NO_PROXY =
  "rvrrpd answers for nobody else, and switches proxy ARP off on the interface of a " +
  "virtual MAC";

export const HOSTS: readonly Requirement[] = [
  {
    id: "H1",
    level: "SHOULD",
    source: "RFC 9568 8.1.1, 8.2.1, RFC 3768 8.1",
    sentence: "A redirect comes from the address that the host used; none at all is sent where " +
      "that cannot be.",
  },
  {
    id: "H2",
    level: "MUST NOT",
    source: "RFC 9568 8.1.2, RFC 3768 8.2",
    sentence: "No ARP answer for a virtual address carries the interface's own MAC.",
    without: { demands: "it only forbids; the right answer is A1" },
  },
  {
    id: "H3",
    level: "SHOULD NOT",
    source: "RFC 9568 8.1.2, RFC 3768 8.2",
    sentence: "No ARP message at all shows a virtual address with the interface's own MAC.",
  },
  {
    id: "H4",
    level: "SHOULD",
    source: "RFC 9568 8.1.2, RFC 3768 8.2",
    sentence: "An owner announces its addresses with the virtual MAC when it starts.",
  },
  {
    id: "H5",
    level: "MUST",
    source: "RFC 9568 8.1.2",
    sentence: "Nothing is announced by ARP before address and virtual MAC are there.",
  },
  {
    id: "H6",
    level: "SHOULD",
    source: "RFC 9568 8.1.2",
    sentence: "A router is managed by an address of its own.",
    without: { demands: "it speaks to who plans a network; the README says so" },
  },
  {
    id: "H7",
    level: "MUST",
    source: "RFC 9568 8.1.3, RFC 3768 8.3",
    sentence: "Proxy ARP answers with the virtual MAC.",
    unbound: NO_PROXY,
  },
  {
    id: "H8",
    level: "MUST NOT",
    source: "RFC 9568 8.2.2",
    sentence: "No answer to a neighbour solicitation for a virtual address carries the " +
      "interface's own MAC.",
    without: { demands: "it only forbids; the right answer is A3" },
  },
  {
    id: "H9",
    level: "MUST",
    source: "RFC 9568 8.2.2",
    sentence:
      "A neighbour solicitation from a virtual address carries the virtual MAC, never the " +
      "interface's own.",
  },
  {
    id: "H10",
    level: "MUST",
    source: "RFC 9568 8.2.2",
    sentence: "Nothing is said by neighbour discovery before address and virtual MAC are there.",
  },
  {
    id: "H11",
    level: "SHOULD NOT",
    source: "RFC 9568 8.2.2",
    sentence:
      "No message of neighbour discovery shows a virtual address with the interface's own " +
      "MAC.",
  },
  {
    id: "H12",
    level: "SHOULD",
    source: "RFC 9568 8.2.2",
    sentence: "An owner announces its IPv6 addresses with the virtual MAC when it starts.",
  },
  {
    id: "H13",
    level: "MAY",
    source: "RFC 9568 8.2.2",
    sentence: "A Backup answers the duplicate address detection of an owner that starts anew.",
    without: {
      demands: "not done: virtual addresses are set without duplicate address detection, and an " +
        "owner's address is its administrator's",
    },
  },
  {
    id: "H14",
    level: "MUST",
    source: "RFC 9568 8.2.3",
    sentence: "All routers of a group send the same options in router advertisements.",
  },
  {
    id: "H14a",
    level: "SHOULD NOT",
    source: "RFC 9568 8.2.3",
    sentence: "Router advertisements offer no service that a Backup would not take over.",
  },
  {
    id: "H15",
    level: "SHOULD",
    source: "RFC 9568 8.2.4",
    sentence: "Unsolicited neighbour advertisements of others are taken in every state.",
  },
  {
    id: "H16",
    level: "MUST",
    source: "RFC 9568 7.3, RFC 3768 7.3",
    sentence: "The virtual MAC is 00:00:5e:00:01 or 00:00:5e:00:02 and the VRID, and no other.",
  },
  {
    id: "H17",
    level: "MUST NOT",
    source: "RFC 9568 7.4",
    sentence: "No interface identifier is made from the virtual MAC.",
    without: { demands: "it only forbids" },
  },
  {
    id: "H17a",
    level: "MUST NOT",
    source: "RFC 9568 7.4",
    sentence: "Nor is one where the interface itself has the virtual MAC and goes down and up.",
    without: { demands: "it only forbids" },
  },
  {
    id: "H18",
    level: "SHOULD NOT",
    source: "RFC 9568 8.3.1, RFC 3768 8.4",
    sentence: "Who is no owner forwards nothing that is sent to a virtual address.",
  },
  {
    id: "H19a",
    level: "SHOULD",
    source: "RFC 9568 8.3.2",
    sentence: "Two routers of priority 255 on one link are logged, at a limited rate.",
  },
  {
    id: "H19b",
    level: "SHOULD",
    source: "RFC 9568 8.3.2",
    sentence: "One link has one router of priority 255, and priorities far apart.",
    without: { demands: "it speaks to who plans a network; the README says so" },
  },
  {
    id: "H19c",
    level: "MAY",
    source: "RFC 9568 8.3.2",
    sentence: "Routers of equal priority are logged.",
    without: {
      demands: "not done: equal priorities are common and harmless, the greater address decides",
    },
  },
  {
    id: "H20",
    level: "SHOULD",
    source: "RFC 3768 8.2, RFC 2338 8.2",
    sentence: "At boot nothing is said by ARP before address and MAC are configured.",
  },
];
