import assert from "node:assert/strict";
import { EngineSilent } from "../../src/api/engine_port.ts";
import type { ApiRequest } from "../../src/api/messages.ts";
import { RemoteEngine } from "../../src/api/remote_engine.ts";
import { PROCESS, routerSnapshot, transition } from "./fixtures.ts";

class Scene {
  readonly sent: ApiRequest[] = [];
  asked = 0;
  nowMs = 0;
  readonly engine = new RemoteEngine({
    send: (request) => this.sent.push(request),
    ask: () => this.asked++,
    clock: () => this.nowMs,
  });

  tell(groups: readonly number[], { first = true, last = true } = {}): void {
    const routers = groups.map((group) => routerSnapshot({ group }));
    this.engine.take({ tell: "routers", first, routers, ...last ? { process: PROCESS } : {} });
  }
}

Deno.test("RemoteEngine.snapshot() asks once for all who want it, and not again while it is fresh", async () => {
  const scene = new Scene();
  const both = Promise.all([scene.engine.snapshot(), scene.engine.snapshot()]);
  assert.equal(scene.asked, 1);
  scene.tell([1]);
  const [one, other] = await both;
  assert.equal(one, other);
  scene.nowMs = 199;
  assert.equal(await scene.engine.snapshot(), one);
  assert.equal(scene.asked, 1);
  scene.nowMs = 200;
  const next = scene.engine.snapshot();
  assert.equal(scene.asked, 2);
  scene.tell([2]);
  assert.notEqual(await next, one);
});

Deno.test("RemoteEngine.snapshot() waits for the last part, and a first one begins anew", async () => {
  const scene = new Scene();
  const asked = scene.engine.snapshot();
  scene.tell([9], { last: false });
  scene.tell([1], { last: false });
  scene.tell([2], { first: false, last: false });
  scene.tell([3], { first: false });
  assert.deepEqual((await asked).routers.map(({ group }) => group), [1, 2, 3]);
});

Deno.test("RemoteEngine.snapshot() does not wait for ever", async () => {
  const scene = new Scene();
  await assert.rejects(scene.engine.snapshot(), EngineSilent);
  const next = scene.engine.snapshot();
  assert.equal(scene.asked, 2);
  scene.tell([1]);
  assert.equal((await next).routers.length, 1);
});

/** Collects what would be called later. Nothing of it is called by itself. */
function holdTimers(): Disposable & { readonly callbacks: (() => void)[] } {
  const { setTimeout } = globalThis;
  const callbacks: (() => void)[] = [];
  globalThis.setTimeout = ((callback: () => void) => callbacks.push(callback)) as typeof setTimeout;
  return {
    callbacks,
    [Symbol.dispose]: () => {
      globalThis.setTimeout = setTimeout;
    },
  };
}

Deno.test("RemoteEngine.snapshot() given up by one is not lost to those who have asked since", async () => {
  using timers = holdTimers();
  const scene = new Scene();
  const [first, second] = [scene.engine.snapshot(), scene.engine.snapshot()];
  timers.callbacks[0]?.();
  await assert.rejects(first, EngineSilent);
  const third = scene.engine.snapshot();
  assert.equal(scene.asked, 2);
  timers.callbacks[1]?.();
  await assert.rejects(second, EngineSilent);
  scene.tell([1]);
  assert.equal((await third).routers.length, 1);
});

Deno.test("RemoteEngine.command() gives each command its own outcome, after which nothing is fresh", async () => {
  const scene = new Scene();
  const first = scene.engine.snapshot();
  scene.tell([1]);
  await first;
  const [one, other] = [
    scene.engine.command({ do: "reload" }),
    scene.engine.command({ do: "stop" }),
  ];
  const ids = scene.sent.map((request) => request.ask === "command" ? request.id : 0);
  assert.deepEqual(ids, [1, 2]);
  const failed = { done: false, why: "unable", message: "No", details: [] } as const;
  scene.engine.take({ tell: "outcome", id: 2, outcome: failed });
  scene.engine.take({ tell: "outcome", id: 1, outcome: { done: true } });
  scene.engine.take({ tell: "outcome", id: 77, outcome: { done: true } });
  assert.deepEqual([await one, await other], [{ done: true }, failed]);
  const again = scene.engine.snapshot();
  assert.equal(scene.asked, 2);
  scene.tell([1]);
  await again;
});

Deno.test("RemoteEngine.events wakes who waits for a later one", async () => {
  const { engine } = new Scene();
  const changed = engine.events.changed(0, 60_000);
  engine.take({ tell: "events", events: [transition(1), transition(2)] });
  await changed;
  await engine.events.changed(1, 60_000);
  assert.equal(engine.events.last, 2);
  assert.deepEqual(engine.events.after(1)?.map(({ sequence }) => sequence), [2]);
  // Nothing comes: the limit ends it.
  await engine.events.changed(2, 1);
});
