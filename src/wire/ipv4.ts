import { assert } from "../base/assert.ts";
import { type IpAddress, ipFromBytes, IPV4_SIZE } from "../base/ip.ts";
import { ok, type Result } from "../base/result.ts";
import { copyBytes, putBytes, subView } from "./bytes.ts";
import * as checksum from "./checksum.ts";
import { type Reject, reject } from "./reject.ts";

export const AT = {
  versionAndLength: 0,
  typeOfService: 1,
  totalLength: 2,
  id: 4,
  fragment: 6,
  ttl: 8,
  protocol: 9,
  checksum: 10,
  source: 12,
  destination: 16,
} as const;

/** A header without options; {@linkcode emit} writes no other. */
export const HEADER_SIZE = 20;

export const PROTOCOL = { ah: 51, vrrp: 112 } as const;

/** CS6, network control: what VRRP daemons send with. */
export const TOS_NETWORK_CONTROL = 0xc0;

/** The offset of a fragment within its packet; not 0 in all fragments but the first. */
export const FRAGMENT_OFFSET_MASK = 0x1fff;
const MORE_FRAGMENTS = 0x2000;
const DONT_FRAGMENT = 0x4000;

export interface Ipv4Header {
  readonly typeOfService: number;
  /** 16 bits. */
  readonly id: number;
  readonly dontFragment: boolean;
  readonly ttl: number;
  readonly protocol: number;
  readonly source: IpAddress;
  readonly destination: IpAddress;
}

export interface Ipv4Packet extends Ipv4Header {
  /**
   * Whether the header's checksum is right. Not a reject, because rVRRPd 0.1.3 sends a wrong one
   * with more than one address, and a user may have to live beside it.
   */
  readonly checksumOk: boolean;
  /** Ends where the header says, so it never holds Ethernet's padding. */
  readonly payload: DataView;
}

/** Reads a packet (RFC 791 section 3.1). Options are stepped over, fragments refused. */
export function parse(view: DataView): Result<Ipv4Packet, Reject> {
  if (view.byteLength < HEADER_SIZE) {
    return reject("truncated", `IP packet of ${view.byteLength} bytes`);
  }
  const version = view.getUint8(AT.versionAndLength) >> 4;
  if (version !== 4) return reject("ipHeader", `IP version ${version}`);
  const headerLength = headerLengthOf(view);
  if (headerLength < HEADER_SIZE) return reject("ipHeader", `IP header length ${headerLength}`);
  const totalLength = view.getUint16(AT.totalLength);
  if (totalLength < headerLength) return reject("ipHeader", `IP total length ${totalLength}`);
  if (totalLength > view.byteLength) {
    return reject("truncated", `IP total length ${totalLength} in ${view.byteLength} bytes`);
  }
  const fragment = view.getUint16(AT.fragment);
  if ((fragment & (MORE_FRAGMENTS | FRAGMENT_OFFSET_MASK)) !== 0) {
    return reject("fragment", `IP fragment field 0x${fragment.toString(16)}`);
  }
  const payload = { at: headerLength, length: totalLength - headerLength };
  return ok({ ...readHeader(view), payload: subView(view, payload) });
}

function headerLengthOf(view: DataView): number {
  return (view.getUint8(AT.versionAndLength) & 0x0f) * 4;
}

function readHeader(view: DataView): Omit<Ipv4Packet, "payload"> {
  return {
    typeOfService: view.getUint8(AT.typeOfService),
    id: view.getUint16(AT.id),
    dontFragment: (view.getUint16(AT.fragment) & DONT_FRAGMENT) !== 0,
    ttl: view.getUint8(AT.ttl),
    protocol: view.getUint8(AT.protocol),
    source: ipFromBytes(copyBytes(view, { at: AT.source, length: IPV4_SIZE })),
    destination: ipFromBytes(copyBytes(view, { at: AT.destination, length: IPV4_SIZE })),
    checksumOk: headerChecksum(view) === 0,
  };
}

function headerChecksum(view: DataView): number {
  return checksum.finish(checksum.sum(subView(view, { at: 0, length: headerLengthOf(view) })));
}

/** The bytes a header takes in front of a payload. */
export function size(): number {
  return HEADER_SIZE;
}

/** Writes the header into a view that is as long as header and payload together. */
export function emit(header: Ipv4Header, view: DataView): void {
  assert(header.source.family === 4, "an IPv4 packet has an IPv4 source");
  assert(header.destination.family === 4, "an IPv4 packet has an IPv4 destination");
  view.setUint8(AT.versionAndLength, (4 << 4) | (HEADER_SIZE / 4));
  view.setUint8(AT.typeOfService, header.typeOfService);
  view.setUint16(AT.totalLength, view.byteLength);
  view.setUint16(AT.id, header.id);
  view.setUint16(AT.fragment, header.dontFragment ? DONT_FRAGMENT : 0);
  view.setUint8(AT.ttl, header.ttl);
  view.setUint8(AT.protocol, header.protocol);
  putBytes(view, AT.source, header.source.bytes);
  putBytes(view, AT.destination, header.destination.bytes);
  writeChecksum(view);
}

/** Gives a packet that was emitted before another id. */
export function patchId(view: DataView, id: number): void {
  view.setUint16(AT.id, id);
  writeChecksum(view);
}

function writeChecksum(view: DataView): void {
  view.setUint16(AT.checksum, 0);
  view.setUint16(AT.checksum, headerChecksum(view));
}
