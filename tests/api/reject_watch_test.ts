import assert from "node:assert/strict";
import { RejectWatch } from "../../src/api/reject_watch.ts";
import type { Counters } from "../../src/vrrp/counters.ts";
import { newCounters } from "../../src/vrrp/counters.ts";
import { ApiScene, PaperEngine, PROCESS, routerSnapshot, START_MS } from "./fixtures.ts";

type Rejected = Counters["rejected"];

/** An engine that has dropped just this. */
class Scene {
  readonly engine = new PaperEngine();
  nowMs = 0;
  snapshots = 0;
  strays: Rejected = {};
  readonly watch = new RejectWatch({
    engine: {
      snapshot: async () => {
        this.snapshots++;
        const { routers } = await this.engine.snapshot();
        const strays = [{ interface: "eth0", rejected: this.strays }];
        return { process: { ...PROCESS, strays }, routers };
      },
    },
    clock: () => START_MS,
    steadyClock: () => this.nowMs,
  });

  drop(rejected: Rejected, strays: Rejected = {}): void {
    this.engine.routers = [routerSnapshot({ counters: { ...newCounters(), rejected } })];
    this.strays = strays;
  }

  /** What is new, as reason and count. */
  async later(ms: number): Promise<unknown> {
    this.nowMs += ms;
    const { last } = this.watch;
    await this.watch.look();
    return this.watch.after(last)?.rejected.map(({ reason, count }) => `${reason} ${count}`);
  }
}

Deno.test("RejectWatch tells what was dropped since it looked before, and nothing of what was before", async () => {
  const scene = new Scene();
  scene.drop({ ttl: 100 });
  assert.equal(await scene.later(0), undefined);
  scene.drop({ ttl: 103, ipChecksum: 1 }, { unknownGroup: 9 });
  assert.deepEqual(await scene.later(5000), ["unknownGroup 9", "ttl 3", "ipChecksum 1"]);
  assert.equal(await scene.later(5000), undefined);
  assert.deepEqual(scene.watch.after(0)?.rejected.slice(0, 2), [
    { group: null, interface: "eth0", family: null, reason: "unknownGroup", count: 9 },
    { group: 1, interface: "eth0", family: 4, reason: "ttl", count: 3 },
  ]);
});

Deno.test("RejectWatch asks the engine once in a while however many want to know", async () => {
  const scene = new Scene();
  await Promise.all(Array.from({ length: 100 }, () => scene.watch.look()));
  await scene.later(4999);
  assert.equal(scene.snapshots, 1);
  await scene.later(1);
  assert.equal(scene.snapshots, 2);
});

Deno.test("RejectWatch tells nothing of a time in which nobody wanted to know", async () => {
  const scene = new Scene();
  await scene.later(0);
  scene.drop({ ttl: 1000 });
  assert.equal(await scene.later(3_600_000), undefined);
  scene.drop({ ttl: 1001 });
  assert.deepEqual(await scene.later(5000), ["ttl 1"]);
});

Deno.test("RejectWatch counts a virtual router that has begun anew from its beginning", async () => {
  const scene = new Scene();
  scene.drop({ ttl: 1000 });
  await scene.later(0);
  scene.drop({ ttl: 2 });
  assert.deepEqual(await scene.later(5000), ["ttl 2"]);
});

Deno.test("RejectWatch tells of a hundred rows at most, and how many more there were", async () => {
  const scene = new Scene();
  await scene.later(0);
  scene.engine.routers = Array.from({ length: 250 }, (_, index) =>
    routerSnapshot({
      group: 1 + index,
      counters: { ...newCounters(), rejected: { ttl: 1 + index } },
    }));
  scene.nowMs = 5000;
  await scene.watch.look();
  const body = scene.watch.after(0);
  assert.deepEqual([body?.rejected.length, body?.left_out], [100, 150]);
  assert.equal(body?.rejected[0]?.count, 250);
});

Deno.test("RejectWatch goes on where the engine has not answered", async () => {
  const scene = new Scene();
  await scene.later(0);
  scene.engine.silent = true;
  assert.equal(await scene.later(5000), undefined);
  scene.engine.silent = false;
  scene.drop({ ttl: 1 });
  assert.deepEqual(await scene.later(5000), ["ttl 1"]);
});

Deno.test("GET /run/events tells of dropped packets in an event without an id", async () => {
  const scene = new ApiScene();
  const headers = { cookie: await scene.cookie("ops") };
  const answer = await scene.send("/run/events", { headers });
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  assert.ok(reader);
  let text = "";
  const waitFor = async (part: string) => {
    while (!text.includes(part)) text += (await reader.read()).value ?? assert.fail(text);
  };
  await waitFor("\n\n");
  const waiting = waitFor("event: rejects");
  // The first look only learns what there is.
  scene.engine.wake();
  await new Promise((resolve) => setTimeout(resolve));
  const counters = { ...newCounters(), rejected: { ttl: 7 } };
  scene.engine.routers = [routerSnapshot({ counters })];
  scene.nowMs += 5000;
  scene.engine.wake();
  await waiting;
  await waitFor("\n\n");
  const data = /^event: rejects\ndata: (.*)\n\n$/m.exec(text)?.[1] ?? "";
  assert.deepEqual(JSON.parse(data).rejected, [
    { group: 1, interface: "eth0", family: 4, reason: "ttl", count: 5 },
  ]);
  await reader.cancel();
});
