import assert from "node:assert/strict";
import { ApiScene, START_MS } from "./fixtures.ts";

/** Reads one event after the other. */
class Reader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #text = "";

  constructor(answer: Response) {
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get("content-type"), "text/event-stream");
    assert.ok(answer.body);
    this.#reader = answer.body.getReader();
  }

  async next(): Promise<{ event: string; id: string; data: Record<string, unknown> } | "end"> {
    while (!this.#text.includes("\n\n")) {
      const { done, value } = await this.#reader.read();
      if (done) return "end";
      this.#text += this.#decoder.decode(value, { stream: true });
    }
    const length = this.#text.indexOf("\n\n") + 2;
    const text = this.#text.slice(0, length);
    this.#text = this.#text.slice(length);
    const [, event = "", id = "", data = ""] =
      /^event: (.*)\nid: (.*)\ndata: (.*)\n\n$/.exec(text) ?? [];
    return { event, id, data: JSON.parse(data) };
  }

  async names(count: number): Promise<string[]> {
    const names: string[] = [];
    while (names.length < count) {
      const event = await this.next();
      assert.ok(event !== "end");
      names.push(`${event.event} ${event.id}`);
    }
    return names;
  }

  cancel(): Promise<void> {
    return this.#reader.cancel();
  }
}

async function open(scene: ApiScene, path = "/run/events", headers = {}): Promise<Reader> {
  const cookie = await scene.cookie("ops");
  return new Reader(await scene.send(path, { headers: { cookie, ...headers } }));
}

Deno.test("GET /run/events begins with all virtual routers and goes on with each change", async () => {
  const scene = new ApiScene();
  scene.engine.happen(1);
  const reader = await open(scene);
  const first = await reader.next();
  assert.ok(first !== "end");
  assert.deepEqual([first.event, first.id], ["snapshot", `${START_MS}-1`]);
  assert.equal(first.data["gap"], false);
  assert.equal((first.data["routers"] as unknown[]).length, 1);
  scene.engine.happen(2);
  const second = await reader.next();
  assert.ok(second !== "end");
  assert.deepEqual([second.event, second.id], ["transition", `${START_MS}-2`]);
  assert.equal(second.data["to"], "Master");
  await reader.cancel();
});

Deno.test("GET /run/events goes on after the event that was seen last", async () => {
  const scene = new ApiScene();
  for (const sequence of [1, 2, 3]) scene.engine.happen(sequence);
  const expected = [`transition ${START_MS}-2`, `transition ${START_MS}-3`];
  const byHeader = await open(scene, "/run/events", { "last-event-id": `${START_MS}-1` });
  assert.deepEqual(await byHeader.names(2), expected);
  const byQuery = await open(scene, `/run/events?since=${START_MS}-1`);
  assert.deepEqual(await byQuery.names(2), expected);
  await Promise.all([byHeader.cancel(), byQuery.cancel()]);
});

for (const id of ["7-1", `${START_MS}-9`, "x", `${START_MS}-01`, `${START_MS}-`]) {
  Deno.test(`GET /run/events after the unknown id ${id} tells of a gap`, async () => {
    const scene = new ApiScene();
    scene.engine.happen(1);
    const reader = await open(scene, `/run/events?since=${id}`);
    const event = await reader.next();
    assert.ok(event !== "end");
    assert.deepEqual([event.event, event.data["gap"]], ["snapshot", true]);
    await reader.cancel();
  });
}

Deno.test("a reader who is too slow misses events and is told so; nothing piles up", async () => {
  const scene = new ApiScene();
  const reader = await open(scene);
  assert.deepEqual(await reader.names(1), [`snapshot ${START_MS}-0`]);
  for (let sequence = 1; sequence <= 2500; sequence++) scene.engine.happen(sequence);
  const event = await reader.next();
  assert.ok(event !== "end");
  assert.deepEqual([event.event, event.id, event.data["gap"]], [
    "snapshot",
    `${START_MS}-2500`,
    true,
  ]);
  await reader.cancel();
});

Deno.test("a stream ends with its session", async () => {
  const scene = new ApiScene();
  const cookie = await scene.cookie();
  const reader = new Reader(await scene.send("/run/events", { headers: { cookie } }));
  await reader.next();
  const end = reader.next();
  await scene.send("/auth/logout", { method: "POST", headers: { cookie } });
  assert.equal(await end, "end");
});

Deno.test("a stream ends when its session's time is over", async () => {
  const scene = new ApiScene();
  const reader = await open(scene);
  await reader.next();
  const end = reader.next();
  scene.nowMs += 3_600_000;
  scene.engine.happen(1);
  assert.equal(await end, "end");
});

Deno.test("only so many streams are open at once, and one that ends makes room", async () => {
  const scene = new ApiScene();
  const cookies = [await scene.cookie("admin"), await scene.cookie("ops")] as const;
  const get = (cookie: string = cookies[0]) => scene.send("/run/events", { headers: { cookie } });
  const readers: Reader[] = [];
  for (let count = 0; count < 256; count++) readers.push(new Reader(await get()));
  assert.equal((await get()).status, 503, "one user has half of the room");
  for (let count = 0; count < 256; count++) readers.push(new Reader(await get(cookies[1])));
  assert.equal((await get(cookies[1])).status, 503);
  await readers[0]?.cancel();
  const again = new Reader(await get());
  await Promise.all([...readers, again].map((reader) => reader.cancel()));
});
