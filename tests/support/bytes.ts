import assert from "node:assert/strict";
import type { Result } from "../../src/base/result.ts";

/** Bytes from hexadecimal text; blanks may part it for the eye. */
export function fromHex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromHex(text.replaceAll(/\s/g, ""));
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function viewOfHex(text: string): DataView {
  return viewOf(fromHex(text));
}

export function hexOf(view: DataView | Uint8Array): string {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength).toHex();
}

/** Runs `emit` over a buffer full of 0xa5, so that a byte it forgets shows. */
export function emitted(size: number, emit: (view: DataView) => void): DataView {
  const view = viewOf(new Uint8Array(size).fill(0xa5));
  emit(view);
  return view;
}

/** A copy with one bit turned over; bit 0 is the first on the wire. */
export function withFlippedBit(bytes: Uint8Array, bit: number): Uint8Array<ArrayBuffer> {
  const at = bit >> 3;
  return bytes.slice().fill((bytes[at] ?? 0) ^ (0x80 >> (bit & 7)), at, at + 1);
}

/** A copy with other bytes from `at` on. */
export function withBytes(
  bytes: Uint8Array,
  at: number,
  replacement: readonly number[],
): Uint8Array<ArrayBuffer> {
  const copy = bytes.slice();
  copy.set(replacement, at);
  return copy;
}

export function valueOf<T>(result: Result<T, unknown>): T {
  if (!result.ok) assert.fail(`refused: ${JSON.stringify(result.error)}`);
  return result.value;
}

/** The reason of a refusal; undefined when there was none. */
export function reasonOf(
  result: Result<unknown, { readonly reason: string }>,
): string | undefined {
  return result.ok ? undefined : result.error.reason;
}
