import { libnl } from "./libnl.ts";

/** Codes of netlink/errno.h: libnl's own, which only look like those of errno(3). */
const NAMES: Readonly<Record<number, string>> = {
  1: "NLE_FAILURE",
  2: "NLE_INTR",
  3: "NLE_BAD_SOCK",
  4: "NLE_AGAIN",
  5: "NLE_NOMEM",
  6: "NLE_EXIST",
  7: "NLE_INVAL",
  8: "NLE_RANGE",
  9: "NLE_MSGSIZE",
  10: "NLE_OPNOTSUPP",
  11: "NLE_AF_NOSUPPORT",
  12: "NLE_OBJ_NOTFOUND",
  14: "NLE_MISSING_ATTR",
  15: "NLE_AF_MISMATCH",
  19: "NLE_NOADDR",
  25: "NLE_BUSY",
  27: "NLE_NOACCESS",
  28: "NLE_PERM",
  31: "NLE_NODEV",
};

const NLE_NOMEM = 5;

/** The symbolic name of one of libnl's codes, or `NLE N` for one that is not in the table. */
export function nleName(code: number): string {
  return NAMES[code] ?? `NLE ${code}`;
}

/** A call of libnl that failed: what was tried, and the library's answer in its own words. */
export class NlError extends Error {
  override readonly name = "NlError";
  /** Symbolic code of libnl, for example `NLE_NOMEM`. */
  readonly code: string;

  /** `operation` completes "Cannot …"; `code` is positive. */
  constructor(operation: string, code: number) {
    super(`Cannot ${operation}: ${nleName(code)} (libnl: ${words(code)})`);
    this.code = nleName(code);
  }
}

function words(code: number): string {
  const text = libnl().nl_geterror(-code);
  return text === null ? "no words" : new Deno.UnsafePointerView(text).getCString();
}

/**
 * Passes a call's result on, or throws {@linkcode NlError} where it is negative. errno means
 * nothing after a call of libnl, so it is not looked at.
 */
export function succeeded(result: number, operation: () => string): number {
  if (result < 0) throw new NlError(operation(), -result);
  return result;
}

/** Passes an object on that libnl has just made, or throws where there was no memory for it. */
export function made(object: Deno.PointerValue, operation: () => string): Deno.PointerObject {
  if (object === null) throw new NlError(operation(), NLE_NOMEM);
  return object;
}
