import { fromHex } from "./bytes.ts";

/** A whole IP packet that is signed, as its sender made it. */
export interface HmacVector {
  readonly name: string;
  readonly key: Uint8Array<ArrayBuffer>;
  readonly packet: Uint8Array<ArrayBuffer>;
  readonly tag: string;
  /** What the tag was made over, where that was noted. */
  readonly input?: string;
}

interface WrittenVector extends Omit<HmacVector, "key" | "packet"> {
  readonly key: string;
  readonly packet: string;
}

const FILE = new URL("../golden/hmac/vectors.json", import.meta.url);

/** Those of the draft and others made by hand, and those that keepalived has sent. */
export function hmacVectors(): readonly HmacVector[] {
  const written: Record<"made" | "captured", WrittenVector[]> = JSON.parse(
    Deno.readTextFileSync(FILE),
  );
  return [...written.made, ...written.captured].map((vector) => ({
    ...vector,
    key: fromHex(vector.key),
    packet: fromHex(vector.packet),
  }));
}
