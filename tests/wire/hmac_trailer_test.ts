import assert from "node:assert/strict";
import fc from "fast-check";
import * as hmacTrailer from "../../src/wire/hmac_trailer.ts";
import { emitted, fromHex, hexOf, reasonOf, valueOf, viewOf, viewOfHex } from "../support/bytes.ts";

/** The draft's vector for IPv4. */
const VECTOR = "01010000 68000000 8000 0000 1b84bc4e8e43892dc6d98448f8ee2265";

Deno.test("parse() reads the draft's vector", () => {
  assert.deepEqual(valueOf(hmacTrailer.parse(viewOfHex(VECTOR))), {
    type: hmacTrailer.TYPE_HMAC_SHA256,
    keyId: 1,
    reserved: 0,
    seconds: 0x68000000,
    fraction: 0x8000,
    counter: 0,
    tag: fromHex("1b84bc4e8e43892dc6d98448f8ee2265"),
  });
});

Deno.test("emit() writes back what parse() read, whatever it is", () => {
  const any = fc.uint8Array({ minLength: 28, maxLength: 28 });
  fc.assert(fc.property(any, (bytes) => {
    const trailer = valueOf(hmacTrailer.parse(viewOf(bytes)));
    const again = emitted(hmacTrailer.size(), (view) => hmacTrailer.emit(trailer, view));
    assert.equal(hexOf(again), hexOf(bytes));
  }));
});

Deno.test("parse() refuses any other length", () => {
  for (const length of [0, 27, 29, 56]) {
    assert.equal(reasonOf(hmacTrailer.parse(viewOf(new Uint8Array(length)))), "authData");
  }
});

Deno.test("emit() throws on a tag of another length and on another view", () => {
  const trailer = valueOf(hmacTrailer.parse(viewOfHex(VECTOR)));
  const short = { ...trailer, tag: trailer.tag.slice(1) };
  const view = (size: number) => viewOf(new Uint8Array(size));
  assert.throws(() => hmacTrailer.emit(short, view(28)), { name: "AssertionError" });
  assert.throws(() => hmacTrailer.emit(trailer, view(29)), { name: "AssertionError" });
});
