import assert from "node:assert/strict";
import fc from "fast-check";
import { type ServerEvent, serverEvents } from "../../../src/cli/control/server_events.ts";

const STREAM = 'event: snapshot\nid: 1-0\ndata: {"a":"ü\\n"}\n\n: still here\n\n' +
  "event: transition\nid: 1-1\ndata: [1]\n\nevent: cut\ndata: [2";

async function eventsOf(chunks: readonly Uint8Array<ArrayBuffer>[]): Promise<ServerEvent[]> {
  return await Array.fromAsync(serverEvents(ReadableStream.from(chunks)));
}

Deno.test("serverEvents() gives the same whole events however the stream is cut", async () => {
  const bytes = new TextEncoder().encode(STREAM);
  const places = fc.array(fc.nat({ max: bytes.length }), { maxLength: 8 });
  await fc.assert(fc.asyncProperty(places, async (cuts) => {
    const ends = [...cuts.toSorted((a, b) => a - b), bytes.length];
    const chunks = ends.map((end, index) => bytes.slice(ends[index - 1] ?? 0, end));
    assert.deepEqual(await eventsOf(chunks), [
      { name: "snapshot", data: { a: "ü\n" } },
      { name: "transition", data: [1] },
    ]);
  }));
});
