import type { BodyLease } from "./body_budget.ts";
import { Refusal } from "./refusal.ts";

const KIB = 1024;
/** Of what is sent by one who has signed in. */
export const MOST_BODY_BYTES = 1024 * KIB;
/** Of what anybody may send: a name and a password. */
export const MOST_SIGN_IN_BYTES = 8 * KIB;
/** A body that takes longer than this to come is not waited for. */
const PATIENCE_MS = 10_000;

export interface BodyLimits {
  readonly mostBytes: number;
  /** Where the bytes are counted, for as long as somebody works on them. */
  readonly lease: BodyLease;
}

/** Reads a body; throws {@linkcode Refusal} where it is too large, slow or cut off. */
export async function readBody(request: Request, limits: BodyLimits): Promise<string> {
  const announced = Number(request.headers.get("content-length") ?? 0);
  if (announced > limits.mostBytes) throw tooLarge(limits);
  if (request.body === null) return "";
  const reader = request.body.getReader();
  const timer = setTimeout(() => reader.cancel(new Refusal(408, "")).catch(() => {}), PATIENCE_MS);
  const startedMs = performance.now();
  try {
    const bytes = await readAll(reader, limits);
    if (performance.now() - startedMs >= PATIENCE_MS) {
      throw new Refusal(408, "The body is too slow");
    }
    return decode(bytes);
  } finally {
    clearTimeout(timer);
    reader.cancel().catch(() => {});
  }
}

async function readAll(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  limits: BodyLimits,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await readChunk(reader);
    if (done) return joined(chunks, length);
    length += value.length;
    if (length > limits.mostBytes) throw tooLarge(limits);
    limits.lease.take(value.length);
    chunks.push(value);
  }
}

async function readChunk(reader: ReadableStreamDefaultReader<Uint8Array>) {
  try {
    return await reader.read();
  } catch {
    // The client has gone in the middle of it.
    throw new Refusal(400, "The body is cut off");
  }
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Refusal(400, "The body is not UTF-8");
  }
}

function tooLarge({ mostBytes }: BodyLimits): Refusal {
  return new Refusal(413, `The body is larger than ${mostBytes / KIB} KiB`);
}
