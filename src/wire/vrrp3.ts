import { assert } from "../base/assert.ts";
import { type Family, type IpAddress, IPV4_SIZE, IPV6_SIZE } from "../base/ip.ts";
import { ok, type Result } from "../base/result.ts";
import { AddressList } from "./address_list.ts";
import { putBytes, subView } from "./bytes.ts";
import * as checksum from "./checksum.ts";
import { PROTOCOL } from "./ipv4.ts";
import { type Ends, pseudoHeaderSum } from "./pseudo_header.ts";
import { type Reject, reject } from "./reject.ts";
import { peek, TYPE_ADVERTISEMENT } from "./vrrp.ts";

export const AT = {
  versionAndType: 0,
  vrid: 1,
  priority: 2,
  addressCount: 3,
  /** Below four reserved bits. */
  advertInterval: 4,
  checksum: 6,
  addresses: 8,
} as const;

export const VERSION = 3;
export const MAX_ADDRESSES = 255;
export const MAX_ADVERT_INTERVAL_CS = 0x0fff;

/**
 * What the checksum of an IPv4 message covers: with a pseudo-header (RFC 5798; keepalived and FRR) or
 * the message alone (RFC 9568; hardware routers). Over IPv6 both RFCs demand the pseudo-header.
 */
export type ChecksumForm = "rfc5798" | "rfc9568";

/** An advertisement of version 3 (RFC 9568 section 5.2). */
export interface Vrrp3Advert {
  readonly vrid: number;
  /** 0: the sender is leaving; 255: it owns the addresses. */
  readonly priority: number;
  /** Centiseconds, 0–4095 as received. */
  readonly advertIntervalCs: number;
  /** 1–255 addresses of the packet's family in the sender's order. */
  readonly addresses: readonly IpAddress[];
}

/** A message, and by which reading its checksum was right. */
export interface Vrrp3Message {
  readonly advert: Vrrp3Advert;
  readonly checksumForm: ChecksumForm;
}

/** A message in the receive buffer, where its addresses still are. */
export interface Vrrp3View extends Omit<Vrrp3Advert, "addresses"> {
  readonly list: AddressList;
  /** By which reading its checksum was right. */
  readonly checksumForm: ChecksumForm;
}

/** {@linkcode read}, and makes the addresses independent of the buffer. */
export function parse(
  view: DataView,
  ends: Ends,
  covered: DataView = view,
): Result<Vrrp3Message, Reject> {
  const message = read(view, ends, covered);
  if (!message.ok) return message;
  const { list, checksumForm, ...advert } = message.value;
  return ok({ advert: { ...advert, addresses: list.toAddresses() }, checksumForm });
}

/**
 * Reads a message as long as the IP packet says. Only the form is judged: interval and addresses
 * mean something only beside a configuration. The reserved bits are not looked at. `covered` is what
 * the checksum was made over, where that is more than the message.
 */
export function read(
  view: DataView,
  ends: Ends,
  covered: DataView = view,
): Result<Vrrp3View, Reject> {
  const head = peek(view);
  if (!head.ok) return head;
  const { version, type, vrid } = head.value;
  if (version !== VERSION) return reject("vrrpVersion", `VRRP version ${version}`);
  if (type !== TYPE_ADVERTISEMENT) return reject("vrrpType", `VRRP type ${type}`);
  const length = view.byteLength;
  if (length < AT.addresses) return reject("vrrpLength", `VRRP message of ${length} bytes`);
  const { family } = ends.source;
  const count = view.getUint8(AT.addressCount);
  if (count === 0 || length !== messageSize(count, family)) {
    return reject("vrrpLength", `${length} bytes for ${count} addresses`);
  }
  const checksumForm = checksumFormOf(covered, ends);
  if (checksumForm === undefined) {
    return reject("vrrpChecksum", `VRRP checksum 0x${view.getUint16(AT.checksum).toString(16)}`);
  }
  const addresses = subView(view, { at: AT.addresses, length: length - AT.addresses });
  return ok({
    vrid,
    priority: view.getUint8(AT.priority),
    advertIntervalCs: view.getUint16(AT.advertInterval) & MAX_ADVERT_INTERVAL_CS,
    list: new AddressList(addresses, family),
    checksumForm,
  });
}

