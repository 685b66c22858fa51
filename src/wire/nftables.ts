import {
  type Attribute,
  cString,
  FLAG,
  type NetlinkMessage,
  type NetlinkRequest,
  parseAttributes,
  readCString,
  RequestBatch,
} from "./netlink.ts";

/*
 * Requests to nf_tables (linux/netfilter/nf_tables.h). Unlike in rtnetlink all numbers inside
 * attributes are big-endian; only what a rule compares as the machine holds it is not.
 */

/** The bit mask of NFNLGRP_NFTABLES: everything that is made or deleted. */
export const CHANGES_GROUP = 1 << 6;

const SUBSYSTEM = 10;
const MESSAGE = {
  newTable: messageType(0),
  deleteTable: messageType(2),
  newChain: messageType(3),
  newRule: messageType(6),
  newSet: messageType(9),
  newElements: messageType(12),
  deleteElements: messageType(14),
} as const;
/** They stand around requests that are carried out together or not at all. */
const BATCH = { begin: 0x10, end: 0x11 } as const;

/** struct nfgenmsg; its version is 0. */
const GENERIC_AT = { family: 0, version: 1, resource: 2 } as const;
const GENERIC_SIZE = 4;
const FAMILY = { unspecified: 0, inet: 1 } as const;

const TABLE = { name: 1, flags: 2 } as const;
const TABLE_OWNER = 0x2;
const CHAIN = { table: 1, name: 3, hook: 4, policy: 5, type: 7 } as const;
const HOOK = { number: 1, priority: 2 } as const;
const HOOK_INPUT = 1;
const POLICY_ACCEPT = 1;
const SET = { table: 1, name: 2, flags: 3, keyType: 4, keyLength: 5, id: 10 } as const;
const RULE = { table: 1, chain: 2, expressions: 4 } as const;
const ELEMENTS = { table: 1, set: 2, list: 3 } as const;
const ELEMENT_KEY = 1;
const LIST_ITEM = 1;
const DATA_VALUE = 1;
/** An attribute's length has 16 bits; an element takes 32 bytes at most. */
const MOST_ELEMENTS = 1000;

/** One request of a batch: where it stands in it and what it answers is the batch's. */
export type Request = Omit<NetlinkRequest, "sequence">;

export interface Batch {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The sequence number of the one request that is acknowledged: all have been carried out then. */
  readonly acknowledged: number;
  /** Of the last message. */
  readonly last: number;
}

/** A place in a table. */
export interface Place<Name extends string> {
  readonly table: string;
  readonly name: Name;
}

/**
 * Puts requests into one write, numbered from `sequence` on. After a refusal of any of them none has
 * been carried out.
 */
export function batch(requests: readonly Request[], sequence: number): Batch {
  const written = new RequestBatch();
  const acknowledged = sequence + requests.length;
  written.add({ ...batchMark(BATCH.begin), sequence });
  for (const [index, request] of requests.entries()) {
    const number = sequence + 1 + index;
    const ack = number === acknowledged ? FLAG.ack : 0;
    written.add({ ...request, flags: request.flags | ack, sequence: number });
  }
  const last = acknowledged + 1;
  written.add({ ...batchMark(BATCH.end), sequence: last });
  return { bytes: written.bytes, acknowledged, last };
}

function batchMark(type: number): Request {
  const fixed = generic({ family: FAMILY.unspecified, resource: SUBSYSTEM });
  return { type, flags: FLAG.request, fixed, attributes: [] };
}

/**
 * A table for both families; fails with EEXIST where there is one of that name. An `owned` one goes
 * with the socket that made it, and nobody else may change it; kernels before 5.12 refuse that with
 * EINVAL or EOPNOTSUPP.
 */
export function newTable({ table, owned }: { table: string; owned: boolean }): Request {
  return request(MESSAGE.newTable, FLAG.create | FLAG.exclusive, [
    { type: TABLE.name, value: cString(table) },
    { type: TABLE.flags, value: be32(owned ? TABLE_OWNER : 0) },
  ]);
}

/** Deletes the table and all in it; fails with ENOENT where there is none. */
export function deleteTable(table: string): Request {
  return request(MESSAGE.deleteTable, 0, [{ type: TABLE.name, value: cString(table) }]);
}

/** A chain that only other chains lead to. */
export function newChain({ table, name }: Place<string>): Request {
  return request(MESSAGE.newChain, FLAG.create, [
    { type: CHAIN.table, value: cString(table) },
    { type: CHAIN.name, value: cString(name) },
  ]);
}

