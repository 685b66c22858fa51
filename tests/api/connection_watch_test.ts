import assert from "node:assert/strict";
import { eventually } from "../support/wait.ts";
import {
  ConnectionWatch,
  mostConnectionsOf,
  type SeenConnection,
} from "../../src/api/connection_watch.ts";

/** Connections that are there as long as nobody cuts them. */
class Scene {
  readonly #open = new Map<string, number>();
  nowMs = 0;
  readonly watch: ConnectionWatch;

  constructor(mostConnections = 100) {
    this.watch = new ConnectionWatch({
      list: () => Array.from(this.#open, ([from, bytes]) => this.#seen(from, bytes)),
      steadyClock: () => this.nowMs,
      mostConnections,
    });
  }

  /** What has come from there so far; a connection that is new is opened. */
  receive(from: string, receivedBytes: number): void {
    this.#open.set(from, receivedBytes);
  }

  /** Looks after this time; gives what is still open. */
  after(ms: number): string[] {
    this.nowMs += ms;
    this.watch.look();
    return [...this.#open.keys()];
  }

  #seen(from: string, receivedBytes: number): SeenConnection {
    return { from, receivedBytes, cut: () => this.#open.delete(from) };
  }
}

Deno.test("ConnectionWatch ends a connection that asks for nothing, whatever it sends", () => {
  const scene = new Scene();
  scene.receive("silent", 0);
  scene.receive("slow", 1);
  assert.deepEqual(scene.after(0), ["silent", "slow"]);
  for (let bytes = 2; bytes < 31; bytes++) {
    scene.receive("slow", bytes);
    assert.deepEqual(scene.after(1000), ["silent", "slow"]);
  }
  assert.deepEqual(scene.after(1000), []);
});

Deno.test("ConnectionWatch gives each request its time anew", () => {
  const scene = new Scene();
  for (let request = 1; request <= 10; request++) {
    scene.receive("client", 100_000 * request);
    scene.watch.begin("client")();
    assert.deepEqual(scene.after(29_000), ["client"]);
  }
  assert.deepEqual(scene.after(1000), []);
});

Deno.test("ConnectionWatch leaves alone what is being answered, until the last answer has ended", () => {
  const scene = new Scene(0);
  scene.receive("client", 0);
  const [first, second] = [scene.watch.begin("client"), scene.watch.begin("client")];
  scene.receive("client", 1 << 20);
  assert.deepEqual(scene.after(3_600_000), ["client"]);
  first();
  assert.deepEqual(scene.after(3_600_000), ["client"]);
  second();
  assert.deepEqual(scene.after(0), []);
});

Deno.test("ConnectionWatch ends a head that does not, unless somebody begins to answer it", () => {
  const scene = new Scene();
  scene.receive("head", 65_537);
  scene.receive("body", 65_537);
  scene.receive("fair", 65_536);
  assert.deepEqual(scene.after(0), ["head", "body", "fair"]);
  scene.watch.begin("body");
  assert.deepEqual(scene.after(1000), ["body", "fair"]);
});

Deno.test("ConnectionWatch counts a head from the request before it", () => {
  const scene = new Scene();
  scene.receive("client", 1 << 20);
  scene.watch.begin("client")();
  scene.after(0);
  scene.receive("client", (1 << 20) + 65_536);
  scene.after(1);
  assert.deepEqual(scene.after(1), ["client"]);
  scene.receive("client", (1 << 20) + 65_537);
  scene.after(1);
  assert.deepEqual(scene.after(1), []);
});

Deno.test("ConnectionWatch ends those that are quiet for longest where there are too many", () => {
  const scene = new Scene(3);
  const busy = ["a", "b"];
  for (const from of busy) {
    scene.receive(from, 0);
    scene.watch.begin(from);
  }
  for (const from of ["c", "d", "e"]) {
    scene.receive(from, 0);
    scene.after(1000);
  }
  assert.deepEqual(scene.after(0), ["a", "b", "e"]);
});

Deno.test("mostConnectionsOf() leaves half of the descriptors to the virtual routers", () => {
  assert.deepEqual([1024, 6000, 524_288].map(mostConnectionsOf), [512, 3000, 3000]);
});

Deno.test("ConnectionWatch looks again after it could not look, and tells that once", async () => {
  const told: string[] = [];
  let looks = 0;
  const watch = new ConnectionWatch({
    list: () => {
      looks++;
      throw new Error("no descriptor is left");
    },
    steadyClock: () => 0,
    warn: (text) => void told.push(text),
  });
  watch.follow(true);
  await eventually(() => looks > 1, { what: "a second look" });
  watch.follow(false);
  assert.deepEqual(told, ["Cannot look at the API's connections: no descriptor is left"]);
});
