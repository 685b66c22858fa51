import assert from "node:assert/strict";
import { addressesOf } from "../support/host.ts";
import { changePattern, Rvrrpd } from "../support/rvrrpd.ts";
import { settled } from "../support/wait.ts";
import { ADDRESS, MAC, World } from "../support/world.ts";

const VIP = "10.9.0.100";
const ROUTER = { group: 1, priority: 250, vip: `${VIP}/24`, vmac: false };
const FAULT = changePattern("Fault");

Deno.test("rvrrpd waits in Fault for an interface that does not exist, and says so once", async () => {
  await using world = await World.create();
  const daemon = await Rvrrpd.start({
    world,
    machine: "r1",
    routers: [{ ...ROUTER, interface: "eth1" }],
  });
  await daemon.waitFor("Fault");
  await world.addLink({
    machine: "r1",
    name: "eth1",
    mac: "02:00:00:00:01:01",
    address: "10.9.0.11/24",
  });
  await daemon.waitFor("Master");
  await daemon.process.waitForLine(/interface eth1 does not exist/);
  assert.equal(daemon.process.matching(/interface eth1 does not exist/).length, 1);
  assert.deepEqual(await addressesOf(world, "r1", "eth1"), ["10.9.0.11/24", `${VIP}/24`]);
  await daemon.stop();
  assert.deepEqual(await addressesOf(world, "r1", "eth1"), ["10.9.0.11/24"]);
});

Deno.test("rvrrpd waits in Fault for an address on its interface", async () => {
  await using world = await World.create({ withoutAddress: ["r1"] });
  const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [ROUTER] });
  await daemon.waitFor("Fault");
  await world.ip("r1", `addr add ${ADDRESS.r1}/24 dev eth0`);
  await daemon.waitFor("Master");
  await daemon.process.waitForLine(FAULT);
  assert.equal(daemon.process.matching(FAULT).length, 1);
});

Deno.test("rvrrpd is in Fault while its interface is down", async () => {
  await using world = await World.create();
  const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [ROUTER] });
  await daemon.waitFor("Master");
  const downAt = daemon.process.mark();
  await world.ip("r1", "link set eth0 down");
  await daemon.waitFor("Fault", { since: downAt });
  await settled(() => addressesOf(world, "r1"), [`${ADDRESS.r1}/24`]);
  const upAt = daemon.process.mark();
  await world.ip("r1", "link set eth0 up");
  await daemon.waitFor("Master", { since: upAt });
  await settled(() => addressesOf(world, "r1"), [`${ADDRESS.r1}/24`, `${VIP}/24`]);
});

Deno.test("rvrrpd is in Fault while its cable is pulled", async () => {
  await using world = await World.create();
  const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [ROUTER] });
  await daemon.waitFor("Master");
  const pulledAt = daemon.process.mark();
  await world.unplug("r1");
  await daemon.waitFor("Fault", { since: pulledAt });
  const backAt = daemon.process.mark();
  await world.plugIn("r1");
  await daemon.waitFor("Master", { since: backAt });
});

for (const iftype of ["ether", "macvlan"]) {
  Deno.test(`rvrrpd survives that its interface is removed and comes back: ${iftype}`, async () => {
    await using world = await World.create();
    const daemon = await Rvrrpd.start({
      world,
      machine: "r1",
      routers: [{ ...ROUTER, iftype, vmac: true }],
    });
    await daemon.waitFor("Master");
    const removedAt = daemon.process.mark();
    await world.removeLink("r1");
    await daemon.waitFor("Fault", { since: removedAt });
    const backAt = daemon.process.mark();
    await world.addLink({
      machine: "r1",
      name: "eth0",
      mac: MAC.r1,
      address: `${ADDRESS.r1}/24`,
    });
    await daemon.waitFor("Master", { since: backAt });
    await daemon.stop();
    assert.deepEqual(await addressesOf(world, "r1"), [`${ADDRESS.r1}/24`]);
  });
}

Deno.test("rvrrpd runs its other routers while one of them is in Fault", async () => {
  await using world = await World.create();
  const daemon = await Rvrrpd.start({
    world,
    machine: "r1",
    routers: [ROUTER, { ...ROUTER, group: 2, interface: "eth1", vip: "10.9.0.102/24" }],
  });
  await daemon.waitFor("Master", { vrid: 1 });
  await daemon.waitFor("Fault", { vrid: 2 });
});

Deno.test("rvrrpd leaves a macvlan's name alone that is taken by another interface", async () => {
  await using world = await World.create();
  const name = "standby1";
  await world.addLink({ machine: "r1", name, mac: "02:00:00:00:01:01" });
  const daemon = await Rvrrpd.start({
    world,
    machine: "r1",
    routers: [{ ...ROUTER, vmac: true, iftype: "macvlan" }],
  });
  await daemon.waitFor("Fault");
  await daemon.stop();
  assert.deepEqual(await addressesOf(world, "r1", name), []);
});
