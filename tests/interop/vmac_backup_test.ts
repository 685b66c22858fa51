import assert from "node:assert/strict";
import { ip } from "../../src/base/ip.ts";
import { advertFrame } from "../support/advert_frame.ts";
import { Capture } from "../support/capture.ts";
import { type Daemon, type RouterSpec, virtualMac } from "../support/daemon.ts";
import { forwarded, makeRouters } from "../support/flood.ts";
import { hasten } from "../support/hasten.ts";
import { ping } from "../support/host.ts";
import { inject } from "../support/inject.ts";
import { keepalived } from "../support/keepalived.ts";
import { HIGH } from "../support/pairs.ts";
import { Rvrrpd, rvrrpd } from "../support/rvrrpd.ts";
import { delay } from "../support/wait.ts";
import { ADDRESS, MAC, World } from "../support/world.ts";

/** Each machine is Backup of one, with a virtual MAC, and Master of the other, with its real one. */
const OURS = { vrid: 51, addresses: ["10.9.0.100"] };
const THEIRS = { vrid: 52, addresses: ["10.9.0.101"] };
/** With its skew of almost a second, never before the other one. */
const LAST = 1;
const FLOODED = 20;
const BACKUP_MS = 11_000;

function routers(
  { backup, master }: Readonly<Record<"backup" | "master", typeof OURS>>,
): RouterSpec[] {
  return [
    { ...backup, priority: LAST, virtualMac: "macvlan" },
    { ...master, priority: HIGH, virtualMac: "none" },
  ];
}

/** rvrrpd on r1 and keepalived on r2. */
async function startBoth(world: World): Promise<{ ours: Daemon; theirs: Daemon }> {
  const theirs = await keepalived.start({
    world,
    machine: "r2",
    routers: routers({ backup: THEIRS, master: OURS }),
  });
  await hasten(world, [OURS]);
  await theirs.waitFor("Master", { vrid: OURS.vrid });
  const ours = await rvrrpd.start({
    world,
    machine: "r1",
    routers: routers({ backup: OURS, master: THEIRS }),
  });
  await hasten(world, [THEIRS]);
  await ours.waitFor("Master", { vrid: THEIRS.vrid });
  return { ours, theirs };
}

Deno.test("a Backup forwards and answers nothing that is flooded to the virtual MAC, and says nothing from it [B4 demands] [A5 demands]", async () => {
  await using world = await World.create();
  await makeRouters(world, ["r1", "r2"]);
  const [ofOurs, ofTheirs] = await Promise.all([
    Capture.start(world, { filter: `ether src ${virtualMac(OURS.vrid)}`, port: "r1" }),
    Capture.start(world, { filter: `ether src ${virtualMac(THEIRS.vrid)}`, port: "r2" }),
  ]);
  const backupEndMs = performance.now() + BACKUP_MS;
  const { ours, theirs } = await startBoth(world);

  assert.deepEqual(await forwardedByBoth(world, { r1: MAC.r1, r2: MAC.r2 }), {
    r1: { ipv4: FLOODED, ipv6: FLOODED },
    r2: { ipv4: FLOODED, ipv6: FLOODED },
  }, "they are routers");
  const macs = { r1: virtualMac(OURS.vrid), r2: virtualMac(THEIRS.vrid) };
  assert.deepEqual(await forwardedByBoth(world, macs), {
    r1: { ipv4: 0, ipv6: 0 },
    // keepalived's macvlan is up and forwards like any other, so that a host's packet comes twice.
    r2: { ipv4: FLOODED, ipv6: 0 },
  });

  assert.equal(await answersAt(world, { address: ADDRESS.r1, mac: macs.r1 }), false);
  assert.equal(await answersAt(world, { address: ADDRESS.r2, mac: macs.r2 }), true, "keepalived");

  await delay(backupEndMs - performance.now());
  assert.deepEqual(ours.process.matching(/group 51 .* to Master/), []);
  assert.deepEqual(await ofOurs.stop(), []);
  assert.deepEqual(await ofTheirs.stop(), [], "keepalived's macvlan is silent too");

  await theirs.stop();
  await ours.waitFor("Master", { vrid: OURS.vrid });
  const flood = { machine: "r1", mac: macs.r1, family: 4, count: FLOODED } as const;
  assert.equal(await forwarded(world, flood), FLOODED, "the Master does forward it");
});

/** Whether the host gets an answer to what it sends to `address` at a MAC that is not that one's. */
async function answersAt(
  world: World,
  { address, mac }: { readonly address: string; readonly mac: string },
): Promise<boolean> {
  await world.ip("host", `neigh replace ${address} lladdr ${mac} nud permanent dev eth0`);
  return await ping(world, "host", address);
}

async function forwardedByBoth(world: World, macs: Readonly<Record<"r1" | "r2", string>>) {
  const of = (machine: "r1" | "r2", family: 4 | 6) =>
    forwarded(world, { machine, mac: macs[machine], family, count: FLOODED });
  return {
    r1: { ipv4: await of("r1", 4), ipv6: await of("r1", 6) },
    r2: { ipv4: await of("r2", 4), ipv6: await of("r2", 6) },
  };
}

/** One advertisement of it keeps a Backup quiet for three seconds. */
const BETTER = { vrid: OURS.vrid, priority: 254, addresses: [ip("10.9.0.100")] };
const GARP_DELAY_S = 1;

Deno.test("a Master that has given way says nothing more from the virtual MAC [A12a forbids] [H16 forbids]", async () => {
  await using world = await World.create();
  const daemon = await Rvrrpd.start({
    world,
    machine: "r1",
    routers: [{
      group: OURS.vrid,
      vip: OURS.addresses,
      priority: HIGH,
      iftype: "macvlan",
      timers: { advert: 1, garp_delay: GARP_DELAY_S },
    }],
  });
  await daemon.waitFor("Backup");
  await hasten(world, [OURS]);
  await daemon.waitFor("Master");
  const since = daemon.process.mark();
  const advert = advertFrame({ advert: BETTER, source: ADDRESS.host, sourceMac: MAC.host });
  await inject(world, { machine: "host", frames: [advert] });
  await daemon.waitFor("Backup", { since });
  const filter = `ether src ${virtualMac(OURS.vrid)}`;
  const capture = await Capture.start(world, { filter, port: "r1" });
  await delay(2 * GARP_DELAY_S * 1000);
  assert.deepEqual(await capture.stop(), []);
  assert.deepEqual(daemon.process.matching(/to Master/, since), []);
});
