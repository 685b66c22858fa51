import { dissect } from "../../src/sniffer/dissect.ts";
import type { CaughtFrame, Sighting } from "../../src/sniffer/sighting.ts";
import { viewOf } from "../support/bytes.ts";

/** A frame as if it came from a file. */
export function caught(
  bytes: Uint8Array,
  differences: Partial<CaughtFrame> = {},
): CaughtFrame {
  return { timestampUs: 0, bytes: viewOf(bytes), wireBytes: bytes.length, ...differences };
}

export function sight(bytes: Uint8Array, differences: Partial<CaughtFrame> = {}): Sighting {
  return dissect(caught(bytes, differences));
}
