import assert from "node:assert/strict";
import { ip } from "../../src/base/ip.ts";
import * as ethernet from "../../src/wire/ethernet.ts";
import * as ipv4 from "../../src/wire/ipv4.ts";
import { advertFrame } from "../support/advert_frame.ts";
import { Capture } from "../support/capture.ts";
import { virtualMac } from "../support/daemon.ts";
import { inject } from "../support/inject.ts";
import { HIGH, LOW, LOW_MASTER_DOWN_MS } from "../support/pairs.ts";
import { Rvrrpd } from "../support/rvrrpd.ts";
import { adverts } from "../support/traffic.ts";
import { delay } from "../support/wait.ts";
import { ADDRESS, World } from "../support/world.ts";

const VIP = "10.9.0.100";
const ROUTER = { group: 1, vip: `${VIP}/24`, vmac: false, rfc3768: false };
/** One advertisement at least lies in it. */
const ADVERT_MS = 1500;

Deno.test("rfc3768 = false lists the interface's own addresses, as they come and go", async () => {
  await using world = await World.create();
  const capture = await Capture.start(world);
  const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [ROUTER] });
  await daemon.waitFor("Master");
  await delay(ADVERT_MS);
  await world.ip("r1", "addr add 10.8.0.1/24 dev eth0");
  await delay(ADVERT_MS);
  await world.ip("r1", "addr del 10.8.0.1/24 dev eth0");
  await delay(ADVERT_MS);
  await daemon.stop();
  const lists = adverts(await capture.stop()).map(({ addresses }) => addresses.join(" "));
  assert.deepEqual(lists.filter((list, index) => list !== lists[index - 1]), [
    `${VIP} ${ADDRESS.r1}`,
    `${VIP} ${ADDRESS.r1} 10.8.0.1`,
    `${VIP} ${ADDRESS.r1}`,
  ]);
  assert.deepEqual(daemon.changes(), ["Init to Backup", "Backup to Master", "Master to Down"]);
});

Deno.test("two rvrrpd with rfc3768 = false take each other's lists", async () => {
  await using world = await World.create();
  const capture = await Capture.start(world);
  const start = (machine: "r1" | "r2", priority: number) =>
    Rvrrpd.start({
      world,
      machine,
      routers: [{ ...ROUTER, iftype: "macvlan", vmac: true, priority }],
    });
  const first = await start("r1", HIGH);
  await first.waitFor("Master");
  const second = await start("r2", LOW);
  await second.waitFor("Backup");
  await delay(ADVERT_MS);
  await first.stop();
  await second.waitFor("Master");
  const seen = adverts(await capture.stop());
  const farewell = seen.find(({ priority }) => priority === 0);
  const takeOver = seen.find(({ source }) => source === ADDRESS.r2);
  assert.deepEqual(farewell?.addresses, [VIP, ADDRESS.r1]);
  assert.deepEqual(takeOver?.addresses, [VIP, ADDRESS.r2]);
  assert.ok((takeOver?.tMs ?? NaN) - (farewell?.tMs ?? NaN) < LOW_MASTER_DOWN_MS);
  assert.deepEqual(second.process.matching(/Dropped|other virtual addresses/), []);
});

const MESSAGE_AT = ethernet.HEADER_SIZE + ipv4.HEADER_SIZE;

/**
 * An advertisement of rVRRPd 0.1.3, which corrects the length of a packet with two addresses after
 * it has worked out the header's checksum, and fills up the frame.
 */
function frameOfRvrrpd013(): Uint8Array<ArrayBuffer> {
  const frame = advertFrame({
    advert: { addresses: [ip(VIP), ip(ADDRESS.r2)] },
    sourceMac: virtualMac(1),
  });
  const view = new DataView(frame.buffer);
  const checksumAt = ethernet.HEADER_SIZE + ipv4.AT.checksum;
  // 4 bytes more in the length were 4 less in the checksum.
  view.setUint16(checksumAt, view.getUint16(checksumAt) + 4);
  return Uint8Array.of(...frame, 0, 0, 0, 0, 0, 0);
}

function withWrongVrrpChecksum(frame: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const copy = frame.slice();
  new DataView(copy.buffer).setUint16(MESSAGE_AT + 6, 0xa5a5);
  return copy;
}

Deno.test("rfc3768 = false gives way to rVRRPd 0.1.3, whose header checksum is wrong", async () => {
  await using world = await World.create();
  const daemon = await Rvrrpd.start({
    world,
    machine: "r1",
    routers: [{ ...ROUTER, priority: LOW }],
  });
  await daemon.waitFor("Master");
  const since = daemon.process.mark();
  await inject(world, { machine: "r2", frames: [frameOfRvrrpd013()] });
  await daemon.waitFor("Backup", { since });
});

const REFUSED = [
  {
    row: "with a wrong VRRP checksum too",
    rfc3768: false,
    frame: withWrongVrrpChecksum(frameOfRvrrpd013()),
    complaint: /Dropped an advertisement from 10\.9\.0\.2: VRRP checksum 0xa5a5/,
  },
  {
    row: "with rfc3768 = true",
    rfc3768: true,
    frame: frameOfRvrrpd013(),
    complaint: /Dropped an advertisement from 10\.9\.0\.2: wrong IPv4 header checksum/,
  },
];

for (const { row, rfc3768, frame, complaint } of REFUSED) {
  Deno.test(`a frame of rVRRPd 0.1.3 with a wrong header checksum is dropped ${row}`, async () => {
    await using world = await World.create();
    const routers = [{ ...ROUTER, rfc3768, priority: LOW }];
    const daemon = await Rvrrpd.start({ world, machine: "r1", routers });
    await daemon.waitFor("Master");
    await inject(world, { machine: "r2", frames: [frame] });
    await daemon.process.waitForLine(complaint);
    assert.deepEqual(daemon.changes(), ["Init to Backup", "Backup to Master"]);
  });
}
