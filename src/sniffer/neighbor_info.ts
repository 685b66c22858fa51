import { ipFromBytes, IPV6_SIZE } from "../base/ip.ts";
import { MAC_SIZE, type MacAddress } from "../base/mac.ts";
import { copyBytes } from "../wire/bytes.ts";
import * as checksum from "../wire/checksum.ts";
import { type Ends, pseudoHeaderSum } from "../wire/pseudo_header.ts";
import type { NeighborInfo } from "./sighting.ts";

export const ICMPV6 = 58;

/** RFC 4861 section 4.4. */
const AT = { type: 0, code: 1, flags: 4, target: 8, options: 24 } as const;
const TYPE_ADVERTISEMENT = 136;
const FLAG = { router: 0x80, solicited: 0x40, override: 0x20 } as const;
/** RFC 4861 section 4.6. */
const OPTION_AT = { type: 0, length: 1, value: 2 } as const;
const OPTION_UNIT = 8;
const TARGET_LINK_ADDRESS = 2;

/** A neighbour advertisement; `undefined` for any other ICMPv6 message, and for one cut short. */
export function readNeighbor(message: DataView, ends: Ends): NeighborInfo | undefined {
  if (ends.source.family !== 6 || message.byteLength < AT.options) return undefined;
  if (message.getUint8(AT.type) !== TYPE_ADVERTISEMENT || message.getUint8(AT.code) !== 0) {
    return undefined;
  }
  const { source, destination } = ends;
  const pseudo = { source, destination, protocol: ICMPV6, length: message.byteLength };
  const sum = checksum.combine(pseudoHeaderSum(pseudo), checksum.sum(message));
  const flags = message.getUint8(AT.flags);
  const targetMac = targetMacOf(message);
  return {
    target: ipFromBytes(copyBytes(message, { at: AT.target, length: IPV6_SIZE })),
    router: (flags & FLAG.router) !== 0,
    solicited: (flags & FLAG.solicited) !== 0,
    override: (flags & FLAG.override) !== 0,
    ...targetMac === undefined ? {} : { targetMac },
    checksumOk: checksum.finish(sum) === 0,
  };
}

function targetMacOf(message: DataView): MacAddress | undefined {
  for (let at: number = AT.options; at + OPTION_UNIT <= message.byteLength;) {
    if (message.getUint8(at + OPTION_AT.type) === TARGET_LINK_ADDRESS) {
      return copyBytes(message, { at: at + OPTION_AT.value, length: MAC_SIZE });
    }
    const length = message.getUint8(at + OPTION_AT.length) * OPTION_UNIT;
    // An option of no length would never end (RFC 4861 section 4.6).
    if (length === 0) return undefined;
    at += length;
  }
  return undefined;
}