/** The reading by which the checksum in `view` is right; `undefined` where it is wrong by all. */
export function checksumFormOf(view: DataView, ends: Ends): ChecksumForm | undefined {
  const forms: readonly ChecksumForm[] = ends.source.family === 4
    ? ["rfc5798", "rfc9568"]
    : ["rfc5798"];
  const message = checksum.sum(view);
  const { byteLength: length } = view;
  return forms.find((form) => finish(message, { ...ends, form, length }) === 0);
}

/**
 * The checksum by one reading, which makes a difference over IPv4 only: 0 over a message that already
 * holds the right one.
 */
export function checksumOf(view: DataView, how: Ends & { readonly form: ChecksumForm }): number {
  return finish(checksum.sum(view), { ...how, length: view.byteLength });
}

/** What is made of the sum of a message of this length in bytes. */
function finish(
  message: number,
  { source, destination, form, length }: Ends & {
    readonly form: ChecksumForm;
    readonly length: number;
  },
): number {
  if (source.family === 4 && form === "rfc9568") return checksum.finish(message);
  const ends = { source, destination, protocol: PROTOCOL.vrrp, length };
  return checksum.finish(checksum.combine(pseudoHeaderSum(ends), message));
}

function addressSize(family: Family): number {
  return family === 4 ? IPV4_SIZE : IPV6_SIZE;
}

function messageSize(addressCount: number, family: Family): number {
  return AT.addresses + addressCount * addressSize(family);
}

export function size(advert: Vrrp3Advert): number {
  return messageSize(advert.addresses.length, advert.addresses[0]?.family ?? 4);
}

/**
 * Writes the whole message into a view of exactly {@linkcode size} bytes. The ends must be those of
 * the packet it goes out in: over IPv4 `form` decides whether they count, over IPv6 they always do.
 */
export function emit(
  advert: Vrrp3Advert,
  { source, destination, form = "rfc5798" }: Ends & { readonly form?: ChecksumForm | undefined },
  view: DataView,
): void {
  assertEmittable(advert, source.family);
  assert(view.byteLength === size(advert), "the view is as long as the message");
  view.setUint8(AT.versionAndType, (VERSION << 4) | TYPE_ADVERTISEMENT);
  view.setUint8(AT.vrid, advert.vrid);
  view.setUint8(AT.priority, advert.priority);
  view.setUint8(AT.addressCount, advert.addresses.length);
  view.setUint16(AT.advertInterval, advert.advertIntervalCs);
  const length = addressSize(source.family);
  for (const [index, address] of advert.addresses.entries()) {
    putBytes(view, AT.addresses + index * length, address.bytes);
  }
  writeChecksum(view, { source, destination, form });
}

/** Sums up a whole view that begins with a message. */
export function writeChecksum(
  view: DataView,
  how: Ends & { readonly form: ChecksumForm },
): void {
  view.setUint16(AT.checksum, 0);
  view.setUint16(AT.checksum, checksumOf(view, how));
}

/** A `DataView` cuts numbers that do not fit without a word; here that would be a wrong packet. */
function assertEmittable(advert: Vrrp3Advert, family: Family): void {
  const { addresses, advertIntervalCs } = advert;
  const count = addresses.length;
  assert(count >= 1 && count <= MAX_ADDRESSES, `a message lists 1 to 255 addresses, not ${count}`);
  assert(
    addresses.every((address) => address.family === family),
    "a message lists addresses of its packet's family",
  );
  assert(
    Number.isInteger(advertIntervalCs) && advertIntervalCs >= 0 &&
      advertIntervalCs <= MAX_ADVERT_INTERVAL_CS,
    `advertIntervalCs ${advertIntervalCs} has no place in 12 bits`,
  );
  for (const field of ["vrid", "priority"] as const) {
    const value = advert[field];
    assert(Number.isInteger(value) && value >= 0 && value <= 255, `${field} ${value} is no byte`);
  }
}
