import assert from "node:assert/strict";
import { rvrrpd } from "../support/rvrrpd.ts";
import { advertsOf, Scene } from "../support/v3_scene.ts";
import { BESIDE_KEEPALIVED, HIGH, LOW, LOW_MASTER_DOWN_MS } from "../support/v3_sides.ts";
import { gapMs, reigns } from "../support/v3_traffic.ts";

for (const sides of BESIDE_KEEPALIVED) {
  const { r1: { kind: first }, r2: { kind: second } } = sides;

  Deno.test(`version 3 in unicast: ${first.name} takes both families from ${second.name}, and dies`, async () => {
    await using scene = await Scene.create(sides, { unicast: true });
    const low = await scene.startMaster("r2", { priority: LOW });
    const since = low.process.mark();
    const high = await scene.startMaster("r1", { priority: HIGH });
    await scene.entered(low, "Backup", since);
    await scene.heard("r1");
    await scene.expectServing("r1");
    const sinceBackup = low.process.mark();
    await high.kill();
    await scene.world.unplug("r1");
    await scene.entered(low, "Master", sinceBackup);
    await scene.expectServing("r2");
    const seen = await scene.stop();
    for (const vrid of scene.vrids) {
      const [r1, r2] = [scene.sourceOf("r1", vrid), scene.sourceOf("r2", vrid)];
      const adverts = advertsOf(seen, vrid);
      assert.deepEqual(reigns(adverts), [r2, r1, r2]);
      const afterTakeOver = adverts.slice(adverts.findIndex(({ source }) => source === r1));
      const gap = gapMs(afterTakeOver, { from: r1, to: r2 });
      assert.ok(gap >= LOW_MASTER_DOWN_MS, `group ${vrid} was taken over after ${gap} ms`);
      for (const { family, source, destination, ttl, checksumForm } of adverts) {
        assert.equal(destination, source === r1 ? r2 : r1);
        // keepalived leaves the hop limit to the kernel.
        const ours = (source === r1 ? first : second) === rvrrpd;
        assert.equal(ttl, family === 4 || ours ? 255 : 64);
        assert.equal(checksumForm, "rfc5798");
      }
    }
  });
}
