import { assert } from "../base/assert.ts";
import { type Family, IPV4_SIZE } from "../base/ip.ts";
import { MAC_SIZE } from "../base/mac.ts";
import * as arp from "./arp.ts";
import * as ethernet from "./ethernet.ts";
import * as ipv4 from "./ipv4.ts";
import * as ipv6 from "./ipv6.ts";
import * as vrrp from "./vrrp.ts";
import * as vrrp2 from "./vrrp2.ts";
import * as vrrp3 from "./vrrp3.ts";

/** One step of a classic BPF program, `struct sock_filter` of linux/filter.h. */
export interface Instruction {
  /** 16 bits. */
  readonly code: number;
  /** How many instructions to step over when the test holds, 0–255. */
  readonly jt: number;
  /** The same when it does not. */
  readonly jf: number;
  /** 32 bits, unsigned. */
  readonly k: number;
}

/** Operation codes of linux/bpf_common.h that the filters use. A is the accumulator, X the index. */
export const OP = {
  /** A = byte, 16 or 32 bits at k; beyond the frame's end the program ends with 0. */
  loadByte: 0x30,
  loadHalf: 0x28,
  loadWord: 0x20,
  /** A = byte at X + k. */
  loadByteAtIndex: 0x50,
  /** X = the length of the IPv4 header that begins at k. */
  indexHeaderLength: 0xb1,
  loadConstant: 0x00,
  loadScratch: 0x60,
  store: 0x02,
  indexFromA: 0x07,
  aFromIndex: 0x87,
  and: 0x54,
  shiftRight: 0x74,
  shiftLeftByIndex: 0x6c,
  jump: 0x05,
  jumpIfEqual: 0x15,
  jumpIfEqualIndex: 0x1d,
  jumpIfAnyBit: 0x45,
  return: 0x06,
} as const;

/** Returned for a frame that is wanted: how much of it, more than any frame has. */
export const WHOLE_FRAME = 0x40000;

/** A line of a program; a jump without `then` or `else` goes on with the next line. */
export type Line =
  | { readonly label: string }
  | { readonly op: number; readonly k: number; readonly then?: string; readonly else?: string };

/**
 * Turns labels into distances. Every label comes after the jumps to it, because classic BPF only
 * jumps forward, and at most 255 instructions away.
 */
export function assemble(lines: readonly Line[]): Instruction[] {
  const positions = new Map<string, number>();
  const code: Exclude<Line, { label: string }>[] = [];
  for (const line of lines) {
    if ("op" in line) code.push(line);
    else positions.set(line.label, code.length);
  }
  const distance = (from: number, label: string | undefined) => {
    if (label === undefined) return 0;
    const skipped = (positions.get(label) ?? -1) - from - 1;
    assert(skipped >= 0 && skipped <= 255, `BPF label ${label} cannot be reached from ${from}`);
    return skipped;
  };
  return code.map((line, at) => {
    const { op, k } = line;
    // The one jump without a test keeps its distance in k, where it has 32 bits.
    if (op === OP.jump) return { code: op, jt: 0, jf: 0, k: distance(at, line.then) };
    return { code: op, jt: distance(at, line.then), jf: distance(at, line.else), k };
  });
}

const IP_AT = ethernet.HEADER_SIZE;
const ARP_AT = ethernet.HEADER_SIZE;
/** The authentication header in front of a VRRP message (RFC 2402 with a 96-bit ICV). */
const AH_SIZE = 24;

/** The last lines of every filter. */
const VERDICTS: readonly Line[] = [
  { label: "accept" },
  { op: OP.return, k: WHOLE_FRAME },
  { label: "drop" },
  { op: OP.return, k: 0 },
];

/** Lines that drop all but unfragmented IPv4, and go to "plain" or fall through to what follows for AH. */
const ONLY_VRRP_IN_IPV4: readonly Line[] = [
  { op: OP.loadHalf, k: ethernet.AT.etherType },
  { op: OP.jumpIfEqual, k: ethernet.ETHER_TYPE.ipv4, else: "drop" },
  { op: OP.loadHalf, k: IP_AT + ipv4.AT.fragment },
  { op: OP.jumpIfAnyBit, k: ipv4.FRAGMENT_OFFSET_MASK, then: "drop" },
  { op: OP.indexHeaderLength, k: IP_AT },
  { op: OP.loadByte, k: IP_AT + ipv4.AT.protocol },
  { op: OP.jumpIfEqual, k: ipv4.PROTOCOL.vrrp, then: "plain" },
  { op: OP.jumpIfEqual, k: ipv4.PROTOCOL.ah, else: "drop" },
];

/**
 * The same of IPv6, where nothing stands between header and message: a program that never jumps back
 * cannot step over extension headers, and no sender puts any there.
 */
const ONLY_VRRP_IN_IPV6: readonly Line[] = [
  { op: OP.loadHalf, k: ethernet.AT.etherType },
  { op: OP.jumpIfEqual, k: ethernet.ETHER_TYPE.ipv6, else: "drop" },
  { op: OP.loadByte, k: IP_AT + ipv6.AT.nextHeader },
  { op: OP.jumpIfEqual, k: ipv4.PROTOCOL.vrrp, else: "drop" },
];
const IPV6_MESSAGE_AT = IP_AT + ipv6.HEADER_SIZE;

/**
 * Lets pass the advertisements of one family of the named virtual routers or of any; over IPv4 plain
 * or behind an authentication header, with or without IP options. Reads frames from their Ethernet
 * header on.
 */
export function vrrpFilter(
  { family, vrids }: { readonly family: Family; readonly vrids: readonly number[] | "any" },
): Instruction[] {
  return assemble([
    ...(family === 4 ? IPV4_VRID : IPV6_VRID),
    ...(vrids === "any" ? [] : vridInSet(vrids)),
    ...VERDICTS,
  ]);
}

