import assert from "node:assert/strict";
import fc from "fast-check";
import { readEvents } from "../../src/web/event_text.js";

const TEXT = [
  'event: snapshot\nid: 7-1\ndata: {"gap":false,"routers":[]}\n\n',
  ": still here\n\n",
  'event: transition\nid: 7-2\ndata: {"reason":"a: b → c"}\n\n',
].join("");

const EVENTS = [
  { name: "snapshot", data: { gap: false, routers: [] } },
  { name: "transition", data: { reason: "a: b → c" } },
];

function read(chunks: readonly Uint8Array[]): Promise<unknown[]> {
  return Array.fromAsync(readEvents(ReadableStream.from(chunks)));
}

Deno.test("readEvents() reads the same, wherever the bytes are cut", async () => {
  const bytes = new TextEncoder().encode(TEXT);
  const place = fc.nat({ max: bytes.length });
  await fc.assert(fc.asyncProperty(place, place, async (one, other) => {
    const [first, second] = [Math.min(one, other), Math.max(one, other)];
    const chunks = [bytes.slice(0, first), bytes.slice(first, second), bytes.slice(second)];
    assert.deepEqual(await read(chunks), EVENTS);
  }));
});

Deno.test("readEvents() gives no event that is cut off", async () => {
  const cut = new TextEncoder().encode(TEXT.slice(0, -1));
  assert.deepEqual(await read([cut]), EVENTS.slice(0, 1));
});
