import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** The authentication type byte of a version 2 message; 250 and 251 are rVRRPd's own. */
export const AUTH_TYPE = {
  none: 0,
  simplePassword: 1,
  ipsecAh: 2,
  p0: 250,
  p1: 251,
} as const;

/** Bytes of authentication data at the end of every version 2 message. */
export const AUTH_DATA_SIZE = 8;

/** What stands there without authentication: zeros. */
export function noAuthData(): Uint8Array<ArrayBuffer> {
  return new Uint8Array(AUTH_DATA_SIZE);
}

/**
 * A simple password on the wire: the first 8 bytes of the secret (a text counts in UTF-8),
 * zero-padded (RFC 2338 section 5.3.6.2).
 */
export function simplePassword(secret: Uint8Array | string): Uint8Array<ArrayBuffer> {
  const bytes = typeof secret === "string" ? new TextEncoder().encode(secret) : secret;
  const data = new Uint8Array(AUTH_DATA_SIZE);
  data.set(bytes.subarray(0, AUTH_DATA_SIZE));
  return data;
}

/**
 * P0 of rVRRPd: the first 8 bytes of HMAC-SHA-256 (RFC 2104). `key` is the whole secret and may be
 * empty; `message` is what vrrp2.authenticatedPart() gives.
 */
export function p0Data(key: Uint8Array, message: Uint8Array): Uint8Array<ArrayBuffer> {
  const digest = createHmac("sha256", key).update(message).digest();
  return new Uint8Array(digest.subarray(0, AUTH_DATA_SIZE));
}

/**
 * P1 of rVRRPd: the first 8 bytes of SHAKE256 (FIPS 202) over key and message, with nothing between
 * them to mark where the key ends. Made up by rVRRPd, and here for its sake: P0 is the better one.
 */
export function p1Data(key: Uint8Array, message: Uint8Array): Uint8Array<ArrayBuffer> {
  const hash = createHash("shake256", { outputLength: AUTH_DATA_SIZE });
  return new Uint8Array(hash.update(key).update(message).digest());
}

/** In a time that does not tell how much of a guess was right. */
export function equalAuthData(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