const IPV4_VRID: readonly Line[] = [
  ...ONLY_VRRP_IN_IPV4,
  { op: OP.loadByteAtIndex, k: IP_AT + vrrp.AT.vrid + AH_SIZE },
  { op: OP.jump, k: 0, then: "vrid" },
  { label: "plain" },
  { op: OP.loadByteAtIndex, k: IP_AT + vrrp.AT.vrid },
  { label: "vrid" },
];

const IPV6_VRID: readonly Line[] = [
  ...ONLY_VRRP_IN_IPV6,
  { op: OP.loadByte, k: IPV6_MESSAGE_AT + vrrp.AT.vrid },
];

/**
 * Lets pass those advertisements that must be heard at once: all of the virtual routers in `keen`,
 * and whatever says that a Master leaves (priority 0). The rest may wait in another socket.
 */
export function urgentFilter(
  { family, keen }: { readonly family: Family; readonly keen: readonly number[] },
): Instruction[] {
  return assemble([
    ...(family === 4 ? IPV4_URGENCY : IPV6_URGENCY),
    ...vridInSet(keen),
    ...VERDICTS,
  ]);
}

// The priority stands at one place in both versions.
const IPV4_URGENCY: readonly Line[] = [
  ...ONLY_VRRP_IN_IPV4,
  { op: OP.loadByteAtIndex, k: IP_AT + vrrp2.AT.priority + AH_SIZE },
  { op: OP.jumpIfEqual, k: 0, then: "accept" },
  { op: OP.loadByteAtIndex, k: IP_AT + vrrp.AT.vrid + AH_SIZE },
  { op: OP.jump, k: 0, then: "vrid" },
  { label: "plain" },
  { op: OP.loadByteAtIndex, k: IP_AT + vrrp2.AT.priority },
  { op: OP.jumpIfEqual, k: 0, then: "accept" },
  { op: OP.loadByteAtIndex, k: IP_AT + vrrp.AT.vrid },
  { label: "vrid" },
];

const IPV6_URGENCY: readonly Line[] = [
  ...ONLY_VRRP_IN_IPV6,
  { op: OP.loadByte, k: IPV6_MESSAGE_AT + vrrp3.AT.priority },
  { op: OP.jumpIfEqual, k: 0, then: "accept" },
  { op: OP.loadByte, k: IPV6_MESSAGE_AT + vrrp.AT.vrid },
];

/**
 * Drops unless A is in the set. The set is a map of 256 bits in words of 32, so that the program is
 * as short and as fast for 255 scattered virtual routers as for a few.
 */
function vridInSet(vrids: readonly number[]): Line[] {
  const words = [...bitMap(vrids)];
  return [
    { op: OP.store, k: 0 },
    { op: OP.and, k: 31 },
    { op: OP.indexFromA, k: 0 },
    { op: OP.loadConstant, k: 1 },
    { op: OP.shiftLeftByIndex, k: 0 },
    { op: OP.indexFromA, k: 0 },
    { op: OP.loadScratch, k: 0 },
    { op: OP.shiftRight, k: 5 },
    ...words.map(([word]): Line => ({ op: OP.jumpIfEqual, k: word, then: `word${word}` })),
    { op: OP.jump, k: 0, then: "drop" },
    ...words.flatMap(([word, bits]): Line[] => [
      { label: `word${word}` },
      { op: OP.aFromIndex, k: 0 },
      { op: OP.jumpIfAnyBit, k: bits, then: "accept", else: "drop" },
    ]),
  ];
}

function bitMap(vrids: readonly number[]): Map<number, number> {
  const words = new Map<number, number>();
  for (const vrid of vrids) {
    assert(Number.isInteger(vrid) && vrid >= 0 && vrid <= 255, `${vrid} is no VRID`);
    words.set(vrid >> 5, ((words.get(vrid >> 5) ?? 0) | (1 << (vrid & 31))) >>> 0);
  }
  return words;
}

/** Lets pass ARP for IPv4, requests and replies, in which the sender speaks of its own address. */
export function gratuitousArpFilter(): Instruction[] {
  return assemble([
    { op: OP.loadHalf, k: ethernet.AT.etherType },
    { op: OP.jumpIfEqual, k: ethernet.ETHER_TYPE.arp, else: "drop" },
    { op: OP.loadHalf, k: ARP_AT + arp.AT.hardwareType },
    { op: OP.jumpIfEqual, k: arp.HARDWARE_ETHERNET, else: "drop" },
    { op: OP.loadHalf, k: ARP_AT + arp.AT.protocolType },
    { op: OP.jumpIfEqual, k: ethernet.ETHER_TYPE.ipv4, else: "drop" },
    { op: OP.loadHalf, k: ARP_AT + arp.AT.hardwareSize },
    { op: OP.jumpIfEqual, k: (MAC_SIZE << 8) | IPV4_SIZE, else: "drop" },
    { op: OP.loadHalf, k: ARP_AT + arp.AT.operation },
    { op: OP.jumpIfEqual, k: arp.OPERATION.request, then: "compare" },
    { op: OP.jumpIfEqual, k: arp.OPERATION.reply, else: "drop" },
    { label: "compare" },
    { op: OP.loadWord, k: ARP_AT + arp.AT.senderAddress },
    { op: OP.indexFromA, k: 0 },
    { op: OP.loadWord, k: ARP_AT + arp.AT.targetAddress },
    { op: OP.jumpIfEqualIndex, k: 0, else: "drop" },
    ...VERDICTS,
  ]);
}
