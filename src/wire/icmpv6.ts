import { MAC_SIZE, type MacAddress } from "../base/mac.ts";
import { ok, type Result } from "../base/result.ts";
import { copyBytes, putBytes } from "./bytes.ts";
import * as checksum from "./checksum.ts";
import { type Ends, pseudoHeaderSum } from "./pseudo_header.ts";
import { type Reject, reject } from "./reject.ts";

/** The next header of an ICMPv6 message. */
export const ICMPV6 = 58;
/** Neighbour discovery is sent with it, and refused with any other (RFC 4861 section 7.1). */
export const NEIGHBOR_HOP_LIMIT = 255;

/** How every message begins (RFC 4443 section 2.1). */
export const HEAD_AT = { type: 0, code: 1, checksum: 2 } as const;

/** Options of neighbour discovery that say a hardware address (RFC 4861 section 4.6.1). */
export const LINK_ADDRESS = { source: 1, target: 2 } as const;
/** RFC 4861 section 4.6. */
const OPTION_AT = { type: 0, length: 1, value: 2 } as const;
const OPTION_UNIT = 8;
export const LINK_ADDRESS_SIZE = OPTION_UNIT;

/** Whether the checksum of a whole message is right (RFC 4443 section 2.3). */
export function hasRightChecksum(message: DataView, ends: Ends): boolean {
  return checksum.finish(sumOf(message, ends)) === 0;
}

/** Fills the checksum in, which goes in last. */
export function writeChecksum(message: DataView, ends: Ends): void {
  message.setUint16(HEAD_AT.checksum, 0);
  message.setUint16(HEAD_AT.checksum, checksum.finish(sumOf(message, ends)));
}

function sumOf(message: DataView, { source, destination }: Ends): number {
  const length = message.byteLength;
  const header = pseudoHeaderSum({ source, destination, protocol: ICMPV6, length });
  return checksum.combine(header, checksum.sum(message));
}

/** Type, code and checksum of an ICMPv6 message of 4 bytes at least. */
export function checkHead(message: DataView, ends: Ends, type: number): Result<void, Reject> {
  const [found, code] = [message.getUint8(HEAD_AT.type), message.getUint8(HEAD_AT.code)];
  if (found !== type || code !== 0) {
    return reject("neighborHeader", `ICMPv6 type ${found}, code ${code}`);
  }
  return hasRightChecksum(message, ends)
    ? ok(undefined)
    : reject("neighborHeader", "Wrong ICMPv6 checksum");
}

/** The first option of `type`, one of {@linkcode LINK_ADDRESS}, among those from `start` on. */
export function readLinkAddress(
  message: DataView,
  { start, type }: { readonly start: number; readonly type: number },
): Result<MacAddress | undefined, Reject> {
  let found: MacAddress | undefined;
  for (let at = start; at < message.byteLength;) {
    const left = message.byteLength - at;
    const length = left < OPTION_UNIT ? 0 : message.getUint8(at + OPTION_AT.length) * OPTION_UNIT;
    // One of no length would never end.
    if (length === 0 || length > left) return reject("neighborHeader", "Option cut short");
    if (found === undefined && message.getUint8(at + OPTION_AT.type) === type) {
      found = copyBytes(message, { at: at + OPTION_AT.value, length: MAC_SIZE });
    }
    at += length;
  }
  return ok(found);
}

/** Writes an option of {@linkcode LINK_ADDRESS_SIZE} bytes at `at`. */
export function emitLinkAddress(
  message: DataView,
  { at, type, mac }: { readonly at: number; readonly type: number; readonly mac: MacAddress },
): void {
  message.setUint8(at + OPTION_AT.type, type);
  message.setUint8(at + OPTION_AT.length, 1);
  putBytes(message, at + OPTION_AT.value, mac);
}
