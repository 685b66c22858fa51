import { assemble, type Instruction, type Line, OP, WHOLE_FRAME } from "../wire/bpf.ts";
import * as ethernet from "../wire/ethernet.ts";
import * as ipv4 from "../wire/ipv4.ts";
import * as ipv6 from "../wire/ipv6.ts";
import { TAG_SIZE, TAG_TYPES } from "../wire/vlan.ts";

/** The kernel takes one tag out of what it received; two may be left in what it sends. */
const MAX_INLINE_TAGS = 2;

/**
 * Lets pass every IP packet that may carry VRRP or CARP: plain, behind an authentication header, behind
 * IPv6 extension headers, as a fragment, inside VLAN tags. What it lets through in vain costs little,
 * what it held back would never be seen.
 */
export function snifferFilter(): Instruction[] {
  const depths = Array.from({ length: MAX_INLINE_TAGS + 1 }, (_, depth) => depth);
  return assemble([
    ...depths.flatMap(typeLines),
    { op: OP.return, k: 0 },
    ...depths.flatMap(protocolLines),
    { label: "accept" },
    { op: OP.return, k: WHOLE_FRAME },
    { label: "drop" },
    { op: OP.return, k: 0 },
  ]);
}

/** Branches by the EtherType behind so many tags; a further tag falls through to the next depth. */
function typeLines(depth: number): Line[] {
  const next = `depth${depth + 1}`;
  return [
    { label: `depth${depth}` },
    { op: OP.loadHalf, k: ethernet.AT.etherType + depth * TAG_SIZE },
    { op: OP.jumpIfEqual, k: ethernet.ETHER_TYPE.ipv4, then: `ipv4-${depth}` },
    { op: OP.jumpIfEqual, k: ethernet.ETHER_TYPE.ipv6, then: `ipv6-${depth}` },
    ...depth === MAX_INLINE_TAGS ? [] : tagLines(next),
  ];
}

function tagLines(next: string): Line[] {
  return [
    ...TAG_TYPES.map((type): Line => ({ op: OP.jumpIfEqual, k: type, then: next })),
    { op: OP.return, k: 0 },
  ];
}

const UPPER = [ipv4.PROTOCOL.vrrp, ipv4.PROTOCOL.ah];

function protocolLines(depth: number): Line[] {
  const at = ethernet.HEADER_SIZE + depth * TAG_SIZE;
  const among = (protocols: readonly number[]) =>
    protocols.map((k): Line => ({ op: OP.jumpIfEqual, k, then: "accept" }));
  return [
    { label: `ipv4-${depth}` },
    { op: OP.loadByte, k: at + ipv4.AT.protocol },
    ...among(UPPER),
    { op: OP.jump, k: 0, then: "drop" },
    { label: `ipv6-${depth}` },
    { op: OP.loadByte, k: at + ipv6.AT.nextHeader },
    ...among([...UPPER, ...Object.values(ipv6.EXTENSION)]),
    { op: OP.jump, k: 0, then: "drop" },
  ];
}
