import assert from "node:assert/strict";
import { ping } from "../support/host.ts";
import { Scene } from "../support/v3_scene.ts";
import { HIGH, KEEPALIVED, KEEPALIVED_VMAC, LOW, OURS, OURS_MACVLAN } from "../support/v3_sides.ts";

const ROWS = [
  { r1: OURS, r2: KEEPALIVED, row: "on the interface" },
  { r1: KEEPALIVED_VMAC, r2: OURS_MACVLAN, row: "on a macvlan" },
];

for (const { row, ...sides } of ROWS) {
  const [first, second] = [sides.r1.kind.name, sides.r2.kind.name];

  Deno.test(`version 3 without accept ${row}: a Master resolves and takes no packets, be it ${first} or ${second} [A7 forbids] [A8 forbids]`, async () => {
    await using scene = await Scene.create(sides);
    const high = await scene.startMaster("r1", { priority: HIGH, accept: false });
    const low = await scene.start("r2", { priority: LOW, accept: false });
    await scene.expectResolved("r1");
    await expectSilence(scene);
    await high.stop();
    await scene.entered(low, "Master");
    await scene.expectResolved("r2");
    await expectSilence(scene);
    await scene.startMaster("r1", { priority: HIGH, accept: true });
    await scene.expectServing("r1");
  });
}

async function expectSilence(scene: Scene): Promise<void> {
  const answers = scene.targets.map(({ target }) => ping(scene.world, "host", target));
  assert.deepEqual(await Promise.all(answers), scene.targets.map(() => false));
}
