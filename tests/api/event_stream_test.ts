import assert from "node:assert/strict";
import { eventStream, type EventStreamOptions } from "../../src/api/event_stream.ts";
import { Streams } from "../../src/api/streams.ts";
import type { Snapshot } from "../../src/runtime/snapshot.ts";
import { PaperEngine, paperRejects, PROCESS, routerSnapshot, settings } from "./fixtures.ts";

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
  readonly #settings = settings();

  open(
    options: Partial<EventStreamOptions> = {},
    session = "one",
  ): ReadableStreamDefaultReader<Uint8Array> {
    const stream = this.streams.open({ session, isLocal: false });
    const rejects = paperRejects(this.#engine);
    const own = {
      engine: this.#engine,
      stream,
      settings: () => this.#settings,
      rejects,
      mayGoOn: () => true,
      lastId: undefined,
    };
    return eventStream({ ...own, ...options }).getReader();
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
  const reader = scene.open({ patienceMs: 1 });
  await reader.read();
  await assert.rejects(reader.closed, /stopped to read/);
  assert.equal(scene.streams.count, 0);
});

Deno.test("eventStream() ends with its session though nobody reads, and gives its room back then", async () => {
  const scene = new Scene();
  const [reader, other] = [scene.open(), scene.open({}, "two")];
  await reader.read();
  scene.streams.endSession("one");
  await assert.rejects(reader.closed, /session has ended/);
  assert.equal(scene.streams.count, 1);
  scene.streams.endAll();
  await assert.rejects(other.closed, /session has ended/);
  assert.equal(scene.streams.count, 0);
});

Deno.test("eventStream() ends when its client may not go on though it does not read", async () => {
  const scene = new Scene();
  let mayGoOn = true;
  const reader = scene.open({ mayGoOn: () => mayGoOn, checkMs: 1 });
  await reader.read();
  mayGoOn = false;
  await assert.rejects(reader.closed, /session has ended/);
  assert.equal(scene.streams.count, 0);
});

Deno.test("Streams keeps the room of an answer until that is gone, and ends one that is", async () => {
  const streams = new Streams();
  const gone = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
  const [closed, lost] = gone.map(({ promise }) => streams.open({ isLocal: false }, () => promise));
  closed?.close();
  assert.deepEqual([closed?.signal.aborted, streams.count], [true, 2]);
  gone[0].resolve();
  gone[1].reject(new Error("The connection is closed"));
  await Promise.allSettled(gone.map(({ promise }) => promise));
  assert.deepEqual([lost?.signal.aborted, streams.count], [true, 0]);
});

Deno.test("Streams.endSession() leaves a stream its room until it has ended", () => {
  const streams = new Streams();
  const stream = streams.open({ session: "one", isLocal: false });
  streams.endSession("one");
  assert.deepEqual([stream.signal.aborted, streams.count], [true, 1]);
  stream.close();
  assert.equal(streams.count, 0);
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
