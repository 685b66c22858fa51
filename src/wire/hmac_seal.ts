import type { IpAddress } from "../base/ip.ts";
import { equalAuthData } from "./auth.ts";
import { copyBytes, putBytes } from "./bytes.ts";
import type { HmacKey } from "./hmac.ts";
import * as hmacTrailer from "./hmac_trailer.ts";
import type { Sequence } from "./sequence.ts";
import * as vrrp from "./vrrp.ts";
import * as vrrp2 from "./vrrp2.ts";

/** What stands in front of the message while it is signed; on the wire it does not appear. */
const PREFIX = { family: 0, version: 1, vrid: 2, source: 4 } as const;
const PREFIX_SIZE = 20;

/** A VRRP message of any version and family, and the address that its packet comes from. */
export interface SignedMessage {
  /** Without the trailer. */
  readonly message: DataView;
  readonly source: IpAddress;
}

/** Writes a whole trailer into a view of 28 bytes: number, key and the tag over message and trailer. */
export function emitTrailer(signed: SignedMessage, trailer: DataView, { key, keyId, sequence }: {
  /** Of SHA-256. */
  readonly key: HmacKey;
  readonly keyId: number;
  readonly sequence: Sequence;
}): void {
  const { AT } = hmacTrailer;
  trailer.setUint8(AT.type, hmacTrailer.TYPE_HMAC_SHA256);
  trailer.setUint8(AT.keyId, keyId);
  trailer.setUint16(AT.reserved, 0);
  trailer.setUint32(AT.seconds, sequence.seconds);
  trailer.setUint32(AT.fraction, sequence.ticks);
  putBytes(trailer, AT.tag, tagOf(signed, trailer, key));
}

/** Whether the tag of a trailer is that of the message; compared in constant time. */
export function isSignedBy(signed: SignedMessage, trailer: DataView, key: HmacKey): boolean {
  const { AT, TAG_SIZE } = hmacTrailer;
  const tag = copyBytes(trailer, { at: AT.tag, length: TAG_SIZE });
  return equalAuthData(tag, tagOf(signed, trailer, key));
}

function tagOf(signed: SignedMessage, trailer: DataView, key: HmacKey): Uint8Array<ArrayBuffer> {
  return key.digest(signedBytes(signed, trailer)).slice(0, hmacTrailer.TAG_SIZE);
}

/**
 * What the tag covers: prefix, message with 0 for its checksum, trailer with zeros in the tag's place.
 * Version and VRID are the message's own, which a receiver has compared with its configuration.
 */
export function signedBytes(
  { message, source }: SignedMessage,
  trailer: DataView,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(PREFIX_SIZE + message.byteLength + hmacTrailer.TRAILER_SIZE);
  bytes[PREFIX.family] = source.family;
  bytes[PREFIX.version] = message.getUint8(vrrp.AT.versionAndType) >> 4;
  bytes[PREFIX.vrid] = message.getUint8(vrrp.AT.vrid);
  bytes.set(source.bytes, PREFIX.source);
  bytes.set(bytesOf(message), PREFIX_SIZE);
  // The checksum stands at the same place in both versions.
  bytes.fill(0, PREFIX_SIZE + vrrp2.AT.checksum, PREFIX_SIZE + vrrp2.AT.addresses);
  const untagged = bytesOf(trailer).subarray(0, hmacTrailer.AT.tag);
  bytes.set(untagged, PREFIX_SIZE + message.byteLength);
  return bytes;
}

function bytesOf(view: DataView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}
