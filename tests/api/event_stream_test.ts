import assert from "node:assert/strict";
import { eventStream } from "../../src/api/event_stream.ts";
import { Streams } from "../../src/api/streams.ts";
import type { Snapshot } from "../../src/runtime/snapshot.ts";
import { PaperEngine, PROCESS, routerSnapshot } from "./fixtures.ts";

/** One whose snapshot stays the same object and is larger than one part. */
class LargeEngine extends PaperEngine {
  readonly #whole: Snapshot = {
    process: PROCESS,
    routers: Array.from({ length: 100 }, (_, group) => routerSnapshot({ group })),
  };

  override snapshot(): Promise<Snapshot> {
    return Promise.resolve(this.#whole);
  }
}

class Scene {
  readonly streams = new Streams();
  readonly #engine = new LargeEngine();

  open(patienceMs = 30_000): ReadableStreamDefaultReader<Uint8Array> {
    const stream = this.streams.open(undefined, { isLocal: false });
    const options = { engine: this.#engine, stream, mayGoOn: () => true, lastId: undefined };
    return eventStream({ ...options, patienceMs }).getReader();
  }
}

/** Head and first part of a snapshot. */
async function firstParts(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Uint8Array> {
  await reader.read();
  const { value } = await reader.read();
  assert.ok(value);
  return value;
}

Deno.test("eventStream() sends a snapshot in parts of the same bytes to all clients", async () => {
  const scene = new Scene();
  const readers = [scene.open(), scene.open()];
  const [one, other] = await Promise.all(readers.map(firstParts));
  assert.ok(one && other);
  assert.equal(one.length, 16 * 1024);
  assert.equal(one.buffer, other.buffer);
  await Promise.all(readers.map((reader) => reader.cancel()));
});

Deno.test("eventStream() lets a client go that stops in the middle of a snapshot", async () => {
  const scene = new Scene();
  const reader = scene.open(1);
  await reader.read();
  await assert.rejects(reader.closed, /stopped to read/);
  assert.equal(scene.streams.count, 0);
});

Deno.test("eventStream() leaves a client alone that has read all of a snapshot", async () => {
  const scene = new Scene();
  const reader = scene.open();
  let text = "";
  const decoder = new TextDecoder();
  while (!text.endsWith("\n\n")) {
    text += decoder.decode((await reader.read()).value, { stream: true });
  }
  const [, data = ""] = /\ndata: (.*)\n\n$/.exec(text) ?? [];
  assert.equal(JSON.parse(data).routers.length, 100);
  assert.equal(scene.streams.count, 1);
  await reader.cancel();
});
