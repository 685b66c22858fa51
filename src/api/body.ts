import { Refusal } from "./refusal.ts";

const MOST_BYTES = 1 << 20;
/** A body that takes longer than this to come is not waited for. */
const PATIENCE_MS = 10_000;

/** Reads a body of at most 1 MiB; throws {@linkcode Refusal} where it is larger, slow or cut off. */
export async function readBody(request: Request): Promise<string> {
  const announced = Number(request.headers.get("content-length") ?? 0);
  if (announced > MOST_BYTES) throw tooLarge();
  if (request.body === null) return "";
  const reader = request.body.getReader();
  const timer = setTimeout(() => reader.cancel(new Refusal(408, "")).catch(() => {}), PATIENCE_MS);
  const startedMs = performance.now();
  try {
    const bytes = await readAll(reader);
    if (performance.now() - startedMs >= PATIENCE_MS) {
      throw new Refusal(408, "The body is too slow");
    }
    return decode(bytes);
  } finally {
    clearTimeout(timer);
    reader.cancel().catch(() => {});
  }
}

async function readAll(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await readChunk(reader);
    if (done) return joined(chunks, length);
    length += value.length;
    if (length > MOST_BYTES) throw tooLarge();
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

function tooLarge(): Refusal {
  return new Refusal(413, "The body is larger than 1 MiB");
}
