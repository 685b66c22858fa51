import { assert } from "../base/assert.ts";
import { type IpAddress, ipFromBytes, IPV6_SIZE } from "../base/ip.ts";
import { ok, type Result } from "../base/result.ts";
import { copyBytes, putBytes, subView } from "./bytes.ts";
import { type Reject, reject } from "./reject.ts";

export const AT = {
  /** 4 bits of version, 8 of traffic class, 20 of flow label. */
  versionClassFlow: 0,
  payloadLength: 4,
  nextHeader: 6,
  hopLimit: 7,
  source: 8,
  destination: 24,
} as const;

/** Without extension headers; {@linkcode emit} writes none. */
export const HEADER_SIZE = 40;

/** Numbers of extension headers (RFC 8200 section 4); AH is looked at by its own codec. */
export const EXTENSION = {
  hopByHop: 0,
  routing: 43,
  fragment: 44,
  destinationOptions: 60,
} as const;

/** Next header and length begin every extension header that can be stepped over. */
const EXTENSION_AT = { nextHeader: 0, length: 1 } as const;
const EXTENSION_UNIT = 8;
const FLOW_LABEL_MASK = 0xfffff;

export interface Ipv6Header {
  /** 8 bits. */
  readonly trafficClass: number;
  /** 20 bits; 0 where the sender does not tell flows apart (RFC 6437). */
  readonly flowLabel: number;
  readonly hopLimit: number;
  /** Of what follows all extension headers. */
  readonly protocol: number;
  readonly source: IpAddress;
  readonly destination: IpAddress;
}

export interface Ipv6Packet extends Ipv6Header {
  /** Without extension headers; ends where the header says, so it never holds Ethernet's padding. */
  readonly payload: DataView;
}

/**
 * Reads a packet (RFC 8200 section 3). Hop-by-hop, routing and destination options are stepped over,
 * fragments refused.
 */
export function parse(view: DataView): Result<Ipv6Packet, Reject> {
  if (view.byteLength < HEADER_SIZE) {
    return reject("truncated", `IPv6 packet of ${view.byteLength} bytes`);
  }
  const version = view.getUint8(AT.versionClassFlow) >> 4;
  if (version !== 6) return reject("ipHeader", `IP version ${version}`);
  const length = view.getUint16(AT.payloadLength);
  if (length > view.byteLength - HEADER_SIZE) {
    return reject("truncated", `IPv6 payload length ${length} in ${view.byteLength} bytes`);
  }
  const body = { protocol: view.getUint8(AT.nextHeader), at: HEADER_SIZE };
  const packet = subView(view, { at: 0, length: HEADER_SIZE + length });
  const upper = skipExtensions(packet, body);
  if (upper === undefined) return reject("ipHeader", "IPv6 extension header cut short");
  if (upper.protocol === EXTENSION.fragment) return reject("fragment", "IPv6 fragment header");
  const payload = { at: upper.at, length: packet.byteLength - upper.at };
  return ok({
    ...readHeader(view),
    protocol: upper.protocol,
    payload: subView(packet, payload),
  });
}

/** A header inside a packet: what it is and where it begins. */
export interface HeaderPlace {
  readonly protocol: number;
  readonly at: number;
}

/** The first header from `place` on that is none to step over; `undefined` where one is cut short. */
export function skipExtensions(packet: DataView, place: HeaderPlace): HeaderPlace | undefined {
  let { protocol, at } = place;
  while (isSkippable(protocol)) {
    if (at + EXTENSION_UNIT > packet.byteLength) return undefined;
    protocol = packet.getUint8(at + EXTENSION_AT.nextHeader);
    // Counted in units of 8 bytes, the first of which is not counted.
    at += (packet.getUint8(at + EXTENSION_AT.length) + 1) * EXTENSION_UNIT;
    if (at > packet.byteLength) return undefined;
  }
  return { protocol, at };
}

function isSkippable(protocol: number): boolean {
  return protocol === EXTENSION.hopByHop || protocol === EXTENSION.routing ||
    protocol === EXTENSION.destinationOptions;
}

function readHeader(view: DataView): Omit<Ipv6Header, "protocol"> {
  const first = view.getUint32(AT.versionClassFlow);
  return {
    trafficClass: (first >>> 20) & 0xff,
    flowLabel: first & FLOW_LABEL_MASK,
    hopLimit: view.getUint8(AT.hopLimit),
    ...endsOf(view),
  };
}

/** Source and destination of a packet that is known to be whole. */
export function endsOf(packet: DataView): Pick<Ipv6Header, "source" | "destination"> {
  const addressAt = (at: number) => ipFromBytes(copyBytes(packet, { at, length: IPV6_SIZE }));
  return { source: addressAt(AT.source), destination: addressAt(AT.destination) };
}

/** The bytes a header takes in front of a payload. */
export function size(): number {
  return HEADER_SIZE;
}

/** Writes the header into a view that is as long as header and payload together. */
export function emit(header: Ipv6Header, view: DataView): void {
  assert(header.source.family === 6, "an IPv6 packet has an IPv6 source");
  assert(header.destination.family === 6, "an IPv6 packet has an IPv6 destination");
  const { trafficClass, flowLabel } = header;
  assert((flowLabel & ~FLOW_LABEL_MASK) === 0, `flow label ${flowLabel} has no place in 20 bits`);
  view.setUint32(AT.versionClassFlow, ((6 << 28) | (trafficClass << 20) | flowLabel) >>> 0);
  view.setUint16(AT.payloadLength, view.byteLength - HEADER_SIZE);
  view.setUint8(AT.nextHeader, header.protocol);
  view.setUint8(AT.hopLimit, header.hopLimit);
  putBytes(view, AT.source, header.source.bytes);
  putBytes(view, AT.destination, header.destination.bytes);
}
