import * as ah from "./ah.ts";
import { equalAuthData } from "./auth.ts";
import { copyBytes, putBytes } from "./bytes.ts";
import type { HmacKey } from "./hmac.ts";
import * as ipv4 from "./ipv4.ts";

/*
 * keepalived's reading of RFC 2402 in IPv4 packets without options: what routers may change counts as
 * 0, but the TTL of a multicast packet counts as it is sent.
 */

const AH_AT = ipv4.HEADER_SIZE;
/** First byte of 224.0.0.0/4. */
const MULTICAST = { first: 224, last: 239 } as const;

/** Numbers an IP packet that was emitted with room for it, and writes the ICV over all the rest. */
export function sealAh(packet: DataView, { key, sequence }: {
  /** Of MD5. */
  readonly key: HmacKey;
  /** 32 bits. */
  readonly sequence: number;
}): void {
  packet.setUint32(AH_AT + ah.AT.sequence, sequence);
  // A packet socket sends the id as it is here; what the kernel would put in its place is not 0.
  ipv4.patchId(packet, (sequence & 0xffff) || 1);
  putBytes(packet, AH_AT + ah.AT.icv, icvOf(packet, key));
}

/** Whether the ICV of a received packet is right; compared in constant time. */
export function isSealedBy(packet: DataView, { key, icv }: {
  readonly key: HmacKey;
  readonly icv: Uint8Array;
}): boolean {
  return equalAuthData(icv, icvOf(packet, key));
}

function icvOf(packet: DataView, key: HmacKey): Uint8Array<ArrayBuffer> {
  const bytes = copyBytes(packet, { at: 0, length: packet.byteLength });
  const copy = new DataView(bytes.buffer);
  copy.setUint8(ipv4.AT.typeOfService, 0);
  copy.setUint16(ipv4.AT.fragment, 0);
  copy.setUint16(ipv4.AT.checksum, 0);
  if (!isMulticast(copy)) copy.setUint8(ipv4.AT.ttl, 0);
  const icvAt = headerLength(copy) + ah.AT.icv;
  bytes.fill(0, icvAt, icvAt + ah.ICV_SIZE);
  return key.digest(bytes).slice(0, ah.ICV_SIZE);
}

function headerLength(packet: DataView): number {
  return (packet.getUint8(ipv4.AT.versionAndLength) & 0x0f) * 4;
}

function isMulticast(packet: DataView): boolean {
  const first = packet.getUint8(ipv4.AT.destination);
  return first >= MULTICAST.first && first <= MULTICAST.last;
}
