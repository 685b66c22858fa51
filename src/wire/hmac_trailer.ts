import { assert } from "../base/assert.ts";
import { type Family, IPV4_SIZE, IPV6_SIZE } from "../base/ip.ts";
import { ok, type Result } from "../base/result.ts";
import { AUTH_DATA_SIZE } from "./auth.ts";
import { copyBytes, putBytes, subView } from "./bytes.ts";
import { type Reject, reject } from "./reject.ts";
import type { Sequence } from "./sequence.ts";
import { AT as MESSAGE, VERSION as VERSION_WITH_AUTH_DATA } from "./vrrp2.ts";

export const AT = {
  type: 0,
  keyId: 1,
  reserved: 2,
  seconds: 4,
  fraction: 8,
  counter: 10,
  tag: 12,
} as const;

/** What 16 bits can hold. */
const COUNTER_VALUES = 2 ** 16;

export const TRAILER_SIZE = 28;
export const TAG_SIZE = TRAILER_SIZE - AT.tag;

/** HMAC-SHA-256 cut to 128 bits, the only type there is. */
export const TYPE_HMAC_SHA256 = 1;

/**
 * What keepalived's `auth_hmac` puts after a VRRP message (draft-cassen-vrrp-auth-hmac). Nothing in
 * the packet announces it: it is there where the packet is longer by exactly its size.
 */
export interface HmacTrailer {
  readonly type: number;
  /** 1–255: which key the receiver is to use. */
  readonly keyId: number;
  /** 16 bits, to be 0. */
  readonly reserved: number;
  /** Seconds since 1970, the lower 32 bits. */
  readonly seconds: number;
  /** Of a second, in units of 2⁻¹⁶. */
  readonly fraction: number;
  /** Tells apart what was signed at the same time. */
  readonly counter: number;
  /** 16 bytes. */
  readonly tag: Uint8Array<ArrayBuffer>;
}

/**
 * Parts what an IP packet holds into message and trailer: there is one just where the packet is longer
 * by its size than the message says of itself. Any other length stays with the message, whose reader
 * refuses it.
 */
export function split(
  payload: DataView,
  family: Family,
): { readonly message: DataView; readonly trailer?: DataView } {
  const length = payload.byteLength - TRAILER_SIZE;
  if (length < MESSAGE.addresses || messageSize(payload, family) !== length) {
    return { message: payload };
  }
  return {
    message: subView(payload, { at: 0, length }),
    trailer: subView(payload, { at: length, length: TRAILER_SIZE }),
  };
}

/** What it says itself; the count of addresses stands at one place in both versions. */
function messageSize(message: DataView, family: Family): number {
  const version = message.getUint8(MESSAGE.versionAndType) >> 4;
  const authData = version === VERSION_WITH_AUTH_DATA ? AUTH_DATA_SIZE : 0;
  const addressSize = family === 4 ? IPV4_SIZE : IPV6_SIZE;
  return MESSAGE.addresses + message.getUint8(MESSAGE.addressCount) * addressSize + authData;
}

/** Takes any content; what its type and the reserved field must be is the receiver's to say. */
export function parse(view: DataView): Result<HmacTrailer, Reject> {
  if (view.byteLength !== TRAILER_SIZE) {
    return reject("authData", `authentication trailer of ${view.byteLength} bytes`);
  }
  return ok({
    type: view.getUint8(AT.type),
    keyId: view.getUint8(AT.keyId),
    reserved: view.getUint16(AT.reserved),
    seconds: view.getUint32(AT.seconds),
    fraction: view.getUint16(AT.fraction),
    counter: view.getUint16(AT.counter),
    tag: copyBytes(view, { at: AT.tag, length: TAG_SIZE }),
  });
}

/** The number that its sender gave it. */
export function sequenceOf({ seconds, fraction, counter }: HmacTrailer): Sequence {
  return { seconds, ticks: fraction * COUNTER_VALUES + counter };
}

export function size(): number {
  return TRAILER_SIZE;
}

/** Writes the trailer into a view of 28 bytes. */
export function emit(trailer: HmacTrailer, view: DataView): void {
  assert(view.byteLength === TRAILER_SIZE, "the view is as long as the trailer");
  assert(trailer.tag.length === TAG_SIZE, `a tag has ${TAG_SIZE} bytes`);
  view.setUint8(AT.type, trailer.type);
  view.setUint8(AT.keyId, trailer.keyId);
  view.setUint16(AT.reserved, trailer.reserved);
  view.setUint32(AT.seconds, trailer.seconds);
  view.setUint16(AT.fraction, trailer.fraction);
  view.setUint16(AT.counter, trailer.counter);
  putBytes(view, AT.tag, trailer.tag);
}
