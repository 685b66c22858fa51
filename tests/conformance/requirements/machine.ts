import type { Requirement } from "../requirement.ts";

export const PARAMETERS: readonly Requirement[] = [
  {
    id: "S1",
    level: "MUST",
    source: "RFC 9568 5.2.7, 6.1, RFC 3768 5.3.7, 6.1",
    sentence:
      "The interval is 1 s unless configured: 0.01 to 40.95 s in version 3, 1 to 255 whole " +
      "seconds in version 2.",
  },
  {
    id: "S2",
    level: "MUST",
    source: "RFC 9568 5.2.4, 6.1, RFC 3768 5.3.4, 6.1",
    sentence: "The priority is 100 unless configured.",
  },
  {
    id: "S3",
    level: "MUST",
    source: "RFC 9568 6.1, RFC 3768 6.1",
    sentence: "A router preempts where it is configured to; an owner always does.",
  },
  {
    id: "S3a",
    level: "MUST",
    source: "RFC 9568 6.1, RFC 3768 6.1",
    sentence: "Preemption is on unless configured.",
    deviation:
      "`preemption` is false unless configured, as in rVRRPd, whose configurations go on " +
      "to mean what they meant",
  },
  {
    id: "S4",
    level: "MUST",
    source: "RFC 9568 6.1",
    sentence: "Accept_Mode is false unless configured.",
    deviation:
      "`accept` is true unless configured, as in rVRRPd, vrrpd and keepalived: who pings a " +
      "gateway wants an answer. `accept = false` gives what the RFC asks for (A6, A7)",
  },
  {
    id: "S5",
    level: "MUST",
    source: "RFC 9568 6.1, 6.4.1",
    sentence: "In version 3 a Backup counts by its own interval until it has heard a Master's.",
  },
  {
    id: "S6",
    level: "MUST",
    source: "RFC 9568 6.1, RFC 3768 6.1",
    sentence: "Skew_Time is (256 - priority) / 256 of the Master's interval in version 3, of a " +
      "second in version 2.",
  },
  {
    id: "S7",
    level: "MUST",
    source: "RFC 9568 6.1, RFC 3768 6.1",
    sentence: "The Master-Down interval is three intervals and Skew_Time.",
  },
];