/**
 * A chain that every packet for this machine itself runs through, behind all address translation;
 * what no rule of it says anything about is accepted. A lower priority comes earlier.
 */
export function newInputChain(
  { table, name, priority }: Place<string> & { readonly priority: number },
): Request {
  return request(MESSAGE.newChain, FLAG.create, [
    { type: CHAIN.table, value: cString(table) },
    { type: CHAIN.name, value: cString(name) },
    {
      type: CHAIN.hook,
      value: [
        { type: HOOK.number, value: be32(HOOK_INPUT) },
        { type: HOOK.priority, value: be32(priority) },
      ],
    },
    { type: CHAIN.policy, value: be32(POLICY_ACCEPT) },
    { type: CHAIN.type, value: cString("filter") },
  ]);
}

/** What the elements of a set are. */
export interface SetKey {
  /** Tells nft how to show an element; the kernel only keeps it. */
  readonly type: number;
  /** Bytes of one element. */
  readonly length: number;
}

/** `id` is the set's number in its batch, which no other set of it has. */
export function newSet(
  { table, name, key, id }: Place<string> & { readonly key: SetKey; readonly id: number },
): Request {
  return request(MESSAGE.newSet, FLAG.create, [
    { type: SET.table, value: cString(table) },
    { type: SET.name, value: cString(name) },
    { type: SET.flags, value: be32(0) },
    { type: SET.keyType, value: be32(key.type) },
    { type: SET.keyLength, value: be32(key.length) },
    { type: SET.id, value: be32(id) },
  ]);
}

/** `expressions` as nftables_rule.ts makes them. */
export function newRule(
  { table, chain, expressions }: {
    readonly table: string;
    readonly chain: string;
    readonly expressions: readonly (readonly Attribute[])[];
  },
): Request {
  return request(MESSAGE.newRule, FLAG.create | FLAG.append, [
    { type: RULE.table, value: cString(table) },
    { type: RULE.chain, value: cString(chain) },
    {
      type: RULE.expressions,
      value: expressions.map((value) => ({ type: LIST_ITEM, value })),
    },
  ]);
}

export interface ElementsOptions extends Place<string> {
  readonly keys: readonly Uint8Array[];
}

/** Nothing happens to those that the set has already. */
export function newElements(options: ElementsOptions): Request[] {
  return elements(MESSAGE.newElements, FLAG.create, options);
}

/** Fails with ENOENT where the set lacks one of them. */
export function deleteElements(options: ElementsOptions): Request[] {
  return elements(MESSAGE.deleteElements, 0, options);
}

function elements(type: number, flags: number, { table, name, keys }: ElementsOptions): Request[] {
  const requests: Request[] = [];
  for (let start = 0; start < keys.length; start += MOST_ELEMENTS) {
    const list = keys.slice(start, start + MOST_ELEMENTS).map((key) => ({
      type: LIST_ITEM,
      value: [{ type: ELEMENT_KEY, value: [{ type: DATA_VALUE, value: key }] }],
    }));
    requests.push(request(type, flags, [
      { type: ELEMENTS.table, value: cString(table) },
      { type: ELEMENTS.set, value: cString(name) },
      { type: ELEMENTS.list, value: list },
    ]));
  }
  return requests;
}

/** The name of the table that a notification says has been deleted. */
export function parseDeletedTable({ type, payload }: NetlinkMessage): string | undefined {
  if (type !== MESSAGE.deleteTable || payload.byteLength < GENERIC_SIZE) return undefined;
  if (payload.getUint8(GENERIC_AT.family) !== FAMILY.inet) return undefined;
  const name = parseAttributes(payload, GENERIC_SIZE).get(TABLE.name);
  return name && readCString(name);
}

/** An unsigned or negative number of 32 bits, big-endian. */
export function be32(value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(4));
  view.setInt32(0, value);
  return new Uint8Array(view.buffer);
}

function request(type: number, flags: number, attributes: readonly Attribute[]): Request {
  const fixed = generic({ family: FAMILY.inet, resource: 0 });
  return { type, flags: FLAG.request | flags, fixed, attributes };
}

function generic(
  { family, resource }: { readonly family: number; readonly resource: number },
): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(GENERIC_SIZE));
  view.setUint8(GENERIC_AT.family, family);
  view.setUint16(GENERIC_AT.resource, resource);
  return new Uint8Array(view.buffer);
}

function messageType(message: number): number {
  return (SUBSYSTEM << 8) | message;
}
