import * as ethernet from "./ethernet.ts";
import * as ipv4 from "./ipv4.ts";
import * as ipv6 from "./ipv6.ts";
import * as vrrp from "./vrrp.ts";

/*
 * Most frames that a Backup gets are the same advertisement once more. To know that costs a tenth
 * of reading it again. Some senders count their packets in the IPv4 header's id, which also moves
 * the header's checksum; nothing else may differ. So authentication that was right the first time is
 * right again, unless it counts its messages: what comes with such a one is no repeat, but a replay.
 * To stop comparing at the first difference gives no secret away: `known` was on the network for all.
 */

const IP_AT = ethernet.HEADER_SIZE;
const ID_AT = IP_AT + ipv4.AT.id;
const CHECKSUM_AT = IP_AT + ipv4.AT.checksum;

/** A frame inside a larger buffer. */
export interface FrameSpan {
  readonly bytes: Uint8Array;
  readonly at: number;
  readonly length: number;
}

/** What stands where an untagged frame has its VRID; 0, which is none, where it is too short. */
export function vridOf({ bytes, at, length }: FrameSpan): number {
  const first = bytes[at + IP_AT] ?? 0;
  const headerLength = isIpv4(first) ? (first & 0x0f) * 4 : ipv6.HEADER_SIZE;
  const vridAt = IP_AT + headerLength + vrrp.AT.vrid;
  return vridAt < length ? bytes[at + vridAt] ?? 0 : 0;
}

/** By the first byte of an IP header. */
function isIpv4(versionAndLength: number): boolean {
  return versionAndLength >> 4 === 4;
}

/**
 * Whether a frame says the same as `known`, an earlier untagged frame whose header checksum, which
 * IPv4 alone has, was right.
 */
export function saysTheSame(known: Uint8Array, { bytes, at, length }: FrameSpan): boolean {
  if (known.length !== length) return false;
  const mayVary = isIpv4(known[IP_AT] ?? 0);
  for (let offset = 0; offset < length; offset++) {
    if (known[offset] !== bytes[at + offset] && !(mayVary && varies(offset))) return false;
  }
  return !mayVary || idAndChecksum(known, 0) === idAndChecksum(bytes, at);
}

function varies(offset: number): boolean {
  return offset === ID_AT || offset === ID_AT + 1 ||
    offset === CHECKSUM_AT || offset === CHECKSUM_AT + 1;
}

/** What the two fields add to the header's one's complement sum: where it stays, the sum is right. */
function idAndChecksum(bytes: Uint8Array, at: number): number {
  return (wordAt(bytes, at + ID_AT) + wordAt(bytes, at + CHECKSUM_AT)) % 0xffff;
}

function wordAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}
