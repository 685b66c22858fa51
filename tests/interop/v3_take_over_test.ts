import assert from "node:assert/strict";
import { expectClaims, expectForm } from "../support/v3_expect.ts";
import { advertsOf, Scene } from "../support/v3_scene.ts";
import {
  BESIDE_FRR,
  BESIDE_KEEPALIVED,
  HIGH,
  LOW,
  LOW_MASTER_DOWN_MS,
  LOW_SKEW_MS,
} from "../support/v3_sides.ts";
import { gapMs, reigns } from "../support/v3_traffic.ts";
import { delay } from "../support/wait.ts";

for (const sides of [...BESIDE_KEEPALIVED, ...BESIDE_FRR]) {
  const first = sides.r1.kind.name;
  const second = sides.r2.kind.name;

  Deno.test(`version 3: ${second} takes over both families when ${first} is killed`, async () => {
    await using scene = await Scene.create(sides);
    const master = await scene.startMaster("r1", { priority: HIGH });
    const backup = await scene.start("r2", { priority: LOW });
    await scene.heard("r1");
    await scene.expectServing("r1");
    await master.kill();
    // The kernel of a router that lost power does not answer for the addresses either.
    await scene.world.unplug("r1");
    await scene.entered(backup, "Master");
    await scene.expectServing("r2");
    // FRR has to bring its link up before it can speak IPv6, and fails to say the first one.
    await scene.heard("r2");
    const seen = await scene.stop();
    for (const vrid of scene.vrids) {
      const [from, to] = [scene.sourceOf("r1", vrid), scene.sourceOf("r2", vrid)];
      const adverts = advertsOf(seen, vrid);
      assert.deepEqual(reigns(adverts), [from, to]);
      const gap = gapMs(adverts, { from, to });
      const inTime = gap >= LOW_MASTER_DOWN_MS && gap < 10 * LOW_MASTER_DOWN_MS;
      assert.ok(inTime, `group ${vrid} was taken over after ${gap} ms`);
    }
    expectForm(scene, seen);
    expectClaims(scene, seen, ["r1", "r2"]);
  });

  Deno.test(`version 3: ${first} takes both families from ${second} by its priority, then leaves them`, async () => {
    await using scene = await Scene.create(sides);
    const low = await scene.startMaster("r2", { priority: LOW });
    await scene.expectServing("r2");
    const since = low.process.mark();
    const high = await scene.startMaster("r1", { priority: HIGH });
    await scene.entered(low, "Backup", since);
    await scene.expectServing("r1");
    const sinceBackup = low.process.mark();
    await high.stop();
    await scene.entered(low, "Master", sinceBackup);
    await scene.expectServing("r2");
    // FRR has to bring its link up before it can speak IPv6, and fails to say the first one.
    await scene.heard("r2");
    const seen = await scene.stop();
    for (const vrid of scene.vrids) {
      const [r1, r2] = [scene.sourceOf("r1", vrid), scene.sourceOf("r2", vrid)];
      const adverts = advertsOf(seen, vrid);
      assert.deepEqual(reigns(adverts), [r2, r1, r2]);
      // Who is overruled says nothing more, not even farewell.
      const farewells = adverts.filter(({ priority }) => priority === 0);
      assert.deepEqual(farewells.map(({ source }) => source), [r1]);
    }
    expectClaims(scene, seen, ["r2", "r1", "r2"]);
  });
}

for (const sides of BESIDE_KEEPALIVED) {
  const first = sides.r1.kind.name;
  const second = sides.r2.kind.name;

  Deno.test(`version 3: ${second} takes over from ${first} that stops, and keeps what it has without preemption`, async () => {
    await using scene = await Scene.create(sides);
    const master = await scene.startMaster("r1", { priority: HIGH });
    const backup = await scene.start("r2", { priority: LOW });
    await scene.heard("r1");
    await master.stop();
    await scene.entered(backup, "Master");
    await scene.heard("r2");
    const back = await scene.start("r1", { priority: HIGH, preempt: false });
    await delay(LOW_MASTER_DOWN_MS + 1000);
    await scene.expectServing("r2");
    await backup.kill();
    await scene.world.unplug("r2");
    await scene.entered(back, "Master");
    await scene.expectServing("r1");
    const seen = await scene.stop();
    for (const vrid of scene.vrids) {
      const [r1, r2] = [scene.sourceOf("r1", vrid), scene.sourceOf("r2", vrid)];
      const adverts = advertsOf(seen, vrid);
      assert.deepEqual(reigns(adverts), [r1, r2, r1]);
      const farewells = adverts.filter(({ priority }) => priority === 0);
      assert.deepEqual(farewells.map(({ source }) => source), [r1]);
      const gap = gapMs(adverts, { from: r1, to: r2 });
      assert.ok(gap >= LOW_SKEW_MS, `group ${vrid} was taken over after ${gap} ms`);
      assert.ok(gap < LOW_MASTER_DOWN_MS, `group ${vrid} waited ${gap} ms for who had left`);
    }
    expectClaims(scene, seen, ["r1", "r2", "r1"]);
  });
}
