import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import fc from "fast-check";
import { HmacKey } from "../../src/wire/hmac.ts";
import { fromHex } from "../support/bytes.ts";

Deno.test("HmacKey makes the digest of RFC 4231's second case", () => {
  const key = new HmacKey("sha256", new TextEncoder().encode("Jefe"));
  const message = new TextEncoder().encode("what do ya want for nothing?");
  const hex = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
  assert.deepEqual(key.digest(message), fromHex(hex));
  assert.deepEqual(key.digest(message), fromHex(hex), "the second time too");
});

Deno.test("HmacKey does what the library's HMAC does, with keys of every length", () => {
  const keys = fc.uint8Array({ maxLength: 64 });
  const messages = fc.uint8Array({ maxLength: 200 });
  fc.assert(fc.property(keys, messages, fc.constantFrom("sha256", "md5"), (key, message, hash) => {
    const expected = createHmac(hash, key).update(message).digest().toString("hex");
    assert.equal(new HmacKey(hash, key).digest(message).toHex(), expected);
  }));
});

Deno.test("HmacKey throws on a key that would have to be hashed", () => {
  assert.throws(() => new HmacKey("md5", new Uint8Array(65)), { name: "AssertionError" });
});
