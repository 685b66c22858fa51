import type { Requirement } from "../requirement.ts";

export const RECEIVE: readonly Requirement[] = [
  {
    id: "R1",
    level: "MUST",
    source: "RFC 9568 7.1, RFC 3768 7.1",
    sentence: "The TTL or hop limit is 255, or the packet is dropped.",
  },
  {
    id: "R2",
    level: "MUST",
    source: "RFC 9568 7.1, RFC 3768 7.1",
    sentence: "The version is the configured one, or the packet is dropped.",
  },
  {
    id: "R3",
    level: "MUST",
    source: "RFC 9568 7.1",
    sentence: "The type is 1, or the packet is dropped.",
  },
  {
    id: "R4",
    level: "MUST",
    source: "RFC 9568 7.1, RFC 3768 7.1",
    sentence: "The packet is complete, with its list of addresses, or it is dropped.",
  },
  {
    id: "R5",
    level: "MUST",
    source: "RFC 9568 7.1, RFC 3768 7.1",
    sentence: "The checksum is right, or the packet is dropped.",
  },
  {
    id: "R6",
    level: "MUST",
    source: "RFC 9568 7.1, RFC 3768 7.1",
    sentence: "The VRID is configured on the interface that received it, or the packet is dropped.",
  },
  {
    id: "R7",
    level: "SHOULD",
    source: "RFC 9568 7.1 (erratum 8298), 8.3.2",
    sentence: "An owner that hears another one says so and goes on with the packet.",
  },
  {
    id: "R8",
    level: "MUST",
    source: "RFC 9568 7.1 (erratum 8301)",
    sentence: "In version 3 an interval of 0 is dropped.",
  },
  {
    id: "R9a",
    level: "SHOULD",
    source: "RFC 9568 7.1",
    sentence: "In version 3 another interval than the configured one is logged, at a limited rate.",
  },
  {
    id: "R9b",
    level: "MUST NOT",
    source: "RFC 9568 7.1",
    sentence: "In version 3 no packet is dropped because of another interval.",
    without: { demands: "it only forbids; what is done with the interval is B9" },
  },
  {
    id: "R10",
    level: "MUST",
    source: "RFC 3768 7.1",
    sentence: "In version 2 the interval is the configured one, or the packet is dropped.",
  },
  {
    id: "R11a",
    level: "MAY",
    source: "RFC 9568 7.1",
    sentence: "In version 3 a list of other addresses is logged and goes on.",
  },
  {
    id: "R11b",
    level: "MUST",
    source: "RFC 3768 7.1",
    sentence: "In version 2 a list of other addresses is dropped unless the sender is the owner.",
  },
  {
    id: "R12",
    level: "MUST",
    source: "RFC 9568 7.1, RFC 3768 7.1",
    sentence: "A packet that fails any check is dropped whole: nothing of it changes the state.",
  },
  {
    id: "R12a",
    level: "SHOULD",
    source: "RFC 9568 7.1, RFC 3768 7.1",
    sentence: "A packet that is dropped is logged, at a limited rate.",
  },
  {
    id: "R12b",
    level: "MAY",
    source: "RFC 9568 7.1, RFC 3768 7.1",
    sentence: "A packet that is dropped is told to network management.",
  },
  {
    id: "R13",
    level: "SHOULD",
    source: "RFC 9568 2.5",
    sentence: "A router whose own delays could make others take over says so.",
  },
  {
    id: "R14",
    level: "MUST",
    source: "RFC 2338 7.1",
    sentence: "What the configured authentication does not prove is dropped.",
  },
];
