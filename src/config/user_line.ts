import { err, ok, type Result } from "../base/result.ts";

/** A `users` line of `[api]`: `{{ALG}}NAME:LEVEL:SALT:HASH`, as `rvrrpd-pw` makes it. */
export interface UserLine {
  readonly algorithm: "SHA256" | "SCRYPT";
  readonly name: string;
  /** 0 may write where writing is on; higher ones read only. */
  readonly level: number;
  /** Hexadecimal digits, used as text; empty for SCRYPT, whose hash carries its own. */
  readonly salt: string;
  readonly hash: string;
}

/** Costs beyond these would let one sign-in hold the machine for seconds. */
const SCRYPT_MAX = { log2n: 17, r: 8, p: 4 } as const;

/** Reads a line; the error says what is wrong with it without any part of it. */
export function parseUserLine(text: string): Result<UserLine, string> {
  const match =
    /^\{\{(SHA256|SCRYPT)\}\}([A-Za-z0-9]{1,256}):([0-9]):([0-9A-Fa-f]{0,64}):([!-~]{16,256})$/
      .exec(text);
  const [, algorithm, name, level, salt, hash] = match ?? [];
  if (name === undefined || salt === undefined || hash === undefined) {
    return err("is not of the form {{SHA256}}NAME:LEVEL:SALT:HASH or {{SCRYPT}}NAME:LEVEL::HASH");
  }
  const user = { name, level: Number(level), salt, hash };
  if (algorithm === "SHA256") {
    if (!/^[0-9a-f]{64}$/.test(hash)) return err("has no SHA-256 hash of 64 lower-case hex digits");
    return ok({ algorithm, ...user });
  }
  const problem = salt === "" ? scryptProblem(hash) : "has a salt outside its scrypt hash";
  return problem === undefined ? ok({ algorithm: "SCRYPT", ...user }) : err(problem);
}

function scryptProblem(hash: string): string | undefined {
  const parts = scryptParts(hash);
  if (parts === undefined) return "has no scrypt hash of the form $rscrypt$0$COSTS$SALT$KEY$";
  const { log2n, r, p } = parts;
  if (log2n < 1 || r < 1 || p < 1) return "has a scrypt cost of 0";
  if (log2n > SCRYPT_MAX.log2n || r > SCRYPT_MAX.r || p > SCRYPT_MAX.p) {
    return `has scrypt costs beyond log2 N ${SCRYPT_MAX.log2n}, r ${SCRYPT_MAX.r}, p ${SCRYPT_MAX.p}`;
  }
  return undefined;
}

/** What the hash of a SCRYPT line is made of. */
export interface ScryptParts extends ScryptCosts {
  readonly salt: Uint8Array<ArrayBuffer>;
  /** At least one byte. */
  readonly key: Uint8Array<ArrayBuffer>;
}

/** Reads `$rscrypt$0$COSTS$SALT$KEY$` or its form 1; costs are not judged here. */
export function scryptParts(hash: string): ScryptParts | undefined {
  const [, form, costText = "", saltText = "", keyText = ""] =
    /^\$rscrypt\$([01])\$([^$]*)\$([^$]*)\$([^$]*)\$$/.exec(hash) ?? [];
  if (form === undefined) return undefined;
  const bytes = decodeBase64(costText);
  const costs = bytes && (form === "0" ? shortCosts(bytes) : longCosts(bytes));
  const salt = decodeBase64(saltText);
  const key = decodeBase64(keyText);
  if (costs === undefined || salt === undefined || !key?.length) return undefined;
  return { ...costs, salt, key };
}

/** The costs of scrypt (RFC 7914 section 2): N as a power of two, block size, parallelism. */
export interface ScryptCosts {
  readonly log2n: number;
  readonly r: number;
  readonly p: number;
}

function shortCosts(bytes: Uint8Array): ScryptCosts | undefined {
  const [log2n, r, p] = bytes;
  if (bytes.length !== 3 || log2n === undefined || r === undefined || p === undefined) {
    return undefined;
  }
  return { log2n, r, p };
}

function longCosts(bytes: Uint8Array<ArrayBuffer>): ScryptCosts | undefined {
  if (bytes.length !== 9) return undefined;
  const view = new DataView(bytes.buffer);
  return { log2n: view.getUint8(0), r: view.getUint32(1, true), p: view.getUint32(5, true) };
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
