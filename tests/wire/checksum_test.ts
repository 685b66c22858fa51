import assert from "node:assert/strict";
import fc from "fast-check";
import * as checksum from "../../src/wire/checksum.ts";
import { viewOf, viewOfHex } from "../support/bytes.ts";

Deno.test("sum() gives the worked example of RFC 1071 section 3", () => {
  assert.equal(checksum.sum(viewOfHex("0001 f203 f4f5 f6f7")), 0xddf2);
});

Deno.test("sum() takes an odd last byte as the high half of a word", () => {
  assert.equal(checksum.sum(viewOfHex("0001 f2")), 0xf201);
});

Deno.test("sum() starts at the view and not at its buffer", () => {
  const view = viewOfHex("ffff 0102 ffff");
  assert.equal(checksum.sum(new DataView(view.buffer, 2, 2)), 0x0102);
});

Deno.test("sum() carries around until it fits 16 bits", () => {
  assert.equal(checksum.sum(viewOf(new Uint8Array(65_534).fill(0xff))), 0xffff);
});

Deno.test("finish() of nothing is all ones", () => {
  assert.equal(checksum.finish(checksum.sum(viewOf(new Uint8Array(0)))), 0xffff);
});

Deno.test("finish() is 0 over bytes that hold their checksum", () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 2, maxLength: 200 }), (bytes) => {
    const view = viewOf(bytes.slice());
    view.setUint16(0, 0);
    view.setUint16(0, checksum.finish(checksum.sum(view)));
    assert.equal(checksum.finish(checksum.sum(view)), 0);
  }));
});

Deno.test("combine() of parts is the sum of the whole", () => {
  const words = fc.array(fc.nat(0xffff), { maxLength: 40 });
  fc.assert(fc.property(words, words, fc.uint8Array({ maxLength: 5 }), (first, second, last) => {
    const bytes = (list: number[]) => list.flatMap((word) => [word >> 8, word & 0xff]);
    const view = (list: readonly number[]) => viewOf(Uint8Array.from(list));
    const parts = [bytes(first), bytes(second), [...last]];
    assert.equal(
      checksum.combine(...parts.map((part) => checksum.sum(view(part)))),
      checksum.sum(view(parts.flat())),
    );
  }));
});
