import { assert } from "../base/assert.ts";
import type { MacAddress } from "../base/mac.ts";
import { ok, type Result } from "../base/result.ts";
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

/** RFC 4861 section 4.2. */
const AT = {
  type: 0,
  code: 1,
  hopLimit: 4,
  flags: 5,
  lifetime: 6,
  reachableTime: 8,
  retransmitTimer: 12,
  options: 16,
} as const;
export const TYPE_ROUTER_ADVERT = 134;

/**
 * A router advertisement that says who is a default router, and for how long, and leaves all else
 * open: a field of 0 is "unspecified" (RFC 4861 section 4.2).
 */
export interface RouterAdvert {
  /** Seconds, 16 bits; 0: no default router, or none any more. */
  readonly lifetimeS: number;
  /** The sender's hardware address. */
  readonly sourceMac: MacAddress;
}

/** Reads a message with the checks of RFC 4861 section 6.1.2; hop limit and source are the caller's. */
export function parse(message: DataView, ends: Ends): Result<Partial<RouterAdvert>, Reject> {
  if (message.byteLength < AT.options) {
    return reject("truncated", `Router advertisement of ${message.byteLength} bytes`);
  }
  const head = checkHead(message, ends, TYPE_ROUTER_ADVERT);
  if (!head.ok) return head;
  const option = readLinkAddress(message, { start: AT.options, type: LINK_ADDRESS.source });
  if (!option.ok) return option;
  const sourceMac = option.value;
  return ok({
    lifetimeS: message.getUint16(AT.lifetime),
    ...(sourceMac === undefined ? {} : { sourceMac }),
  });
}

export function size(): number {
  return AT.options + LINK_ADDRESS_SIZE;
}

/** Writes a message into a view of exactly {@linkcode size} bytes; the checksum goes in last. */
export function emit({ lifetimeS, sourceMac }: RouterAdvert, ends: Ends, view: DataView): void {
  assert(view.byteLength === size(), "the view is as long as the message");
  view.setUint8(AT.type, TYPE_ROUTER_ADVERT);
  view.setUint8(AT.code, 0);
  view.setUint8(AT.hopLimit, 0);
  view.setUint8(AT.flags, 0);
  view.setUint16(AT.lifetime, lifetimeS);
  view.setUint32(AT.reachableTime, 0);
  view.setUint32(AT.retransmitTimer, 0);
  emitLinkAddress(view, { at: AT.options, type: LINK_ADDRESS.source, mac: sourceMac });
  writeChecksum(view, ends);
}
