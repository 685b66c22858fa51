import type { LineMap } from "./key_path.ts";

/** A configuration as written: plain values, and where each of them stands. */
export interface Document {
  readonly value: unknown;
  readonly lines: LineMap;
  /** Whether there is anything in it for people alone. */
  readonly hasComments: boolean;
}

/**
 * Stands for a date of TOML. No key takes one, and as an object it would pass for a table without
 * keys.
 */
export const DATE = Symbol("date");
