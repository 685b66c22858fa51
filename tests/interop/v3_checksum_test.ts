import assert from "node:assert/strict";
import { ip } from "../../src/base/ip.ts";
import { virtualMac } from "../../src/wire/ethernet.ts";
import * as frame from "../../src/wire/frame.ts";
import { addressesOf } from "../support/host.ts";
import { inject } from "../support/inject.ts";
import { routerTable, Rvrrpd } from "../support/rvrrpd.ts";
import { Scene } from "../support/v3_scene.ts";
import { HIGH, KEEPALIVED, LOW, OURS, V4 } from "../support/v3_sides.ts";
import { settled } from "../support/wait.ts";
import { ADDRESS } from "../support/world.ts";

const SIDES = { r1: OURS, r2: KEEPALIVED };

function startOurs(scene: Scene, checksum: "auto" | "rfc9568"): Promise<Rvrrpd> {
  const table = routerTable({ ...V4, priority: HIGH, virtualMac: "none" });
  const routers = [{ ...table, v3_checksum: checksum }];
  return Rvrrpd.start({ world: scene.world, machine: "r1", routers });
}

/** The host says farewell as a hardware router would have: without a pseudo-header. */
async function farewell(scene: Scene): Promise<void> {
  const whole: frame.AdvertFrame = {
    advert: {
      vrid: V4.vrid,
      priority: 0,
      advertIntervalCs: V4.advertS * 100,
      addresses: [ip("10.9.0.100")],
    },
    checksumForm: "rfc9568",
    sourceMac: virtualMac({ vrid: V4.vrid, family: 4 }),
    source: ip(ADDRESS.host),
    ipId: 1,
    pad: false,
  };
  const bytes = new Uint8Array(frame.advertSize(whole));
  frame.emitAdvert(whole, new DataView(bytes.buffer));
  await inject(scene.world, { machine: "host", frames: [bytes] });
}

Deno.test("version 3: keepalived refuses the checksum of RFC 9568, and so both stay Master where it is fixed", async () => {
  await using scene = await Scene.create(SIDES, { routers: [V4] });
  const ours = await startOurs(scene, "rfc9568");
  await scene.entered(ours, "Master");
  const theirs = await scene.startMaster("r2", { priority: LOW });
  await theirs.process.waitForLine(/Invalid VRRPv3 checksum/, { since: theirs.process.mark() });
  await scene.heard("r1", 4);
  for (const machine of ["r1", "r2"] as const) {
    const addresses = await addressesOf(scene.world, machine);
    assert.ok(addresses.includes("10.9.0.100/24"), `${machine} is Master`);
  }
  const { adverts } = await scene.stop();
  const forms = adverts.map(({ source, checksumForm }) => `${source} ${checksumForm}`);
  assert.deepEqual(new Set(forms), new Set([`${ADDRESS.r1} rfc9568`, `${ADDRESS.r2} rfc5798`]));
});

Deno.test("version 3: rvrrpd speaks as the last one that it heard, and so keepalived accepts it in the end [W12 demands]", async () => {
  await using scene = await Scene.create(SIDES, { routers: [V4] });
  const ours = await startOurs(scene, "auto");
  await scene.entered(ours, "Master");
  await scene.heard("r1");
  await farewell(scene);
  await scene.heard("r1");
  const theirs = await scene.startMaster("r2", { priority: LOW });
  await theirs.process.waitForLine(/Master received advert .* with higher priority/);
  const addresses = () => addressesOf(scene.world, "r2");
  await settled(async () => (await addresses()).includes("10.9.0.100/24"), false);
  await scene.heard("r1");
  const { adverts } = await scene.stop();
  const forms = adverts.filter(({ source }) => source === ADDRESS.r1)
    .map(({ checksumForm }) => checksumForm);
  const changes = forms.filter((form, index) => form !== forms[index - 1]);
  assert.deepEqual(changes, ["rfc5798", "rfc9568", "rfc5798"]);
});
