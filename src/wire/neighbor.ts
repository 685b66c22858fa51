import { assert } from "../base/assert.ts";
import { type IpAddress, ipFromBytes, IPV6_SIZE } from "../base/ip.ts";
import type { MacAddress } from "../base/mac.ts";
import { ok, type Result } from "../base/result.ts";
import { copyBytes, putBytes } from "./bytes.ts";
import {
  checkHead,
  emitLinkAddress,
  LINK_ADDRESS,
  LINK_ADDRESS_SIZE,
  readLinkAddress,
  writeChecksum,
} from "./icmpv6.ts";
import type { Ends } from "./pseudo_header.ts";
import { type Reject, reject } from "./reject.ts";

/** RFC 4861 section 4.4. */
export const AT = { type: 0, code: 1, flags: 4, target: 8, options: 24 } as const;
export const TYPE_ADVERTISEMENT = 136;
export const FLAG = { router: 0x80, solicited: 0x40, override: 0x20 } as const;
const MULTICAST = 0xff;

/** A neighbour advertisement: who has an IPv6 address (RFC 4861 section 4.4). */
export interface NeighborAdvert {
  readonly target: IpAddress;
  /** Whether the sender forwards IPv6. */
  readonly router: boolean;
  /** An answer to a question. */
  readonly solicited: boolean;
  /** Replaces what others remember. */
  readonly override: boolean;
  /** Absent where the sender of the frame is meant. */
  readonly targetMac?: MacAddress;
}

/** Tells all nodes that `mac` has `address` (RFC 4861 section 7.2.6). */
export function unsolicitedAdvert(
  { mac, address, router }: {
    readonly mac: MacAddress;
    readonly address: IpAddress;
    readonly router: boolean;
  },
): Required<NeighborAdvert> {
  return { target: address, router, solicited: false, override: true, targetMac: mac };
}

/** Reads a message with the checks of RFC 4861 section 7.1.2; the hop limit is the caller's. */
export function parse(message: DataView, ends: Ends): Result<NeighborAdvert, Reject> {
  if (message.byteLength < AT.options) {
    return reject("truncated", `Neighbour advertisement of ${message.byteLength} bytes`);
  }
  const head = checkHead(message, ends, TYPE_ADVERTISEMENT);
  if (!head.ok) return head;
  const target = ipFromBytes(copyBytes(message, { at: AT.target, length: IPV6_SIZE }));
  const flags = message.getUint8(AT.flags);
  const solicited = (flags & FLAG.solicited) !== 0;
  const isToAll = ends.destination.bytes[0] === MULTICAST;
  if (target.bytes[0] === MULTICAST || (solicited && isToAll)) {
    return reject("neighborHeader", "Neighbour advertisement of or in answer to a group");
  }
  const option = readLinkAddress(message, { start: AT.options, type: LINK_ADDRESS.target });
  if (!option.ok) return option;
  const targetMac = option.value;
  return ok({
    target,
    router: (flags & FLAG.router) !== 0,
    solicited,
    override: (flags & FLAG.override) !== 0,
    ...(targetMac === undefined ? {} : { targetMac }),
  });
}

export function size({ targetMac }: NeighborAdvert): number {
  return AT.options + (targetMac === undefined ? 0 : LINK_ADDRESS_SIZE);
}

/** Writes a message into a view of exactly {@linkcode size} bytes; the checksum goes in last. */
export function emit(advert: NeighborAdvert, ends: Ends, view: DataView): void {
  const { target, router, solicited, override, targetMac } = advert;
  assert(view.byteLength === size(advert), "the view is as long as the message");
  assert(target.family === 6, "a neighbour advertisement speaks of an IPv6 address");
  view.setUint8(AT.type, TYPE_ADVERTISEMENT);
  view.setUint8(AT.code, 0);
  view.setUint32(AT.flags, 0);
  const flags = (router ? FLAG.router : 0) | (solicited ? FLAG.solicited : 0) |
    (override ? FLAG.override : 0);
  view.setUint8(AT.flags, flags);
  putBytes(view, AT.target, target.bytes);
  if (targetMac !== undefined) {
    emitLinkAddress(view, { at: AT.options, type: LINK_ADDRESS.target, mac: targetMac });
  }
  writeChecksum(view, ends);
}
