import { ip } from "../../src/base/ip.ts";
import * as checksum from "../../src/wire/checksum.ts";
import * as ethernet from "../../src/wire/ethernet.ts";
import * as ipv4 from "../../src/wire/ipv4.ts";
import * as ipv6 from "../../src/wire/ipv6.ts";
import { pseudoHeaderSum } from "../../src/wire/pseudo_header.ts";
import * as vrrp2 from "../../src/wire/vrrp2.ts";
import { frameOf, type Kind } from "./kinds.ts";

const IP_AT = ethernet.HEADER_SIZE;

export function messageAt({ ipSize }: Kind): number {
  return IP_AT + ipSize;
}

export function flipped(
  bytes: Uint8Array<ArrayBuffer>,
  { at }: { readonly at: number },
): Uint8Array<ArrayBuffer> {
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes;
}

export function withTtl(kind: Kind, ttl: number): Uint8Array<ArrayBuffer> {
  const bytes = frameOf(kind);
  if (kind.config.family === 6) {
    bytes[IP_AT + ipv6.AT.hopLimit] = ttl;
    return bytes;
  }
  bytes[IP_AT + ipv4.AT.ttl] = ttl;
  const header = new DataView(bytes.buffer, IP_AT, ipv4.HEADER_SIZE);
  header.setUint16(ipv4.AT.checksum, 0);
  header.setUint16(ipv4.AT.checksum, checksum.finish(checksum.sum(header)));
  return bytes;
}

/** One byte of the message, under a checksum that fits it. */
export function changed(
  kind: Kind,
  { at, value }: { readonly at: number; readonly value: number },
): Uint8Array<ArrayBuffer> {
  const bytes = frameOf(kind);
  bytes[messageAt(kind) + at] = value;
  return resealed(kind, bytes);
}

export function withoutAddresses(kind: Kind): Uint8Array<ArrayBuffer> {
  const { config, version } = kind;
  const tail = version === 2 ? 8 : 0;
  const lost = config.addresses.length * (config.family === 4 ? 4 : 16);
  const whole = frameOf(kind);
  const bytes = new Uint8Array([
    ...whole.subarray(0, messageAt(kind) + 8),
    ...whole.subarray(whole.length - tail, whole.length),
  ]);
  bytes[messageAt(kind) + 3] = 0;
  const view = new DataView(bytes.buffer);
  if (config.family === 6) {
    const at = IP_AT + ipv6.AT.payloadLength;
    view.setUint16(at, view.getUint16(at) - lost);
    return resealed(kind, bytes);
  }
  const header = new DataView(bytes.buffer, IP_AT, ipv4.HEADER_SIZE);
  header.setUint16(ipv4.AT.totalLength, header.getUint16(ipv4.AT.totalLength) - lost);
  header.setUint16(ipv4.AT.checksum, 0);
  header.setUint16(ipv4.AT.checksum, checksum.finish(checksum.sum(header)));
  return resealed(kind, bytes);
}

export function resealed(kind: Kind, bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const { version, config, other } = kind;
  const destination = ip(config.family === 4 ? "224.0.0.18" : "ff02::12");
  const length = bytes.length - messageAt(kind);
  const ends = { source: other, destination, protocol: 112, length };
  return summed(bytes, messageAt(kind), version === 2 ? 0 : pseudoHeaderSum(ends));
}

/** With a checksum over the message alone, whatever else it should cover. */
export function unfoundedSum(kind: Kind): Uint8Array<ArrayBuffer> {
  return summed(frameOf(kind), messageAt(kind), 0);
}

/** With the checksum of the message and of what is given beside it. */
function summed(
  bytes: Uint8Array<ArrayBuffer>,
  at: number,
  beside: number,
): Uint8Array<ArrayBuffer> {
  const message = new DataView(bytes.buffer, at);
  message.setUint16(vrrp2.AT.checksum, 0);
  const sum = checksum.combine(beside, checksum.sum(message));
  message.setUint16(vrrp2.AT.checksum, checksum.finish(sum));
  return bytes;
}
