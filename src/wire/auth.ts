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
 * Compares without stopping at the first difference, so that the time taken does not tell how much
 * of a guess was right.
 */
export function equalAuthData(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (const [index, byte] of a.entries()) difference |= byte ^ (b[index] ?? 0);
  return difference === 0;
}
