import assert from "node:assert/strict";
import { advertFrame } from "../support/advert_frame.ts";
import { Capture } from "../support/capture.ts";
import { inject } from "../support/inject.ts";
import { Rvrrpd } from "../support/rvrrpd.ts";
import { adverts } from "../support/traffic.ts";
import { delay } from "../support/wait.ts";
import { ADDRESS, MAC, World } from "../support/world.ts";
import { ip } from "../../src/base/ip.ts";

const OURS = { group: 2, vip: "10.9.0.102", priority: 100, vmac: false };
const SHARED = { group: 1, vip: "10.9.0.101", vmac: false };
/** Long after everything has settled, Backups are left alone for an interval at a time. */
const SETTLED_MS = 6000;
/** So far apart that no rhythm of one second can explain several answers at once. */
const GAP_MS = 1230;
const RIVALS = 5;

Deno.test("rvrrpd as Backup of one router still answers a rival of another at once", async () => {
  await using world = await World.create();
  const master = await Rvrrpd.start({
    world,
    machine: "r1",
    routers: [{ ...SHARED, priority: 200 }],
  });
  await master.waitFor("Master");
  const both = await Rvrrpd.start({
    world,
    machine: "r2",
    routers: [{ ...SHARED, priority: 100 }, OURS],
  });
  await both.waitFor("Master", { vrid: 2 });
  await delay(SETTLED_MS);
  const capture = await Capture.start(world);
  const rival = advertFrame({
    advert: { vrid: 2, priority: 50, addresses: [ip(OURS.vip)] },
    source: ADDRESS.host,
    sourceMac: MAC.host,
  });
  const frames = new Array<Uint8Array>(RIVALS).fill(rival);
  await inject(world, { machine: "host", frames, gapMs: GAP_MS });
  await delay(500);
  const seen = adverts(await capture.stop()).filter(({ vrid }) => vrid === 2);
  const waitsMs = seen.filter(({ source }) => source === ADDRESS.host).map(({ tMs }) => {
    const answer = seen.find((advert) => advert.source === ADDRESS.r2 && advert.tMs > tMs);
    return (answer?.tMs ?? Infinity) - tMs;
  });
  assert.equal(waitsMs.length, RIVALS);
  assert.ok(waitsMs.every((waitMs) => waitMs < 200), `answered after ${waitsMs.join(", ")} ms`);
});
