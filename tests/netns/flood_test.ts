import assert from "node:assert/strict";
import { ip, type IpAddress, ipFromBytes } from "../../src/base/ip.ts";
import * as frame from "../../src/wire/frame.ts";
import { withTag } from "../../src/wire/vlan.ts";
import { advertFrame } from "../support/advert_frame.ts";
import { viewOf } from "../support/bytes.ts";
import { Capture } from "../support/capture.ts";
import { inject } from "../support/inject.ts";
import { Rvrrpd } from "../support/rvrrpd.ts";
import { adverts3 } from "../support/v3_traffic.ts";
import { ADDRESS, World } from "../support/world.ts";
import { mac } from "../vrrp/fixtures.ts";

const ROUTER = { group: 1, priority: 250, vip: "10.9.0.100/24", vmac: false };

/** 200 a second for three seconds. */
const FRAMES = 600;
const GAP_MS = 5;

Deno.test("rvrrpd as Master says once that a lower priority advertises, however often it does [A13 forbids]", async () => {
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

/** More than the socket's queue can hold. */
const LONG_FRAMES = 6000;
const INTERVAL_MS = 100;
const VIPS = Array.from({ length: 32 }, (_, n) => `10.9.0.${100 + n}`);

/** From r2 with priority 1, and 255 addresses: strangers, and at the end ours but the last. */
function longAdvert(turn: number): Uint8Array<ArrayBuffer> {
  const ours = VIPS.slice(0, -1).map((vip) => ip(vip));
  const strangers = Array.from({ length: 255 - ours.length }, (_, n): IpAddress => {
    return ipFromBytes(Uint8Array.of(10, 8, turn & 0xff, (n + turn) & 0xff));
  });
  const addresses = [...strangers, ...ours];
  const whole: frame.AdvertFrame = {
    advert: { vrid: 1, priority: 1, advertIntervalCs: INTERVAL_MS / 10, addresses },
    sourceMac: mac("02:00:00:00:00:02"),
    source: ip(ADDRESS.r2),
    ipId: 1,
    pad: false,
  };
  const bytes = new Uint8Array(frame.advertSize(whole));
  frame.emitAdvert(whole, viewOf(bytes));
  return bytes;
}

Deno.test("rvrrpd as Master goes on advertising while a stranger sends long lists", async () => {
  await using world = await World.create();
  const router = { ...ROUTER, vip: VIPS, version: 3, timers: { advert: INTERVAL_MS / 1000 } };
  const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [router] });
  await daemon.waitFor("Master");
  const capture = await Capture.start(world, { filter: `src host ${ADDRESS.r1} and ip proto 112` });
  await capture.waitFor((frames) => frames.length > 2, { what: "advertisements" });
  const frames = Array.from({ length: LONG_FRAMES }, (_, turn) => longAdvert(turn));
  await inject(world, { machine: "r2", frames });
  await daemon.process.waitForLine(/lists other virtual addresses/);
  const sentMs = Date.now();
  await capture.waitFor((frames) => frames.some(({ tMs }) => tMs > sentMs + 10 * INTERVAL_MS), {
    what: "advertisements after the flood",
  });

  const times = adverts3(await capture.stop()).map(({ tMs }) => tMs);
  const silences = times.slice(1).map((tMs, index) => tMs - (times[index] ?? NaN));
  assert.ok(Math.max(...silences) < 10 * INTERVAL_MS, `${Math.max(...silences)} ms of silence`);
  assert.deepEqual(daemon.changes(), ["Init to Backup", "Backup to Master"]);
});

Deno.test("rvrrpd does not heed what is tagged for a VLAN that has no interface", async () => {
  await using world = await World.create();
  const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [ROUTER] });
  await daemon.waitFor("Master");
  const better = advertFrame({ advert: { priority: 254 } });
  const tagged = withTag(viewOf(better), { protocol: 0x8100, control: 20 });
  await inject(world, { machine: "r2", frames: [new Uint8Array(tagged.buffer as ArrayBuffer)] });
  // The frame behind it shows that it has been read.
  const lower = advertFrame({ advert: { priority: 100 } });
  await inject(world, { machine: "r2", frames: [lower] });
  await daemon.process.waitForLine(/10\.9\.0\.2 with priority 100 is Master too/);
  assert.deepEqual(daemon.changes(), ["Init to Backup", "Backup to Master"]);
});
