import { ipFromBytes, IPV6_SIZE } from "../base/ip.ts";
import { copyBytes } from "../wire/bytes.ts";
import { hasRightChecksum, LINK_ADDRESS, readLinkAddress } from "../wire/icmpv6.ts";
import { AT, FLAG, TYPE_ADVERTISEMENT } from "../wire/neighbor.ts";
import type { Ends } from "../wire/pseudo_header.ts";
import type { NeighborInfo } from "./sighting.ts";

/**
 * A neighbour advertisement, whatever is wrong with it; `undefined` for any other ICMPv6 message, and
 * for one cut short.
 */
export function readNeighbor(message: DataView, ends: Ends): NeighborInfo | undefined {
  if (ends.source.family !== 6 || message.byteLength < AT.options) return undefined;
  if (message.getUint8(AT.type) !== TYPE_ADVERTISEMENT || message.getUint8(AT.code) !== 0) {
    return undefined;
  }
  const flags = message.getUint8(AT.flags);
  const option = readLinkAddress(message, { start: AT.options, type: LINK_ADDRESS.target });
  const targetMac = option.ok ? option.value : undefined;
  return {
    target: ipFromBytes(copyBytes(message, { at: AT.target, length: IPV6_SIZE })),
    router: (flags & FLAG.router) !== 0,
    solicited: (flags & FLAG.solicited) !== 0,
    override: (flags & FLAG.override) !== 0,
    ...targetMac === undefined ? {} : { targetMac },
    checksumOk: hasRightChecksum(message, ends),
  };
}
