import assert from "node:assert/strict";
import { Capture } from "../support/capture.ts";
import { virtualMac } from "../support/daemon.ts";
import { Rvrrpd } from "../support/rvrrpd.ts";
import type { TomlTable } from "../support/toml.ts";
import { adverts, claims } from "../support/traffic.ts";
import { delay } from "../support/wait.ts";
import { MAC, World } from "../support/world.ts";

const VIPS = ["10.9.0.100", "10.9.0.101"];
const ROUTER: TomlTable = { group: 9, priority: 250, vip: VIPS.map((vip) => `${vip}/24`) };

const ROWS: readonly { readonly keys: TomlTable; readonly mac: string; readonly row: string }[] = [
  { keys: { vmac: false }, mac: MAC.r1, row: "the interface's own MAC" },
  { keys: { vmac: true }, mac: virtualMac(9), row: "the virtual MAC on the interface" },
  { keys: { iftype: "macvlan" }, mac: virtualMac(9), row: "the virtual MAC on a macvlan" },
];

for (const { keys, mac, row } of ROWS) {
  Deno.test(`rvrrpd as new Master advertises, then announces with ${row} [B7b demands] [H5 demands] [W5a demands]`, async () => {
    await using world = await World.create();
    const capture = await Capture.start(world);
    const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [{ ...ROUTER, ...keys }] });
    await daemon.waitFor("Master");
    await delay(500);
    const frames = await capture.stop();
    const advert = adverts(frames)[0];
    assert.deepEqual(advert?.addresses, VIPS);
    assert.equal(advert?.sourceMac, mac);
    const announced = claims(frames).filter(({ address }) => VIPS.includes(address));
    assert.ok((announced[0]?.tMs ?? 0) >= advert.tMs, "announced before it advertised");
    assert.deepEqual(new Set(announced.map((claim) => claim.mac)), new Set([mac]));
    // Every address is announced once before any is repeated.
    assert.deepEqual(announced.map(({ address }) => address), new Array(5).fill(VIPS).flat());
  });
}

Deno.test("rvrrpd announces a second time after garp_delay", async () => {
  await using world = await World.create();
  const capture = await Capture.start(world);
  const timers = { advert: 1, garp_repeat: 2, garp_delay: 2 };
  const daemon = await Rvrrpd.start({
    world,
    machine: "r1",
    routers: [{ ...ROUTER, vmac: false, timers }],
  });
  await daemon.waitFor("Master");
  await delay(3500);
  const seen = claims(await capture.stop()).filter(({ address }) => address === VIPS[0]);
  assert.equal(seen.length, 4);
  assert.ok((seen[2]?.tMs ?? 0) - (seen[1]?.tMs ?? 0) >= 1900);
});

Deno.test("rvrrpd pads advertisements by 6 bytes unless pad_frames is false", async () => {
  for (const { pad, length } of [{ pad: true, length: 64 }, { pad: false, length: 58 }]) {
    await using world = await World.create();
    const capture = await Capture.start(world, { filter: "vrrp", port: "r1" });
    const daemon = await Rvrrpd.start({
      world,
      machine: "r1",
      routers: [{ ...ROUTER, vmac: false, pad_frames: pad }],
    });
    await daemon.waitFor("Master");
    const frames = await capture.stop();
    assert.deepEqual(new Set(frames.map(({ frame }) => frame.byteLength)), new Set([length]));
  }
});