export const MACHINE: readonly Requirement[] = [
  {
    id: "I1",
    level: "MUST",
    source: "RFC 9568 6.4.1, RFC 3768 6.4.1",
    sentence: "An owner starts as Master: it advertises, announces each address, arms its timer.",
  },
  {
    id: "I2",
    level: "MUST",
    source: "RFC 9568 6.4.1, RFC 3768 6.4.1",
    sentence: "Whoever is no owner starts as Backup with the Master-Down timer armed.",
  },
  {
    id: "B1",
    level: "MUST NOT",
    source: "RFC 9568 6.4.2, RFC 3768 6.4.2",
    sentence: "A Backup answers no ARP request for a virtual address.",
    without: { demands: "it only forbids; that a Master does answer is A1" },
  },
  {
    id: "B2",
    level: "MUST NOT",
    source: "RFC 9568 6.4.2",
    sentence: "A Backup answers no neighbour solicitation for a virtual address.",
    without: { demands: "it only forbids; that a Master does answer is A3" },
  },
  {
    id: "B3",
    level: "MUST NOT",
    source: "RFC 9568 6.4.2",
    sentence: "A Backup sends no router advertisement for the virtual router.",
    without: { demands: "it only forbids; that a Master does send them is A4" },
  },
  {
    id: "B4",
    level: "MUST",
    source: "RFC 9568 6.4.2, RFC 3768 6.4.2",
    sentence: "A Backup discards what is sent to the virtual MAC.",
  },
  {
    id: "B5",
    level: "MUST NOT",
    source: "RFC 9568 6.4.2, RFC 3768 6.4.2",
    sentence: "A Backup accepts nothing that is sent to a virtual address.",
    without: { demands: "it only forbids; that a Master does accept is A6" },
  },
  {
    id: "B6",
    level: "MUST",
    source: "RFC 9568 6.4.2, RFC 3768 6.4.2",
    sentence: "A Backup that is shut down cancels its timer and says nothing.",
  },
  {
    id: "B7a",
    level: "MUST",
    source: "RFC 9568 6.4.2, RFC 3768 6.4.2",
    sentence: "A Backup whose timer runs out advertises, is Master and arms its own timer.",
  },
  {
    id: "B7b",
    level: "MUST",
    source: "RFC 9568 6.4.2 (erratum 7949), RFC 3768 6.4.2",
    sentence: "A new Master over IPv4 broadcasts a gratuitous ARP with the virtual MAC for each " +
      "address.",
  },
  {
    id: "B7c",
    level: "MUST",
    source: "RFC 9568 6.4.2",
    sentence: "A new Master over IPv6 sends for each address an unsolicited neighbour " +
      "advertisement with the virtual MAC, R and O set, S clear.",
  },
  {
    id: "B8",
    level: "MUST",
    source: "RFC 9568 6.4.2, RFC 3768 6.4.2",
    sentence: "A Backup that hears priority 0 sets its timer to Skew_Time.",
  },
  {
    id: "B9",
    level: "MUST",
    source: "RFC 9568 6.4.2, RFC 3768 6.4.2",
    sentence:
      "A Backup that does not preempt, or hears no lower priority, takes over the interval " +
      "heard (version 3) and arms its timer by it.",
  },
  {
    id: "B10",
    level: "MUST",
    source: "RFC 9568 6.4.2, RFC 3768 6.4.2",
    sentence: "A Backup that preempts discards a lower priority: its timer runs on.",
  },
  {
    id: "A1",
    level: "MUST",
    source: "RFC 9568 6.4.3, 8.1.2, RFC 3768 6.4.3, 8.2",
    sentence: "A Master answers ARP requests for the virtual addresses with the virtual MAC.",
  },
  {
    id: "A2",
    level: "MUST",
    source: "RFC 9568 6.4.2, 6.4.3",
    sentence: "A Master is a member of the solicited-node group of each virtual address.",
  },
  {
    id: "A3",
    level: "MUST",
    source: "RFC 9568 6.4.3, 8.2.2",
    sentence:
      "A Master answers neighbour solicitations for the virtual addresses with the virtual " +
      "MAC and the R flag.",
    without: { forbids: "it only demands; wrong answers are B2 and H8" },
  },
  {
    id: "A4",
    level: "MUST",
    source: "RFC 9568 6.4.3",
    sentence: "A Master of an IPv6 virtual router sends router advertisements for it " +
      "(`router_advert = true`).",
    without: { forbids: "it only demands; who is not to send is B3" },
  },
  {
    id: "A5",
    level: "MUST",
    source: "RFC 9568 6.4.3, RFC 3768 6.4.3",
    sentence: "A Master forwards what is sent to the virtual MAC.",
    without: { forbids: "it only demands; who is not to forward is B4" },
  },
  {
    id: "A6",
    level: "MUST",
    source: "RFC 9568 6.4.3, RFC 3768 6.4.3",
    sentence:
      "A Master that is owner or has Accept_Mode accepts what is sent to a virtual address.",
    without: { forbids: "it only demands; who is not to accept is B5 and A7" },
  },
  {
    id: "A7",
    level: "MUST NOT",
    source: "RFC 9568 6.4.3",
    sentence: "A Master that is neither accepts nothing that is sent to a virtual address " +
      "(`accept = false`).",
    without: { demands: "it only forbids; who does accept is A6" },
  },
  {
    id: "A8",
    level: "MUST NOT",
    source: "RFC 9568 6.1, 6.4.3",
    sentence: "Neighbour solicitations and advertisements are not dropped for want of Accept_Mode.",
    without: { demands: "it only forbids" },
  },
  {
    id: "A9",
    level: "MUST",
    source: "RFC 9568 6.4.3, RFC 3768 6.4.3",
    sentence: "A Master that is shut down cancels its timer and sends priority 0.",
  },
  {
    id: "A10",
    level: "MUST",
    source: "RFC 9568 6.4.3, RFC 3768 6.4.3",
    sentence: "A Master advertises each time its interval has passed.",
  },
  {
    id: "A11",
    level: "MUST",
    source: "RFC 9568 6.4.3, RFC 3768 6.4.3",
    sentence:
      "A Master that hears priority 0 advertises at once, and again after an interval at most.",
  },
  {
    id: "A12a",
    level: "MUST",
    source: "RFC 9568 6.4.3, RFC 3768 6.4.3",
    sentence: "A Master that hears a higher priority becomes Backup.",
  },
  {
    id: "A12b",
    level: "MUST",
    source: "RFC 9568 6.4.3, RFC 3768 6.4.3",
    sentence: "Of equal priorities the greater address stays Master, as unsigned numbers in " +
      "network byte order.",
  },
  {
    id: "A12c",
    level: "MUST",
    source: "RFC 9568 6.4.3",
    sentence: "Who gives way in version 3 counts by the interval heard.",
  },
  {
    id: "A13",
    level: "MUST",
    source: "RFC 9568 6.4.3, RFC 3768 6.4.3",
    sentence: "A Master discards what is no better and advertises at once (but once in 100 ms).",
  },
  {
    id: "A14",
    level: "MUST NOT",
    source: "RFC 3768 6.4.3",
    sentence: "In version 2 a Master that is no owner accepts nothing that is sent to a virtual " +
      "address.",
    deviation: "the same as S4: only with `accept = false`, which version 2 has as well (A7)",
  },
];
