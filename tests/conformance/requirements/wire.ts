import type { Requirement } from "../requirement.ts";

export const WIRE: readonly Requirement[] = [
  {
    id: "W1a",
    level: "MUST",
    source: "RFC 9568 5.1.1.3, RFC 3768 5.2.3",
    sentence: "Advertisements over IPv4 are sent with a TTL of 255.",
  },
  {
    id: "W1b",
    level: "MUST",
    source: "RFC 9568 5.1.2.3",
    sentence: "Advertisements over IPv6 are sent with a hop limit of 255.",
  },
  {
    id: "W2a",
    level: "MUST",
    source: "RFC 9568 5.1.1.3, RFC 3768 5.2.3",
    sentence: "What comes over IPv4 with another TTL than 255 is dropped.",
  },
  {
    id: "W2b",
    level: "MUST",
    source: "RFC 9568 5.1.2.3",
    sentence: "What comes over IPv6 with another hop limit than 255 is dropped.",
  },
  {
    id: "W3",
    level: "MUST NOT",
    source: "RFC 9568 5.1.1.2, 5.1.2.2, RFC 3768 5.2.2",
    sentence: "Nothing that is sent to 224.0.0.18 or ff02::12 is forwarded, whatever its TTL.",
    without: { demands: "it only forbids" },
  },
  {
    id: "W4a",
    level: "MUST",
    source: "RFC 9568 5.1.1, 7.2, RFC 3768 7.2",
    sentence: "An advertisement over IPv4 is protocol 112, to 224.0.0.18 at 01:00:5e:00:00:12.",
  },
  {
    id: "W4b",
    level: "MUST",
    source: "RFC 9568 5.1.2, 7.2",
    sentence: "An advertisement over IPv6 is protocol 112, to ff02::12 at 33:33:00:00:00:12.",
  },
  {
    id: "W5a",
    level: "MUST",
    source: "RFC 9568 7.2, 7.3, RFC 3768 7.2, 7.3",
    sentence: "Its Ethernet source over IPv4 is 00:00:5e:00:01 and the VRID.",
  },
  {
    id: "W5b",
    level: "MUST",
    source: "RFC 9568 7.2, 7.3",
    sentence: "Its Ethernet source over IPv6 is 00:00:5e:00:02 and the VRID.",
  },
  {
    id: "W6a",
    level: "MUST",
    source: "RFC 9568 5.1.1.1, 7.2, RFC 3768 5.2.1, 7.2",
    sentence: "Its source over IPv4 is the primary address of the interface, no virtual one.",
  },
  {
    id: "W6b",
    level: "MUST",
    source: "RFC 9568 5.1.2.1, 7.2",
    sentence: "Its source over IPv6 is the link-local address of the interface, no virtual one.",
  },
  {
    id: "W7",
    level: "MUST",
    source: "RFC 9568 5.2.2, RFC 3768 5.3.2",
    sentence: "Advertisements are type 1, and every other type is dropped.",
  },
  {
    id: "W8a",
    level: "MUST",
    source: "RFC 9568 5.2.4, RFC 3768 5.3.4",
    sentence: "Who owns the virtual addresses has priority 255, and nobody else.",
  },
  {
    id: "W8b",
    level: "MUST",
    source: "RFC 9568 5.2.4, RFC 3768 5.3.4",
    sentence: "Who does not own them has a priority of 1 to 254.",
  },
  {
    id: "W8c",
    level: "MUST",
    source: "RFC 9568 5.2.4, RFC 3768 5.3.4",
    sentence: "Priority 0 says that a Master leaves, and is sent at no other time.",
  },
  {
    id: "W9",
    level: "MUST",
    source: "RFC 9568 5.2.5 (erratum 8299)",
    sentence: "An advertisement that lists no address is ignored, and none is sent.",
  },
  {
    id: "W10",
    level: "MUST",
    source: "RFC 9568 5.2.6",
    sentence: "The reserved bits are sent as 0 and ignored when received.",
  },
  {
    id: "W11",
    level: "MUST",
    source: "RFC 9568 5.2.8",
    sentence: "Over IPv6 the checksum covers a pseudo-header with next header 112.",
  },
  {
    id: "W12",
    level: "MUST",
    source: "RFC 9568 5.2.8",
    sentence:
      "In version 3 over IPv4 a checksum of the message alone is accepted and can be sent; " +
      "RFC 5798's reading, with a pseudo-header, is accepted too.",
  },
  {
    id: "W12a",
    level: "MUST",
    source: "RFC 9568 5.2.8",
    sentence: "In version 3 over IPv4 nothing else is sent than a checksum of the message alone.",
    deviation:
      '`v3_checksum` is "auto" unless configured: as the last router that was heard, and ' +
      "with a pseudo-header before that, because keepalived and FRR refuse all else. " +
      '`v3_checksum = "rfc9568"` gives what the RFC asks for (W12)',
  },
  {
    id: "W13a",
    level: "MUST",
    source: "RFC 9568 5.2.9, 6.1, 7.1 (erratum 8300)",
    sentence: "The first address of an IPv6 virtual router is link-local.",
  },
  {
    id: "W13b",
    level: "MUST",
    source: "RFC 9568 5.2.9",
    sentence: "All addresses are of the family that the packet is of.",
  },
  {
    id: "W13c",
    level: "MUST",
    source: "RFC 9568 7.1 (erratum 8300)",
    sentence: "An advertisement over IPv6 whose first address is not link-local is dropped.",
    deviation:
      "it is heeded, and another list than ours is told: keepalived sends whatever order " +
      "it is configured with, and dropping that would make two Masters",
  },
  {
    id: "W14",
    level: "MUST",
    source: "RFC 3768 5.3.8",
    sentence: "In version 2 the checksum covers the whole message with the authentication data.",
  },
  {
    id: "W15a",
    level: "SHOULD",
    source: "RFC 3768 5.3.6, 5.3.10",
    sentence: "Without authentication the authentication data is sent as 0 and not looked at.",
  },
  {
    id: "W15b",
    level: "MUST",
    source: "RFC 2338 5.3.6, RFC 3768 5.3.6",
    sentence: "What has another authentication type than the configured one is dropped.",
  },
  {
    id: "W16",
    level: "MUST",
    source: "RFC 9568 5.2, 7.1, RFC 3768 5.3, 7.1",
    sentence: "A message is as long as its count of addresses says; padding behind it is nothing.",
  },
  {
    id: "W17",
    level: "MUST",
    source: "RFC 9568 7.1",
    sentence: "Whatever bytes come, none of them stop the router or change its state unless all " +
      "checks pass.",
  },
];
