import { unreachable } from "../base/assert.ts";
import { type Attribute, cString } from "./netlink.ts";
import { be32 } from "./nftables.ts";

/*
 * Expressions of a rule: small steps that fill registers, compare them, and end the rule where a
 * comparison fails.
 */

const EXPRESSION = { name: 1, data: 2 } as const;
const META = { register: 1, key: 2 } as const;
const COMPARE = { register: 1, operation: 2, data: 3 } as const;
const PAYLOAD = { register: 1, base: 2, offset: 3, length: 4 } as const;
const LOOKUP = { set: 1, register: 2 } as const;
const IMMEDIATE = { register: 1, data: 2 } as const;
const DATA = { value: 1, verdict: 2 } as const;
const VERDICT = { code: 1, chain: 2 } as const;
const VERDICT_CODE = { drop: 0, accept: 1, goto: -4 } as const;

/** Of 16 bytes each; what is looked up in a set may go on from the first into the second. */
const REGISTER = { verdict: 0, first: 1, second: 2 } as const;

/** NFT_META_*: what the kernel knows of a packet without reading it. */
const META_KEY = {
  /** Index of the interface that it came in by: 32 bits in the machine's byte order. */
  inputInterface: 4,
  /** AF_INET or AF_INET6: one byte. */
  family: 15,
  /** The protocol behind all IPv6 extension headers: one byte. */
  protocol: 16,
} as const;
const COMPARISON = { equal: 0, atMost: 3, atLeast: 5 } as const;
const PAYLOAD_BASE = { network: 1, transport: 2 } as const;

export type Expression = readonly Attribute[];

/** A run of bytes of the packet. */
export interface Field {
  readonly base: keyof typeof PAYLOAD_BASE;
  readonly offset: number;
  readonly length: number;
}

export type Verdict =
  | { readonly verdict: "accept" | "drop" }
  /** Goes on in another chain and does not come back. */
  | { readonly verdict: "goto"; readonly chain: string };

/** The rule goes on for packets of which `key` is `value`. */
export function metaIs(key: keyof typeof META_KEY, value: Uint8Array): Expression[] {
  return [loadMeta(key, REGISTER.first), compare("equal", value)];
}

/** The rule goes on where the field is within the two values, both included, as bytes compare. */
export function fieldWithin(
  field: Field,
  { least, most }: { readonly least: Uint8Array; readonly most: Uint8Array },
): Expression[] {
  return [loadField(field), compare("atLeast", least), compare("atMost", most)];
}

/** The rule goes on where the set has the field, with the input interface behind it where asked. */
export function fieldInSet(
  field: Field,
  { set, withInterface }: { readonly set: string; readonly withInterface: boolean },
): Expression[] {
  const lookup = expression("lookup", [
    { type: LOOKUP.set, value: cString(set) },
    { type: LOOKUP.register, value: be32(REGISTER.first) },
  ]);
  const more = withInterface ? [loadMeta("inputInterface", REGISTER.second)] : [];
  return [loadField(field), ...more, lookup];
}

/** Ends the rule. */
export function decide(verdict: Verdict): Expression {
  const value = [{ type: DATA.verdict, value: verdictAttributes(verdict) }];
  return expression("immediate", [
    { type: IMMEDIATE.register, value: be32(REGISTER.verdict) },
    { type: IMMEDIATE.data, value },
  ]);
}

function verdictAttributes(verdict: Verdict): Attribute[] {
  switch (verdict.verdict) {
    case "accept":
    case "drop":
      return [{ type: VERDICT.code, value: be32(VERDICT_CODE[verdict.verdict]) }];
    case "goto":
      return [
        { type: VERDICT.code, value: be32(VERDICT_CODE.goto) },
        { type: VERDICT.chain, value: cString(verdict.chain) },
      ];
    default:
      return unreachable(verdict);
  }
}

function loadMeta(key: keyof typeof META_KEY, register: number): Expression {
  return expression("meta", [
    { type: META.register, value: be32(register) },
    { type: META.key, value: be32(META_KEY[key]) },
  ]);
}

function loadField({ base, offset, length }: Field): Expression {
  return expression("payload", [
    { type: PAYLOAD.register, value: be32(REGISTER.first) },
    { type: PAYLOAD.base, value: be32(PAYLOAD_BASE[base]) },
    { type: PAYLOAD.offset, value: be32(offset) },
    { type: PAYLOAD.length, value: be32(length) },
  ]);
}

function compare(operation: keyof typeof COMPARISON, value: Uint8Array): Expression {
  return expression("cmp", [
    { type: COMPARE.register, value: be32(REGISTER.first) },
    { type: COMPARE.operation, value: be32(COMPARISON[operation]) },
    { type: COMPARE.data, value: [{ type: DATA.value, value }] },
  ]);
}

function expression(name: string, data: readonly Attribute[]): Expression {
  return [
    { type: EXPRESSION.name, value: cString(name) },
    { type: EXPRESSION.data, value: data },
  ];
}
