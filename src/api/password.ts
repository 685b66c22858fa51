import { Buffer } from "node:buffer";
import { createHash, randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { assert } from "../base/assert.ts";
import { type ScryptCosts, scryptParts, type UserLine } from "../config/user_line.ts";

export type PasswordAlgorithm = UserLine["algorithm"];

export interface NewUser {
  /** 1–256 letters and digits. */
  readonly name: string;
  /** 0–9; 0 may write where writing is on. */
  readonly level: number;
  readonly password: string;
  readonly algorithm: PasswordAlgorithm;
}

const COSTS: ScryptCosts = { log2n: 15, r: 8, p: 1 };
const SCRYPT_SALT_BYTES = 16;
const SCRYPT_KEY_BYTES = 32;
const SHA256_SALT_BYTES = 8;
/** Beyond what scrypt needs for its table: N blocks of 128 r bytes, and p more of them. */
const SCRYPT_SPARE_BYTES = 1 << 20;

/** Makes the `users` line of `[api]`, with a salt of its own. */
export async function makeUserLine({ name, level, password, algorithm }: NewUser): Promise<string> {
  if (algorithm === "SHA256") {
    const salt = randomBytes(SHA256_SALT_BYTES).toString("hex");
    return `{{SHA256}}${name}:${level}:${salt}:${sha256(password, salt).toString("hex")}`;
  }
  const salt = randomBytes(SCRYPT_SALT_BYTES);
  const key = await deriveKey({ password, salt, costs: COSTS, bytes: SCRYPT_KEY_BYTES });
  const costs = Buffer.of(COSTS.log2n, COSTS.r, COSTS.p);
  const hash = ["", "rscrypt", "0", ...[costs, salt, key].map((part) => part.toString("base64"))];
  return `{{SCRYPT}}${name}:${level}::${hash.join("$")}$`;
}

/** Whether `password` is the user's. Takes the same time wherever the hashes differ. */
export async function isPasswordOf(user: UserLine, password: string): Promise<boolean> {
  if (user.algorithm === "SHA256") {
    return timingSafeEqual(sha256(password, user.salt), Buffer.from(user.hash, "hex"));
  }
  const parts = scryptParts(user.hash);
  assert(parts !== undefined, "parseUserLine() lets only scrypt hashes through that can be read");
  const { salt, key, ...costs } = parts;
  const derived = await deriveKey({ password, salt, costs, bytes: key.length });
  return timingSafeEqual(derived, key);
}

/** rVRRPd's: the salt's digits as text behind the password. */
function sha256(password: string, salt: string): Buffer {
  return createHash("sha256").update(password).update(salt).digest();
}

/** Works on a thread of the runtime's pool. */
function deriveKey({ password, salt, costs, bytes }: {
  readonly password: string;
  readonly salt: Uint8Array;
  readonly costs: ScryptCosts;
  readonly bytes: number;
}): Promise<Buffer> {
  const { log2n, r, p } = costs;
  const N = 2 ** log2n;
  const maxmem = 128 * r * (N + p) + SCRYPT_SPARE_BYTES;
  return new Promise((resolve, reject) => {
    scrypt(password, salt, bytes, { N, r, p, maxmem }, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}
