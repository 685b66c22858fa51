import { assert } from "../base/assert.ts";

/*
 * Messages of netlink(7). All numbers are in the machine's byte order, which is little-endian on
 * both architectures that we build for; only addresses inside attributes are big-endian.
 */
const LITTLE_ENDIAN = true;

/** struct nlmsghdr. */
const AT = { length: 0, type: 4, flags: 6, sequence: 8, port: 12 } as const;
export const HEADER_SIZE = 16;
/** struct nlattr. */
const ATTRIBUTE_AT = { length: 0, type: 2 } as const;
export const ATTRIBUTE_HEADER_SIZE = 4;
/** struct nlmsgerr: the code, then the header of the request it answers. */
const ERROR_AT = { code: 0, sequence: 4 + AT.sequence } as const;
const ERROR_SIZE = 4 + HEADER_SIZE;
/** Enough for the addresses that the runtime sets at once. */
const FIRST_BATCH_BYTES = 4096;
const EXTENDED_ACK_MESSAGE = 1;

export const TYPE = { error: 2, done: 3, overrun: 4 } as const;

export const FLAG = {
  request: 0x0001,
  multi: 0x0002,
  ack: 0x0004,
  ackTlvs: 0x0200,
  /** NLM_F_ROOT | NLM_F_MATCH */
  dump: 0x0300,
  /** Of a notification: it took the place of another one. */
  replace: 0x0100,
  exclusive: 0x0200,
  create: 0x0400,
  append: 0x0800,
} as const;

const NESTED = 0x8000;
const TYPE_MASK = 0x3fff;

/** A value of an attribute: bytes as they go out, or further attributes. */
export interface Attribute {
  readonly type: number;
  readonly value: Uint8Array | readonly Attribute[];
}

export interface NetlinkMessage {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  /** What follows the header: lies in the received memory. */
  readonly payload: DataView;
}

export interface NetlinkRequest {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  /** The fixed structure of the type, for example struct ifinfomsg. */
  readonly fixed: Uint8Array<ArrayBuffer>;
  readonly attributes: readonly Attribute[];
}

/** The kernel's answer to one request: code 0 is an acknowledgement. */
export interface NetlinkAnswer {
  readonly sequence: number;
  /** A positive errno, or 0. */
  readonly errno: number;
  /** The kernel's own words, where it has any. */
  readonly message?: string;
}

export function u8(value: number): Uint8Array {
  return Uint8Array.of(value);
}

export function u32(value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, value, LITTLE_ENDIAN);
  return new Uint8Array(view.buffer);
}

/** A C string with its final zero. */
export function cString(text: string): Uint8Array {
  return new TextEncoder().encode(`${text}\0`);
}

export function writeU32(view: DataView, at: number, value: number): void {
  view.setUint32(at, value, LITTLE_ENDIAN);
}

export function readU32(view: DataView, at = 0): number {
  return view.getUint32(at, LITTLE_ENDIAN);
}

export function readU16(view: DataView, at = 0): number {
  return view.getUint16(at, LITTLE_ENDIAN);
}

