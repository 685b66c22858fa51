/** The limits of keepalived's `auth_hmac` keys; shorter ones would weaken HMAC-SHA-256. */
const KEY_BYTES = { min: 32, max: 64 } as const;

/**
 * What keeps `text` from being a key of `hmac-sha256`: a text taken byte by byte (UTF-8), or `hex:`
 * and pairs of digits. Stricter than keepalived, which takes a lone last digit as a byte of its own.
 */
export function hmacKeyProblem(text: string): string | undefined {
  const digits = hexDigits(text);
  if (digits !== undefined && !/^([0-9a-f]{2})*$/i.test(digits)) {
    return "is not made of pairs of hexadecimal digits";
  }
  const size = digits === undefined ? new TextEncoder().encode(text).length : digits.length / 2;
  if (size >= KEY_BYTES.min && size <= KEY_BYTES.max) return undefined;
  return `is a key of ${size} bytes`;
}

/** The bytes of a text in which {@linkcode hmacKeyProblem} finds nothing wrong. */
export function hmacKeyBytes(text: string): Uint8Array<ArrayBuffer> {
  const digits = hexDigits(text);
  return digits === undefined ? new TextEncoder().encode(text) : Uint8Array.fromHex(digits);
}

function hexDigits(text: string): string | undefined {
  return /^hex:(.*)$/s.exec(text)?.[1];
}
