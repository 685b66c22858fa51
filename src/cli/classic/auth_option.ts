import { err, ok, type Result } from "../../base/result.ts";

/** What `-a` asks for; the key is 1 to 8 bytes. */
export type ClassicAuth =
  | { readonly type: "none" }
  | { readonly type: "rfc2338-simple" | "rfc2338-ah"; readonly key: Uint8Array<ArrayBuffer> };

const TYPES: Readonly<Record<string, "rfc2338-simple" | "rfc2338-ah">> = {
  pw: "rfc2338-simple",
  ah: "rfc2338-ah",
};
/** The authentication data of version 2 (RFC 2338 section 5.3.10); AH keys have no more either. */
export const MAX_KEY_BYTES = 8;
const HINT = "none, pw/0xHEX or ah/0xHEX; 0x736563726574 are the bytes of the word secret";

/** Reads the value of `-a`. The error never holds any of it. */
export function parseAuth(text: string): Result<ClassicAuth, string> {
  if (text === "none") return ok({ type: "none" });
  const [, name = "", digits = ""] = /^(pw|ah)\/0x(.*)$/s.exec(text) ?? [];
  const type = TYPES[name];
  if (type === undefined) return err(`is of no known form (${HINT})`);
  if (!/^[0-9a-f]*$/i.test(digits)) return err(`has a key with a digit beyond 0-9 a-f (${HINT})`);
  const size = Math.ceil(digits.length / 2);
  if (size === 0) return err(`has no key (${HINT})`);
  if (size > MAX_KEY_BYTES) return err(`has a key of ${size} bytes (at most ${MAX_KEY_BYTES})`);
  return ok({ type, key: keyBytes(digits) });
}

/** Without a partner the last digit is the upper half of its byte, as it always was here. */
function keyBytes(digits: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromHex(digits.padEnd(digits.length + digits.length % 2, "0"));
}
