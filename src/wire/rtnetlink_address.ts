import type { IpPrefix } from "../base/ip.ts";
import {
  ATTRIBUTE_HEADER_SIZE,
  emitAttributeHeader,
  emitHeader,
  FLAG,
  HEADER_SIZE,
  type RequestBatch,
  writeU32,
} from "./netlink.ts";
import { ADDRESS_AT, ADDRESS_SIZE, addressFamily, IFA, RTM } from "./rtnetlink.ts";

/*
 * A take-over sends these by the hundreds while its gratuitous ARPs wait, and mostly in code that
 * has never run before. Hence they are written straight into the batch, without the objects that
 * other requests are made of.
 */

const IFA_F = { noDad: 0x02, noPrefixRoute: 0x200 } as const;
/** struct ifa_cacheinfo: seconds, and two instants that the kernel fills in. */
const LIFETIME_AT = { preferred: 0, valid: 4 } as const;
const LIFETIME_SIZE = ATTRIBUTE_HEADER_SIZE + 16;
const FOR_EVER = 0xffff_ffff;
/** A value of one to four bytes with its header and padding. */
const SHORT_ATTRIBUTE_SIZE = ATTRIBUTE_HEADER_SIZE + 4;

/** Which address of which interface, and how the kernel is to number and answer the request. */
export interface AddressRequest {
  readonly ifindex: number;
  readonly prefix: IpPrefix;
  readonly sequence: number;
  /** NLM_F_* beside those that the request itself needs. */
  readonly flags: number;
}

export interface NewAddressRequest extends AddressRequest {
  /** Leaves the route to the address's network out. */
  readonly noPrefixRoute: boolean;
  /** Marks the address as somebody's (IFA_PROTO); kernels before 5.18 pass over it. */
  readonly protocol: number;
}

/** RTM_NEWADDR; fails with EEXIST where the interface has the address already. */
export function emitAddAddress(batch: RequestBatch, request: NewAddressRequest): void {
  const isIpv6 = request.prefix.address.family === 6;
  const length = size(request) + 2 * SHORT_ATTRIBUTE_SIZE + (isIpv6 ? LIFETIME_SIZE : 0);
  const start = batch.reserve(length);
  const { view } = batch;
  const flags = request.flags | FLAG.create | FLAG.exclusive;
  const { sequence } = request;
  emitHeader(view, start, { length, type: RTM.newAddress, flags, sequence });
  const at = emitAddress(batch, start + HEADER_SIZE, request);
  const flagsAt = emitAttributeHeader(view, at, { type: IFA.flags, length: 4 });
  writeU32(view, flagsAt, addressFlags(request));
  const markAt = emitAttributeHeader(view, at + SHORT_ATTRIBUTE_SIZE, {
    type: IFA.protocol,
    length: 1,
  });
  view.setUint8(markAt, request.protocol);
  if (isIpv6) emitLifetime(view, at + 2 * SHORT_ATTRIBUTE_SIZE);
}

/**
 * Valid for ever, but never preferred (RFC 4862 section 5.5.4): the newest address of an interface
 * would else be the source of the machine's own connections, and these end when it moves to another.
 */
function emitLifetime(view: DataView, start: number): void {
  const length = LIFETIME_SIZE - ATTRIBUTE_HEADER_SIZE;
  const at = emitAttributeHeader(view, start, { type: IFA.cacheInfo, length });
  writeU32(view, at + LIFETIME_AT.preferred, 0);
  writeU32(view, at + LIFETIME_AT.valid, FOR_EVER);
}

/**
 * While the kernel asks whether another has an IPv6 address (RFC 4862 section 5.4), nobody can use it,
 * and where an old Master still answers, it never could.
 */
function addressFlags({ prefix, noPrefixRoute }: NewAddressRequest): number {
  const noDad = prefix.address.family === 6 ? IFA_F.noDad : 0;
  return noDad | (noPrefixRoute ? IFA_F.noPrefixRoute : 0);
}

/** RTM_DELADDR; fails with EADDRNOTAVAIL where the interface does not have the address. */
export function emitRemoveAddress(batch: RequestBatch, request: AddressRequest): void {
  const length = size(request);
  const start = batch.reserve(length);
  const { flags, sequence } = request;
  emitHeader(batch.view, start, { length, type: RTM.delAddress, flags, sequence });
  emitAddress(batch, start + HEADER_SIZE, request);
}

function size({ prefix }: AddressRequest): number {
  return HEADER_SIZE + ADDRESS_SIZE + 2 * (ATTRIBUTE_HEADER_SIZE + prefix.address.bytes.length);
}

/** struct ifaddrmsg and the address twice: an interface that is no tunnel has no other end. */
function emitAddress(
  batch: RequestBatch,
  at: number,
  { ifindex, prefix }: AddressRequest,
): number {
  const { view } = batch;
  const { family, bytes } = prefix.address;
  const { length } = bytes;
  view.setUint8(at + ADDRESS_AT.family, addressFamily(family));
  view.setUint8(at + ADDRESS_AT.prefixLength, prefix.length);
  writeU32(view, at + ADDRESS_AT.index, ifindex);
  const localAt = emitAttributeHeader(view, at + ADDRESS_SIZE, { type: IFA.local, length });
  batch.put(localAt, bytes);
  const addressAt = emitAttributeHeader(view, localAt + length, { type: IFA.address, length });
  batch.put(addressAt, bytes);
  return addressAt + length;
}