export function readCString(view: DataView): string {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/** Attributes and messages start at multiples of four. */
function align(length: number): number {
  return (length + 3) & ~3;
}

function attributeSize(attribute: Attribute): number {
  const { value } = attribute;
  return ATTRIBUTE_HEADER_SIZE + (value instanceof Uint8Array ? value.length : sizeOfAll(value));
}

function sizeOfAll(attributes: readonly Attribute[]): number {
  return attributes.reduce((total, attribute) => total + align(attributeSize(attribute)), 0);
}

export function size(request: NetlinkRequest): number {
  return HEADER_SIZE + align(request.fixed.length) + sizeOfAll(request.attributes);
}

/** Writes one request into a view of exactly {@linkcode size} bytes that is all zero. */
export function emit(request: NetlinkRequest, view: DataView): void {
  assert(view.byteLength === size(request), "the view is as long as the request");
  emitHeader(view, 0, { ...request, length: view.byteLength });
  put(view, HEADER_SIZE, request.fixed);
  emitAttributes(view, HEADER_SIZE + align(request.fixed.length), request.attributes);
}

/** What struct nlmsghdr says of one message. */
export interface NetlinkHeader {
  /** Of the whole message, in bytes. */
  readonly length: number;
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
}

/** Writes a header at `at`; what follows it is the caller's. */
export function emitHeader(view: DataView, at: number, header: NetlinkHeader): void {
  view.setUint32(at + AT.length, header.length, LITTLE_ENDIAN);
  view.setUint16(at + AT.type, header.type, LITTLE_ENDIAN);
  view.setUint16(at + AT.flags, header.flags, LITTLE_ENDIAN);
  view.setUint32(at + AT.sequence, header.sequence, LITTLE_ENDIAN);
}

/** Writes an attribute's header at `at`, before a value of `length` bytes; gives where that begins. */
export function emitAttributeHeader(
  view: DataView,
  at: number,
  { type, length }: { readonly type: number; readonly length: number },
): number {
  view.setUint16(at + ATTRIBUTE_AT.length, ATTRIBUTE_HEADER_SIZE + length, LITTLE_ENDIAN);
  view.setUint16(at + ATTRIBUTE_AT.type, type, LITTLE_ENDIAN);
  return at + ATTRIBUTE_HEADER_SIZE;
}

/** Requests behind each other for one write, in memory that the next batch uses again. */
export class RequestBatch {
  #bytes = new Uint8Array(FIRST_BATCH_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  clear(): void {
    this.#bytes.fill(0, 0, this.#length);
    this.#length = 0;
  }

  add(request: NetlinkRequest): void {
    const length = size(request);
    const at = this.reserve(length);
    emit(request, new DataView(this.#bytes.buffer, at, length));
  }

  /** Room for `length` more bytes, a multiple of four and all zero; gives where in `view` it is. */
  reserve(length: number): number {
    const at = this.#length;
    this.#length += length;
    if (this.#length > this.#bytes.length) this.#grow();
    return at;
  }

  #grow(): void {
    const bytes = new Uint8Array(2 * this.#length);
    bytes.set(this.#bytes);
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }

  /** Copies bytes to where {@linkcode reserve} has made room for them. */
  put(at: number, bytes: Uint8Array): void {
    this.#bytes.set(bytes, at);
  }

  /** All of the memory; another one after the next {@linkcode reserve}. */
  get view(): DataView {
    return this.#view;
  }

  /** What is to be sent, until the next change. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }
}

function emitAttributes(view: DataView, start: number, attributes: readonly Attribute[]): number {
  let at = start;
  for (const attribute of attributes) {
    const { type, value } = attribute;
    const nested = !(value instanceof Uint8Array);
    view.setUint16(at + ATTRIBUTE_AT.length, attributeSize(attribute), LITTLE_ENDIAN);
    view.setUint16(at + ATTRIBUTE_AT.type, nested ? type | NESTED : type, LITTLE_ENDIAN);
    if (nested) emitAttributes(view, at + ATTRIBUTE_HEADER_SIZE, value);
    else put(view, at + ATTRIBUTE_HEADER_SIZE, value);
    at += align(attributeSize(attribute));
  }
  return at;
}

function put(view: DataView, at: number, bytes: Uint8Array): void {
  new Uint8Array(view.buffer, view.byteOffset + at, bytes.length).set(bytes);
}

/** Takes a datagram apart; stops at the first header whose length cannot be. */
export function parse(datagram: DataView): NetlinkMessage[] {
  const messages: NetlinkMessage[] = [];
  let at = 0;
  while (at + HEADER_SIZE <= datagram.byteLength) {
    const length = datagram.getUint32(at + AT.length, LITTLE_ENDIAN);
    if (length < HEADER_SIZE || at + length > datagram.byteLength) break;
    messages.push({
      type: datagram.getUint16(at + AT.type, LITTLE_ENDIAN),
      flags: datagram.getUint16(at + AT.flags, LITTLE_ENDIAN),
      sequence: datagram.getUint32(at + AT.sequence, LITTLE_ENDIAN),
      payload: section(datagram, at + HEADER_SIZE, length - HEADER_SIZE),
    });
    at += align(length);
  }
  return messages;
}

/** The attributes from `start` on, by type without the nesting flag; the last of a type counts. */
export function parseAttributes(view: DataView, start = 0): Map<number, DataView> {
  const attributes = new Map<number, DataView>();
  let at = start;
  while (at + ATTRIBUTE_HEADER_SIZE <= view.byteLength) {
    const length = view.getUint16(at + ATTRIBUTE_AT.length, LITTLE_ENDIAN);
    if (length < ATTRIBUTE_HEADER_SIZE || at + length > view.byteLength) break;
    const type = view.getUint16(at + ATTRIBUTE_AT.type, LITTLE_ENDIAN) & TYPE_MASK;
    attributes.set(
      type,
      section(view, at + ATTRIBUTE_HEADER_SIZE, length - ATTRIBUTE_HEADER_SIZE),
    );
    at += align(length);
  }
  return attributes;
}

/** Reads a message of type {@linkcode TYPE.error}; `undefined` where it is cut short. */
export function parseAnswer(message: NetlinkMessage): NetlinkAnswer | undefined {
  const { payload } = message;
  if (payload.byteLength < ERROR_SIZE) return undefined;
  const answer = {
    sequence: payload.getUint32(ERROR_AT.sequence, LITTLE_ENDIAN),
    errno: Math.abs(payload.getInt32(ERROR_AT.code, LITTLE_ENDIAN)),
  };
  if ((message.flags & FLAG.ackTlvs) === 0) return answer;
  const text = parseAttributes(payload, ERROR_SIZE).get(EXTENDED_ACK_MESSAGE);
  return text === undefined ? answer : { ...answer, message: readCString(text) };
}

function section(view: DataView, at: number, length: number): DataView {
  return new DataView(view.buffer, view.byteOffset + at, length);
}
