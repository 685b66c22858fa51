import { createHash, type Hash } from "node:crypto";
import { assert } from "../base/assert.ts";

/** What both hashes work on at a time; a longer key would have to be hashed first (RFC 2104). */
const BLOCK_SIZE = 64;
const INNER_PAD = 0x36;
const OUTER_PAD = 0x5c;

/**
 * A key of HMAC (RFC 2104), kept as the two hashes that have taken it in already: that halves the
 * work for messages as short as an advertisement.
 */
export class HmacKey {
  readonly #inner: Hash;
  readonly #outer: Hash;

  /** At most 64 bytes. */
  constructor(hash: "sha256" | "md5", key: Uint8Array) {
    assert(key.length <= BLOCK_SIZE, `a key of ${key.length} bytes is not hashed here`);
    this.#inner = createHash(hash).update(padded(key, INNER_PAD));
    this.#outer = createHash(hash).update(padded(key, OUTER_PAD));
  }

  /** The whole digest: 32 bytes of SHA-256, 16 of MD5. */
  digest(message: Uint8Array): Uint8Array<ArrayBuffer> {
    const inner = this.#inner.copy().update(message).digest();
    return new Uint8Array(this.#outer.copy().update(inner).digest());
  }
}

function padded(key: Uint8Array, pad: number): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array(BLOCK_SIZE).fill(pad);
  for (const [index, byte] of key.entries()) block[index] = byte ^ pad;
  return block;
}
