import assert from "node:assert/strict";
import fc from "fast-check";
import * as ah from "../../src/wire/ah.ts";
import {
  emitted,
  fromHex,
  hexOf,
  reasonOf,
  valueOf,
  viewOf,
  viewOfHex,
  withBytes,
} from "../support/bytes.ts";
import { capturedAhFrames } from "../support/captures.ts";

const AH_AT = 34;
const WHOLE = fromHex("70040000 0a090001 00000001 1e71c77c717f46706fbd9a5a 2101");

Deno.test("parse() reads every captured header as an independent decoder does", () => {
  const frames = capturedAhFrames();
  assert.notEqual(frames.length, 0);
  for (const { name, bytes, ah: decoded } of frames) {
    const { nextHeader, spi, sequence, icv } = valueOf(ah.parse(viewOf(bytes.subarray(AH_AT))));
    assert.equal(nextHeader, decoded.next_header, name);
    assert.equal(`0x${spi.toString(16).padStart(8, "0")}`, decoded.spi, name);
    assert.equal(sequence, decoded.seq, name);
    assert.equal(icv.toHex(), decoded.icv, name);
  }
});

Deno.test("emit() writes every captured header", () => {
  for (const { name, bytes } of capturedAhFrames()) {
    const header = valueOf(ah.parse(viewOf(bytes.subarray(AH_AT))));
    const again = emitted(ah.size(header), (view) => ah.emit(header, view));
    assert.equal(hexOf(again), hexOf(bytes.subarray(AH_AT, AH_AT + 24)), name);
  }
});

Deno.test("parse() gives what follows the header as payload", () => {
  assert.equal(hexOf(valueOf(ah.parse(viewOf(WHOLE))).payload), "2101");
});

Deno.test("parse() goes by the header's own length", () => {
  const longer = viewOfHex("70050000 0a090001 00000001 00112233445566778899aabbccddeeff 2101");
  const { icv, payload } = valueOf(ah.parse(longer));
  assert.equal(icv.toHex(), "00112233445566778899aabbccddeeff");
  assert.equal(hexOf(payload), "2101");
});

Deno.test("parse() refuses a header that is shorter than its fixed part", () => {
  const view = viewOf(withBytes(WHOLE, ah.AT.payloadLength, [0]));
  assert.equal(reasonOf(ah.parse(view)), "authData");
});

Deno.test("parse() refuses a header longer than the packet", () => {
  const view = viewOf(withBytes(WHOLE, ah.AT.payloadLength, [5]));
  assert.equal(reasonOf(ah.parse(view)), "truncated");
});

Deno.test("parse() refuses every header cut short", () => {
  for (let length = 0; length < 24; length++) {
    assert.equal(reasonOf(ah.parse(viewOf(WHOLE.subarray(0, length)))), "truncated");
  }
});

Deno.test("parse() never throws, whatever the bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      assert.equal(typeof ah.parse(viewOf(bytes)).ok, "boolean");
    }),
    { numRuns: 1000 },
  );
});

Deno.test("emit() throws on an ICV that does not end with a word", () => {
  const header = { nextHeader: 112, spi: 1, sequence: 1, icv: new Uint8Array(11) };
  assert.throws(() => ah.emit(header, viewOf(new Uint8Array(23))), { name: "AssertionError" });
});
