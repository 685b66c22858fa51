import { assert } from "../base/assert.ts";
import { type IpAddress, IPV4_SIZE } from "../base/ip.ts";
import { ok, type Result } from "../base/result.ts";
import { AddressList } from "./address_list.ts";
import { AUTH_DATA_SIZE } from "./auth.ts";
import { copyBytes, putBytes, subView } from "./bytes.ts";
import * as checksum from "./checksum.ts";
import { type Reject, reject } from "./reject.ts";
import { peek, TYPE_ADVERTISEMENT } from "./vrrp.ts";

export const AT = {
  versionAndType: 0,
  vrid: 1,
  priority: 2,
  addressCount: 3,
  authType: 4,
  advertInterval: 5,
  checksum: 6,
  addresses: 8,
} as const;

export const VERSION = 2;
export const MAX_ADDRESSES = 255;
/** Without addresses; enough to read their count. */
const MIN_SIZE = messageSize(0);

/** What an advertisement of version 2 says, IPv4 only (RFC 3768 section 5.3). */
export interface Vrrp2Fields {
  readonly vrid: number;
  /** 0: the sender is leaving; 255: it owns the addresses. */
  readonly priority: number;
  /** See {@linkcode AUTH_TYPE} in auth.ts. */
  readonly authType: number;
  /** Whole seconds, 0–255 as received. */
  readonly advertIntervalS: number;
  /** 1–255 IPv4 addresses in the sender's order. */
  readonly addresses: readonly IpAddress[];
}

/** An advertisement with the authentication data that RFC 2338 put at its end. */
export interface Vrrp2Advert extends Vrrp2Fields {
  /** Always 8 bytes. */
  readonly authData: Uint8Array<ArrayBuffer>;
}

/** A message in the receive buffer, where its addresses still are. */
export interface Vrrp2View extends Omit<Vrrp2Advert, "addresses"> {
  readonly list: AddressList;
  /** The whole message. */
  readonly message: DataView;
}

/** {@linkcode read}, and makes the addresses independent of the buffer. */
export function parse(view: DataView): Result<Vrrp2Advert, Reject> {
  const received = read(view);
  if (!received.ok) return received;
  const { list, message: _message, ...advert } = received.value;
  return ok({ ...advert, addresses: list.toAddresses() });
}

/**
 * Reads a message as long as the IP packet says. Only the form is judged: interval, authentication
 * and addresses mean something only beside a configuration.
 */
export function read(view: DataView): Result<Vrrp2View, Reject> {
  // Before any length: a message of version 3 is shorter, and its version is what is wrong with it.
  const head = peek(view);
  if (!head.ok) return head;
  const { version, type, vrid } = head.value;
  if (version !== VERSION) return reject("vrrpVersion", `VRRP version ${version}`);
  if (type !== TYPE_ADVERTISEMENT) return reject("vrrpType", `VRRP type ${type}`);
  const length = view.byteLength;
  if (length < MIN_SIZE) return reject("vrrpLength", `VRRP message of ${length} bytes`);
  // CARP shares protocol, group and first byte with VRRP, and its checksum is right by VRRP's rule:
  // the exact length alone keeps it out. A message without addresses is ignored (erratum 8299).
  const count = view.getUint8(AT.addressCount);
  if (count === 0 || length !== messageSize(count)) {
    return reject("vrrpLength", `${length} bytes for ${count} addresses`);
  }
  if (checksum.finish(checksum.sum(view)) !== 0) {
    return reject("vrrpChecksum", `VRRP checksum 0x${view.getUint16(AT.checksum).toString(16)}`);
  }
  const addresses = subView(view, { at: AT.addresses, length: count * IPV4_SIZE });
  return ok({
    vrid,
    priority: view.getUint8(AT.priority),
    authType: view.getUint8(AT.authType),
    advertIntervalS: view.getUint8(AT.advertInterval),
    list: new AddressList(addresses, 4),
    authData: copyBytes(view, { at: addressAt(count), length: AUTH_DATA_SIZE }),
    message: view,
  });
}

function addressAt(index: number): number {
  return AT.addresses + index * IPV4_SIZE;
}

function messageSize(addressCount: number): number {
  return addressAt(addressCount) + AUTH_DATA_SIZE;
}

export function size(advert: Vrrp2Advert): number {
  return messageSize(advert.addresses.length);
}

/** Writes the whole message into a view of exactly {@linkcode size} bytes. */
export function emit(advert: Vrrp2Advert, view: DataView): void {
  assert(view.byteLength === size(advert), "the view is as long as the message");
  assert(advert.authData.length === AUTH_DATA_SIZE, "authentication data is 8 bytes");
  emitFields(advert, view);
  putBytes(view, addressAt(advert.addresses.length), advert.authData);
  view.setUint16(AT.checksum, checksum.finish(checksum.sum(view)));
}

/**
 * What rVRRPd's authentication covers: the message from the version to the last address, with 0 for
 * the checksum, which comes after it.
 */
export function authenticatedPart(fields: Vrrp2Fields): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(addressAt(fields.addresses.length));
  emitFields(fields, new DataView(bytes.buffer));
  return bytes;
}

/** The same of a received message: a copy without its checksum and authentication data. */
export function authenticatedBytes(message: DataView): Uint8Array<ArrayBuffer> {
  const bytes = copyBytes(message, { at: 0, length: message.byteLength - AUTH_DATA_SIZE });
  return bytes.fill(0, AT.checksum, AT.addresses);
}

function emitFields(fields: Vrrp2Fields, view: DataView): void {
  assertEmittable(fields);
  view.setUint8(AT.versionAndType, (VERSION << 4) | TYPE_ADVERTISEMENT);
  view.setUint8(AT.vrid, fields.vrid);
  view.setUint8(AT.priority, fields.priority);
  view.setUint8(AT.addressCount, fields.addresses.length);
  view.setUint8(AT.authType, fields.authType);
  view.setUint8(AT.advertInterval, fields.advertIntervalS);
  view.setUint16(AT.checksum, 0);
  for (const [index, address] of fields.addresses.entries()) {
    putBytes(view, addressAt(index), address.bytes);
  }
}

/** A `DataView` cuts numbers that do not fit without a word; here that would be a wrong packet. */
function assertEmittable(fields: Vrrp2Fields): void {
  const count = fields.addresses.length;
  assert(count >= 1 && count <= MAX_ADDRESSES, `a message lists 1 to 255 addresses, not ${count}`);
  assert(fields.addresses.every(({ family }) => family === 4), "version 2 lists IPv4 addresses");
  for (const field of ["vrid", "priority", "authType", "advertIntervalS"] as const) {
    const value = fields[field];
    assert(Number.isInteger(value) && value >= 0 && value <= 255, `${field} ${value} is no byte`);
  }
}
