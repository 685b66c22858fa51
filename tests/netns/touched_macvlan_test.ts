import assert from "node:assert/strict";
import { virtualMac } from "../support/daemon.ts";
import { addressesOf, macOf, neighbour, ping } from "../support/host.ts";
import { machineState } from "../support/machine_state.ts";
import { Rvrrpd } from "../support/rvrrpd.ts";
import { eventually, settled } from "../support/wait.ts";
import { World } from "../support/world.ts";

const VIP = "10.9.0.100";
const LINK = "standby1";
const ROUTER = { group: 1, priority: 250, vip: `${VIP}/24`, iftype: "macvlan" };

async function startMaster(world: World): Promise<Rvrrpd> {
  const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [ROUTER] });
  await daemon.waitFor("Master");
  await settled(() => addressesOf(world, "r1", LINK), [`${VIP}/32`]);
  return daemon;
}

async function expectAnswer(world: World): Promise<void> {
  await eventually(() => ping(world, "host", VIP), { what: `an answer from ${VIP}` });
  assert.equal(await neighbour(world, "host", VIP), virtualMac(1));
}

async function isUp(world: World): Promise<boolean> {
  const [link] = JSON.parse(await world.run("r1", ["ip", "-j", "link", "show", LINK]));
  return link.flags.includes("UP");
}

Deno.test("rvrrpd raises its macvlan again that somebody lowered, and says so once", async () => {
  await using world = await World.create();
  const daemon = await startMaster(world);
  const since = daemon.process.mark();
  await world.ip("r1", `link set ${LINK} down`);
  await daemon.process.waitForLine(/Somebody lowered standby1: raised again$/, { since });
  await settled(() => isUp(world), true);
  await expectAnswer(world);
  await daemon.process.waitForLine(/Somebody/, { since });
  assert.equal(daemon.process.matching(/Somebody/, since).length, 1);
  assert.deepEqual(daemon.process.matching(/Changed from/, since), []);
});

Deno.test("rvrrpd takes a cable that was pulled for nobody's touch of its macvlan", async () => {
  await using world = await World.create();
  const daemon = await startMaster(world);
  let since = daemon.process.mark();
  await world.unplug("r1");
  await daemon.waitFor("Fault", { since });
  since = daemon.process.mark();
  await world.plugIn("r1");
  await daemon.waitFor("Master", { since });
  await expectAnswer(world);
  assert.deepEqual(daemon.process.matching(/Somebody/), []);
});

Deno.test("rvrrpd says that somebody deleted its macvlan", async () => {
  await using world = await World.create();
  const daemon = await startMaster(world);
  const since = daemon.process.mark();
  await world.removeLink("r1", LINK);
  await daemon.process.waitForLine(/Fault: standby1 was deleted, and is made again$/, {
    since,
  });
  await daemon.waitFor("Master", { since });
  await expectAnswer(world);
});

Deno.test("rvrrpd stays on its macvlan that got another name, and takes it away at the end", async () => {
  await using world = await World.create();
  const before = await machineState(world, "r1");
  const daemon = await startMaster(world);
  const since = daemon.process.mark();
  await world.ip(
    "r1",
    `link set ${LINK} down`,
    `link set ${LINK} name other0`,
    "link set other0 up",
  );
  await daemon.process.waitForLine(/Interface standby1 is called other0 now/, { since });
  assert.deepEqual(await addressesOf(world, "r1", "other0"), [`${VIP}/32`]);
  assert.equal(await macOf(world, "r1", "other0"), virtualMac(1));
  await expectAnswer(world);
  assert.deepEqual(daemon.process.matching(/Changed from/, since), []);
  await daemon.stop();
  assert.deepEqual(await machineState(world, "r1"), before);
});
