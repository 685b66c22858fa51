import assert from "node:assert/strict";
import { expectClaims, expectForm } from "../support/v3_expect.ts";
import { advertsOf, Scene, type SceneOptions } from "../support/v3_scene.ts";
import {
  HIGH,
  KEEPALIVED_VMAC,
  LOW,
  OURS_ETHER,
  OURS_MACVLAN,
  type Sides,
  V6,
} from "../support/v3_sides.ts";
import { reigns } from "../support/v3_traffic.ts";

const ROWS: readonly (Sides & SceneOptions & { readonly row: string })[] = [
  { r1: OURS_MACVLAN, r2: KEEPALIVED_VMAC, row: "macvlan and keepalived's use_vmac" },
  { r1: KEEPALIVED_VMAC, r2: OURS_MACVLAN, row: "keepalived's use_vmac and macvlan" },
  // An interface has one MAC to give.
  {
    r1: OURS_ETHER,
    r2: KEEPALIVED_VMAC,
    routers: [V6],
    row: "the interface's MAC and keepalived's use_vmac",
  },
];

for (const { row, r1, r2, ...options } of ROWS) {
  Deno.test(`version 3: the virtual MAC moves between ${row} [W5a demands] [W5b demands] [B7b demands] [B7c demands]`, async () => {
    await using scene = await Scene.create({ r1, r2 }, options);
    const first = await scene.startMaster("r1", { priority: HIGH });
    const second = await scene.start("r2", { priority: LOW });
    await scene.heard("r1");
    await scene.expectServing("r1");

    await first.stop();
    await scene.entered(second, "Master");
    await scene.expectServing("r2");

    const since = second.process.mark();
    await scene.startMaster("r1", { priority: HIGH });
    await scene.entered(second, "Backup", since);
    await scene.expectServing("r1");

    const seen = await scene.stop();
    for (const vrid of scene.vrids) {
      const [one, other] = [scene.sourceOf("r1", vrid), scene.sourceOf("r2", vrid)];
      assert.deepEqual(reigns(advertsOf(seen, vrid)), [one, other, one]);
    }
    expectForm(scene, seen);
    expectClaims(scene, seen, ["r1", "r2", "r1"]);
  });
}
