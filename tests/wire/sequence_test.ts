import assert from "node:assert/strict";
import fc from "fast-check";
import {
  formatSequence,
  isAfter,
  later,
  msAhead,
  parseSequence,
  secondsAhead,
  type Sequence,
  sequenceAt,
  shifted,
  successor,
} from "../../src/wire/sequence.ts";

function at(hex: string): Sequence {
  const sequence = parseSequence(hex);
  assert.ok(sequence !== undefined, hex);
  return sequence;
}

const TIMES = [
  { what: "whole seconds", ms: 0x68000000 * 1000, hex: "6800000000000000" },
  { what: "half a second", ms: 0x68000000 * 1000 + 500, hex: "6800000080000000" },
  { what: "a fraction rounded down", ms: 1000 + 0.01526, hex: "0000000100010000" },
  { what: "the moment before the next second", ms: 1999.9999, hex: "00000001ffff0000" },
  { what: "a time after 2106, cut to 32 bits", ms: (2 ** 32 + 5) * 1000, hex: "0000000500000000" },
];

for (const { what, ms, hex } of TIMES) {
  Deno.test(`sequenceAt() gives ${what}`, () => {
    assert.equal(formatSequence(sequenceAt(ms)), hex);
  });
}

/** As keepalived compares: RFC 1982 with 64 bits. */
const ORDER = [
  { a: "7000000000000001", b: "7000000000000000", after: true },
  { a: "7000000000000000", b: "7000000000000000", after: false },
  { a: "efffffffffffffff", b: "7000000000000000", after: true },
  { a: "f000000000000000", b: "7000000000000000", after: false },
  { a: "0000000000000000", b: "ffffffffffffffff", after: true },
  { a: "ffffffffffffffff", b: "0000000000000000", after: false },
  { a: "0000000100000000", b: "00000000ffffffff", after: true },
];

for (const { a, b, after } of ORDER) {
  Deno.test(`isAfter() says that ${a} is ${after ? "" : "not "}after ${b}`, () => {
    assert.equal(isAfter(at(a), at(b)), after);
  });
}

Deno.test("later() gives the one that is after the other", () => {
  assert.deepEqual(later(at("0000000000000000"), at("ffffffffffffffff")), at("0000000000000000"));
  assert.deepEqual(later(at("0000000000000001"), at("0000000000000002")), at("0000000000000002"));
});

Deno.test("successor() carries from the counter to the fraction and to the seconds, and wraps", () => {
  assert.equal(formatSequence(successor(at("000000010000ffff"))), "0000000100010000");
  assert.equal(formatSequence(successor(at("00000001ffffffff"))), "0000000200000000");
  assert.equal(formatSequence(successor(at("ffffffffffffffff"))), "0000000000000000");
});

const WORD = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const SEQUENCE = fc.tuple(WORD, WORD).map(([seconds, ticks]): Sequence => ({ seconds, ticks }));

Deno.test("successor() is after, whatever the number", () => {
  fc.assert(fc.property(SEQUENCE, (one) => isAfter(successor(one), one)));
});

Deno.test("shifted() moves by what msAhead() measures", () => {
  const ms = fc.integer({ min: -1e9, max: 1e9 });
  fc.assert(fc.property(SEQUENCE, ms, (one, by) => {
    const moved = shifted(one, by);
    assert.ok(Math.abs(msAhead(moved, one) - by) < 0.01);
    assert.ok(Math.abs(secondsAhead(moved, one) - by / 1000) <= 1);
  }));
});

Deno.test("parseSequence() reads what formatSequence() writes, and nothing else", () => {
  fc.assert(fc.property(SEQUENCE, (one) => {
    assert.deepEqual(parseSequence(formatSequence(one)), one);
  }));
  for (const text of ["", "00", "000000000000000g", "00000000000000000", " 000000000000000"]) {
    assert.equal(parseSequence(text), undefined, text);
  }
});
