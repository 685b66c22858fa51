import { assert } from "../base/assert.ts";
import { ok, type Result } from "../base/result.ts";
import { copyBytes, putBytes, subView } from "./bytes.ts";
import { type Reject, reject } from "./reject.ts";

export const AT = {
  nextHeader: 0,
  payloadLength: 1,
  reserved: 2,
  spi: 4,
  sequence: 8,
  icv: 12,
} as const;

/** An integrity check value of HMAC-MD5 cut to 96 bits, the only one in VRRP (RFC 2403). */
export const ICV_SIZE = 12;
const WORD_SIZE = 4;
/** The length field counts words of 4 bytes and leaves out two of them (RFC 2402 section 2.2). */
const UNCOUNTED_WORDS = 2;

export interface AhHeader {
  readonly nextHeader: number;
  /** Security parameters index, 32 bits; keepalived puts the sender's IPv4 address here. */
  readonly spi: number;
  /** 32 bits. */
  readonly sequence: number;
  /** Integrity check value; what it covers is the authentication's business. */
  readonly icv: Uint8Array<ArrayBuffer>;
}

export interface AhPacket extends AhHeader {
  readonly payload: DataView;
}

/** Reads an authentication header (RFC 2402 section 2) in front of a payload. */
export function parse(view: DataView): Result<AhPacket, Reject> {
  if (view.byteLength < AT.icv) return reject("truncated", `AH of ${view.byteLength} bytes`);
  const length = (view.getUint8(AT.payloadLength) + UNCOUNTED_WORDS) * WORD_SIZE;
  if (length < AT.icv) return reject("authData", `AH header length ${length}`);
  if (length > view.byteLength) {
    return reject("truncated", `AH header length ${length} in ${view.byteLength} bytes`);
  }
  return ok({
    nextHeader: view.getUint8(AT.nextHeader),
    spi: view.getUint32(AT.spi),
    sequence: view.getUint32(AT.sequence),
    icv: copyBytes(view, { at: AT.icv, length: length - AT.icv }),
    payload: subView(view, { at: length, length: view.byteLength - length }),
  });
}

/** The bytes a header takes in front of a payload. */
export function size(header: Pick<AhHeader, "icv">): number {
  return AT.icv + header.icv.length;
}

/** Writes the header to the beginning of a view; the payload is its own codec's. */
export function emit(header: AhHeader, view: DataView): void {
  const length = size(header);
  assert(length % WORD_SIZE === 0, `an AH header of ${length} bytes is not made of words`);
  view.setUint8(AT.nextHeader, header.nextHeader);
  view.setUint8(AT.payloadLength, length / WORD_SIZE - UNCOUNTED_WORDS);
  view.setUint16(AT.reserved, 0);
  view.setUint32(AT.spi, header.spi);
  view.setUint32(AT.sequence, header.sequence);
  putBytes(view, AT.icv, header.icv);
}
