import assert from "node:assert/strict";
import { virtualMac } from "../support/daemon.ts";
import { addressesOf, neighbour, ping } from "../support/host.ts";
import { Rvrrpd } from "../support/rvrrpd.ts";
import { eventually, settled } from "../support/wait.ts";
import { type Machine, World } from "../support/world.ts";

const VIP = "10.9.0.100";
const LINK = "standby1";
const ROUTER = { group: 1, vip: `${VIP}/24`, iftype: "macvlan", preemption: true };
const LOW = { ...ROUTER, priority: 100 };
const HIGH = { ...ROUTER, priority: 250 };

interface LinkDescription {
  readonly ifindex: number;
  readonly address: string;
  readonly flags: readonly string[];
}

/** `undefined` while there is none of that name. */
async function linkOf(world: World, machine: Machine): Promise<LinkDescription | undefined> {
  const links: LinkDescription[] = JSON.parse(
    await world.run(machine, ["ip", "-j", "link", "show", "type", "macvlan"]),
  );
  return links.find((link) => "ifname" in link && link.ifname === LINK);
}

/** The index of the link once it is up; another than `old`. */
async function newLink(world: World, old = 0): Promise<number> {
  const link = await eventually(async () => {
    const found = await linkOf(world, "r1");
    return found !== undefined && found.ifindex !== old && found.flags.includes("UP") && found;
  }, { what: `a new ${LINK} that is up` });
  assert.equal(link.address, virtualMac(1));
  return link.ifindex;
}

async function startBackup(world: World): Promise<{ backup: Rvrrpd; master: Rvrrpd }> {
  const [backup, master] = await Promise.all([
    Rvrrpd.start({ world, machine: "r1", routers: [LOW] }),
    Rvrrpd.start({ world, machine: "r2", routers: [HIGH] }),
  ]);
  await master.waitFor("Master");
  await backup.waitFor("Backup");
  return { backup, master };
}

async function startMaster(world: World): Promise<Rvrrpd> {
  const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [HIGH] });
  await daemon.waitFor("Master");
  await expectAnswer(world);
  return daemon;
}

/** From the virtual MAC, at once or soon. */
async function expectAnswer(world: World): Promise<void> {
  await eventually(() => ping(world, "host", VIP), { what: `an answer from ${VIP}` });
  assert.equal(await neighbour(world, "host", VIP), virtualMac(1));
}

Deno.test("rvrrpd as Backup makes its macvlan again that somebody deleted, and takes over on it", async () => {
  await using world = await World.create();
  const { backup, master } = await startBackup(world);
  const old = await newLink(world);
  await world.removeLink("r1", LINK);
  await newLink(world, old);
  assert.deepEqual(await addressesOf(world, "r1", LINK), []);
  const since = backup.process.mark();
  await master.stop();
  await backup.waitFor("Master", { since });
  assert.deepEqual(await addressesOf(world, "r1", LINK), [`${VIP}/32`]);
  await expectAnswer(world);
});

Deno.test("rvrrpd as Master makes its macvlan again that somebody deleted, and answers on it", async () => {
  await using world = await World.create();
  const daemon = await startMaster(world);
  const old = await newLink(world);
  const since = daemon.process.mark();
  await world.removeLink("r1", LINK);
  await newLink(world, old);
  await daemon.waitFor("Master", { since });
  await settled(() => addressesOf(world, "r1", LINK), [`${VIP}/32`]);
  await expectAnswer(world);
  await daemon.stop();
  assert.equal(await linkOf(world, "r1"), undefined);
});

Deno.test("rvrrpd as Backup brings its macvlan up again", async () => {
  await using world = await World.create();
  const { backup, master } = await startBackup(world);
  const index = await newLink(world);
  await world.ip("r1", `link set ${LINK} down`);
  assert.equal(await newLink(world), index);
  const since = backup.process.mark();
  await master.stop();
  await backup.waitFor("Master", { since });
  await expectAnswer(world);
});

Deno.test("rvrrpd as Master brings its macvlan up again and answers as before", async () => {
  await using world = await World.create();
  await startMaster(world);
  const index = await newLink(world);
  await world.ip("r1", `link set ${LINK} down`);
  assert.equal(await newLink(world), index);
  await expectAnswer(world);
  assert.deepEqual(await addressesOf(world, "r1", LINK), [`${VIP}/32`]);
});

/** Of the interface and of our link on it. */
async function forwarding(world: World): Promise<string[]> {
  const files = ["eth0", LINK].map((name) => `/proc/sys/net/ipv4/conf/${name}/forwarding`);
  return (await world.run("r1", ["cat", ...files])).trim().split("\n");
}

async function setForwarding(world: World, value: 0 | 1): Promise<void> {
  await world.run("r1", ["sh", "-c", `echo ${value} >/proc/sys/net/ipv4/ip_forward`]);
}

Deno.test("rvrrpd as Backup keeps its macvlan from forwarding when the machine begins to [B4 forbids]", async () => {
  await using world = await World.create();
  const { backup, master } = await startBackup(world);
  await settled(() => forwarding(world), ["0", "0"]);
  await setForwarding(world, 1);
  await settled(() => forwarding(world), ["1", "0"]);
  const since = backup.process.mark();
  await master.stop();
  await backup.waitFor("Master", { since });
  await settled(() => forwarding(world), ["1", "1"]);
});

Deno.test("rvrrpd as Master forwards on its macvlan whenever the interface does [A5 demands]", async () => {
  await using world = await World.create();
  await startMaster(world);
  await settled(() => forwarding(world), ["0", "0"]);
  await setForwarding(world, 1);
  await settled(() => forwarding(world), ["1", "1"]);
  await setForwarding(world, 0);
  await settled(() => forwarding(world), ["0", "0"]);
  // The interface alone, which the kernel does not extend to others.
  await world.run("r1", ["sh", "-c", "echo 1 >/proc/sys/net/ipv4/conf/eth0/forwarding"]);
  await settled(() => forwarding(world), ["1", "1"]);
});

Deno.test("rvrrpd as Backup replaces the macvlan with the address that a killed run left behind", async () => {
  await using world = await World.create();
  const killed = await Rvrrpd.start({ world, machine: "r1", routers: [LOW] });
  await killed.waitFor("Master");
  await settled(() => addressesOf(world, "r1", LINK), [`${VIP}/32`]);
  const old = await newLink(world);
  await killed.kill();
  assert.equal((await linkOf(world, "r1"))?.ifindex, old, "a killed run leaves its link");

  const { backup } = await startBackup(world);
  await newLink(world, old);
  assert.deepEqual(await addressesOf(world, "r1", LINK), []);
  await expectAnswer(world);
  await backup.stop();
  assert.equal(await linkOf(world, "r1"), undefined);
});
