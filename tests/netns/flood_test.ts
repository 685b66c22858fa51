import assert from "node:assert/strict";
import { advertFrame } from "../support/advert_frame.ts";
import { inject } from "../support/inject.ts";
import { Rvrrpd } from "../support/rvrrpd.ts";
import { World } from "../support/world.ts";

const ROUTER = { group: 1, priority: 250, vip: "10.9.0.100/24", vmac: false };

/** 200 a second for three seconds. */
const FRAMES = 600;
const GAP_MS = 5;

Deno.test("rvrrpd as Master says once that a lower priority advertises, however often it does", async () => {
  await using world = await World.create();
  const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [ROUTER] });
  await daemon.waitFor("Master");
  const since = daemon.process.mark();
  const lower = advertFrame({ advert: { priority: 100 } });
  const frames = new Array<Uint8Array>(FRAMES).fill(lower);
  await inject(world, { machine: "r2", frames, gapMs: GAP_MS });

  const complaint = /10\.9\.0\.2 with priority 100 is Master too/;
  await daemon.process.waitForLine(complaint, { since });
  const said = daemon.process.matching(complaint, since);
  assert.equal(said.length, 1, daemon.process.text);
  assert.ok(daemon.process.lines.length - since <= 5, daemon.process.text);
  assert.equal(daemon.changes().at(-1), "Backup to Master");
});
