import type { Change } from "../config/changes.ts";
import type { ConfigDraft } from "./config_putting.ts";
import type { WriteOrder } from "./config_writing.ts";
import type { RvrrpdOptions } from "./options.ts";

/** What is to be read or drafted, and what to change of it. */
interface Question {
  readonly options: RvrrpdOptions;
  readonly changes: readonly Change[];
  readonly draft?: WriteOrder;
}

/** What is to be put into the file. */
interface PutOrder {
  readonly put: ConfigDraft;
}

/** What the second process is asked for. */
export type Order = (Question | PutOrder) & {
  /** Of momentAfter(); after that nobody waits for the answer. */
  readonly deadlineMs?: number | undefined;
};

/**
 * For {@linkcode readOrder}. All in it is as JSON has it. The serializer of node:v8, which the answer
 * is written with, would keep what it was given until the process ends: here that lives for years.
 */
export function orderBytes(order: Order): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(order));
}

/** @param bytes Of {@linkcode orderBytes}; nobody else sends any. */
export function readOrder(bytes: Uint8Array): Order {
  return JSON.parse(new TextDecoder().decode(bytes));
}
