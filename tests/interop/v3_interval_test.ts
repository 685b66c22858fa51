import assert from "node:assert/strict";
import { advertsOf, Scene } from "../support/v3_scene.ts";
import { BESIDE_KEEPALIVED, HIGH, LOW } from "../support/v3_sides.ts";
import { gapMs } from "../support/v3_traffic.ts";

const SHORT_S = 0.1;
const SHORT_CS = 10;
/** Skew included, rounded down (RFC 9568 section 6.1). */
const SHORT_MASTER_DOWN_MS = 320;

for (const sides of BESIDE_KEEPALIVED) {
  const first = sides.r1.kind.name;
  const second = sides.r2.kind.name;

  Deno.test(`version 3 at 0.1 s: ${second} takes over both families when ${first} is killed`, async () => {
    await using scene = await Scene.create(sides);
    const master = await scene.startMaster("r1", { priority: HIGH, advertS: SHORT_S });
    const backup = await scene.start("r2", { priority: LOW, advertS: SHORT_S });
    await scene.heard("r1", 10);
    const since = backup.process.mark();
    await master.kill();
    await scene.world.unplug("r1");
    await scene.entered(backup, "Master", since);
    await scene.expectServing("r2");
    const { adverts } = await scene.stop();
    for (const vrid of scene.vrids) {
      const [from, to] = [scene.sourceOf("r1", vrid), scene.sourceOf("r2", vrid)];
      const seen = adverts.filter((advert) => advert.vrid === vrid);
      // A machine that stands still for so short a time makes a take-over more, which is no fault.
      const last = seen.findLastIndex(({ source }) => source === from);
      const gap = gapMs(seen.slice(last), { from, to });
      assert.ok(gap >= SHORT_MASTER_DOWN_MS, `group ${vrid} was taken over after ${gap} ms`);
      assert.deepEqual(new Set(seen.map(({ intervalCs }) => intervalCs)), new Set([SHORT_CS]));
    }
  });
}

const OWN_S = 0.25;
const OTHERS_S = 1;
/** The skew time follows the interval (RFC 9568 section 6.1): with our own one it were 152 ms. */
const LOWER = 100;
const LOWER_SKEW_MS = 600;
/** Who has not learned the other's interval waits for three of these, longer than any test does. */
const VERY_LONG_S = 20;

for (const sides of BESIDE_KEEPALIVED) {
  const first = sides.r1.kind.name;
  const second = sides.r2.kind.name;

  Deno.test(`version 3: ${second} lives by the longer interval of ${first}, and this one by a shorter [B9 demands] [S6 demands]`, async () => {
    await using scene = await Scene.create(sides);
    const slow = await scene.startMaster("r1", { priority: HIGH, advertS: OTHERS_S });
    const fast = await scene.start("r2", { priority: LOWER, advertS: OWN_S });
    // It may take over once, before it has heard a first advertisement.
    await scene.heard("r1", 3);
    const since = fast.process.mark();
    await slow.stop();
    await scene.entered(fast, "Master", since);
    const back = await scene.start("r1", {
      priority: HIGH,
      preempt: false,
      advertS: VERY_LONG_S,
    });
    await scene.heard("r2", 2);
    await fast.kill();
    await scene.world.unplug("r2");
    await scene.entered(back, "Master");
    const seen = await scene.stop();
    for (const vrid of scene.vrids) {
      const [from, to] = [scene.sourceOf("r1", vrid), scene.sourceOf("r2", vrid)];
      const adverts = advertsOf(seen, vrid);
      const last = adverts.findLastIndex(({ intervalCs }) => intervalCs === OTHERS_S * 100);
      const spoken = adverts.slice(last - 1);
      const gap = gapMs(spoken, { from, to });
      assert.ok(gap >= LOWER_SKEW_MS, `group ${vrid} was taken over after ${gap} ms`);
      const intervals = spoken.map(({ intervalCs }) => intervalCs);
      const changes = intervals.filter((intervalCs, index) => intervalCs !== intervals[index - 1]);
      assert.deepEqual(changes, [OTHERS_S * 100, OWN_S * 100, VERY_LONG_S * 100]);
    }
  });
}
