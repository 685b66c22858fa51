import assert from "node:assert/strict";
import { hasten } from "../support/hasten.ts";
import { addressesOf, macOf } from "../support/host.ts";
import { machineState } from "../support/machine_state.ts";
import { Rvrrpd } from "../support/rvrrpd.ts";
import type { TomlTable } from "../support/toml.ts";
import { settled } from "../support/wait.ts";
import { ADDRESS, MAC, type Machine, World } from "../support/world.ts";

/** Master within milliseconds of the Master-Down interval. */
const BASE: TomlTable = { priority: 254 };
const PLAIN: TomlTable = { vmac: false };
const MACVLAN: TomlTable = { iftype: "macvlan" };

function start(world: World, keys: TomlTable, machine: Machine = "r1"): Promise<Rvrrpd> {
  const general = { state_dir: world.path("state") };
  return Rvrrpd.start({ world, machine, general, routers: [{ ...BASE, ...keys }] });
}

interface RouterKeys extends TomlTable {
  readonly group: number;
  readonly vip: string;
}

async function startMaster(world: World, keys: RouterKeys, machine?: Machine): Promise<Rvrrpd> {
  const daemon = await start(world, keys, machine);
  await daemon.waitFor("Backup");
  await hasten(world, [{ vrid: keys.group, addresses: [keys.vip] }]);
  await daemon.waitFor("Master");
  return daemon;
}

/**
 * What a daemon that lives must not notice: all but the sockets of others, and what a new link
 * takes its second to find out.
 */
async function lastingState(world: World, machine: Machine): Promise<unknown> {
  const { memberships: _, ...lasting } = await machineState(world, machine);
  return JSON.parse(
    JSON.stringify(lasting),
    (key, value) => key === "operstate" ? undefined : value,
  );
}

async function setting(world: World, path: string): Promise<string> {
  const text = await world.run("r1", ["cat", `/proc/sys/net/ipv4/conf/${path}`]);
  return text.trim();
}

function stateFiles(world: World): string[] {
  return Array.from(Deno.readDirSync(world.path("state")), ({ name }) => name);
}

Deno.test("a second daemon leaves a virtual router in Fault that another runs, and names that process", async () => {
  await using world = await World.create();
  const first = await startMaster(world, { group: 1, vip: "10.9.0.100", ...PLAIN });
  const before = await machineState(world, "r1");
  const second = await start(world, { group: 1, vip: "10.9.0.100", ...PLAIN });
  await second.waitFor("Fault");
  await second.process.waitForLine(
    new RegExp(
      `VR 10\\.9\\.0\\.100 .* - Process ${first.process.pid} runs this virtual router: stop one`,
    ),
  );
  assert.deepEqual(await machineState(world, "r1"), before);
  await second.stop();
  assert.deepEqual(await machineState(world, "r1"), before);
  assert.deepEqual(first.changes(), ["Init to Backup", "Backup to Master"]);
});

Deno.test("two daemons never replace the MAC of one interface, and it is not lost when both are killed", async () => {
  await using world = await World.create({ ipv6: true });
  const before = await machineState(world, "r1");
  const first = await startMaster(world, { group: 1, vip: "10.9.0.100", vmac: true });
  const six = { group: 7, vip: "fe80::100", version: 3, vmac: true };
  const second = await start(world, six);
  await second.process.waitForLine(
    new RegExp(`Process ${first.process.pid} replaces the MAC of eth0 already.*vmac = false`),
  );
  await second.waitFor("Fault");
  assert.equal(await macOf(world, "r1"), "00:00:5e:00:01:01");
  await Promise.all([first.kill(), second.kill()]);
  const third = await start(world, six);
  await third.waitFor("Master");
  await settled(() => macOf(world, "r1"), "00:00:5e:00:02:07");
  await third.stop();
  assert.deepEqual(await machineState(world, "r1"), before);
});

Deno.test("a virtual router that another process has run is taken up when that one is gone", async () => {
  await using world = await World.create();
  const first = await startMaster(world, { group: 1, vip: "10.9.0.100", ...PLAIN });
  const second = await start(world, { group: 1, vip: "10.9.0.100", ...PLAIN });
  await second.waitFor("Fault");
  await first.stop();
  await second.waitFor("Master");
  await second.stop();
  assert.deepEqual(stateFiles(world), []);
});

Deno.test("the same group on another interface is another virtual router [R6 forbids]", async () => {
  await using world = await World.create();
  await world.addLink({
    machine: "r1",
    name: "eth1",
    mac: "02:00:00:00:01:01",
    address: "10.8.0.1/24",
  });
  await startMaster(world, { group: 1, vip: "10.9.0.100", ...PLAIN });
  await startMaster(world, { group: 1, vip: "10.8.0.100", interface: "eth1", ...PLAIN });
  assert.deepEqual(await addressesOf(world, "r1"), [`${ADDRESS.r1}/24`, "10.9.0.100/24"]);
  assert.deepEqual(await addressesOf(world, "r1", "eth1"), ["10.8.0.1/24", "10.8.0.100/24"]);
});

Deno.test("a start undoes a killed daemon's work and nothing of a living one", async () => {
  await using world = await World.create();
  await startMaster(world, { group: 1, vip: "10.9.0.100", ...MACVLAN });
  await startMaster(world, { group: 2, vip: "10.9.0.102", ...PLAIN });
  const before = await lastingState(world, "r1");
  const killed = await startMaster(world, { group: 3, vip: "10.9.0.103", ...MACVLAN });
  await killed.kill();
  assert.notDeepEqual(await lastingState(world, "r1"), before);
  const third = await start(world, { group: 4, vip: "10.9.0.104", ...PLAIN });
  await third.waitFor("Backup");
  await third.process.waitForLine(/Undoing what process \d+ left behind/);
  assert.deepEqual(await lastingState(world, "r1"), before);
  assert.equal(stateFiles(world).length, 3);
});

Deno.test("a start leaves what a killed daemon has left in another namespace, and who lives there", async () => {
  await using world = await World.create();
  await startMaster(world, { group: 2, vip: "10.9.0.102", ...MACVLAN }, "r2");
  const killed = await startMaster(world, { group: 1, vip: "10.9.0.100", ...PLAIN }, "r2");
  await killed.kill();
  const before = await lastingState(world, "r2");
  const daemon = await start(world, { group: 3, vip: "10.9.0.103", ...MACVLAN });
  await daemon.waitFor("Backup");
  await daemon.stop();
  assert.deepEqual(await lastingState(world, "r2"), before);
  assert.equal(stateFiles(world).length, 2);
});

for (const end of ["stop", "kill"] as const) {
  Deno.test(`settings of an interface go back with the last daemon that needs them: ${end}`, async () => {
    await using world = await World.create();
    const before = await machineState(world, "r1");
    const first = await start(world, { group: 1, vip: "10.9.0.100", ...MACVLAN });
    await first.waitFor("Backup");
    const second = await start(world, { group: 2, vip: "10.9.0.102", ...MACVLAN });
    await second.waitFor("Backup");
    await first[end]();
    if (end === "kill") {
      const third = await start(world, { group: 3, vip: "10.9.0.103", ...PLAIN });
      await third.waitFor("Backup");
      await third.stop();
    }
    assert.equal(await setting(world, "eth0/arp_ignore"), "1");
    assert.equal(await setting(world, "eth0/arp_announce"), "2");
    await second.stop();
    assert.deepEqual(await machineState(world, "r1"), before);
  });
}

Deno.test("a start does not delete the macvlan of a living daemon that has the name it wants", async () => {
  await using world = await World.create();
  await startMaster(world, { group: 1, vip: "10.9.0.100", ...MACVLAN, vifname: "vr" });
  const second = await start(world, {
    group: 2,
    vip: "10.9.0.102",
    ...MACVLAN,
    vifname: "vr",
  });
  await second.waitFor("Fault");
  assert.equal(await macOf(world, "r1", "vr"), "00:00:5e:00:01:01");
});

Deno.test("without its undo file a start still knows its addresses by their mark, but not a living daemon's", async () => {
  await using world = await World.create();
  // Wrong, but no reason to take the address from the one that has it.
  await startMaster(world, { group: 2, vip: "10.9.0.102", ...PLAIN });
  const living = stateFiles(world);
  const killed = await startMaster(world, { group: 1, vip: "10.9.0.100", ...PLAIN });
  await killed.kill();
  for (const name of stateFiles(world)) {
    if (!living.includes(name)) await Deno.remove(`${world.path("state")}/${name}`);
  }
  const daemon = await start(world, { group: 1, vip: ["10.9.0.100", "10.9.0.102"], ...PLAIN });
  await daemon.waitFor("Backup");
  assert.deepEqual(await addressesOf(world, "r1"), [`${ADDRESS.r1}/24`, "10.9.0.102/24"]);
});

Deno.test("memberships and promiscuity end with a killed daemon", async () => {
  await using world = await World.create();
  const before = await machineState(world, "r1");
  const daemon = await startMaster(world, { group: 1, vip: "10.9.0.100", ...PLAIN });
  assert.notDeepEqual((await machineState(world, "r1")).memberships, before.memberships);
  await daemon.kill();
  const after = await machineState(world, "r1");
  assert.deepEqual(after.memberships, before.memberships);
  assert.deepEqual(after.links, before.links);
});

Deno.test("after undoing a MAC the neighbours hear of the interface's own", async () => {
  await using world = await World.create();
  const killed = await startMaster(world, { group: 1, vip: "10.9.0.100", vmac: true });
  await world.run("host", ["ping", "-n", "-c", "1", "-W", "1", ADDRESS.r1]);
  await killed.kill();
  assert.equal(await macOf(world, "r1"), "00:00:5e:00:01:01");
  const daemon = await start(world, { group: 1, vip: "10.9.0.100", vmac: true });
  await daemon.waitFor("Backup");
  assert.equal(await macOf(world, "r1"), MAC.r1);
  const [entry] = JSON.parse(
    await world.run("host", ["ip", "-j", "neigh", "show", ADDRESS.r1]),
  );
  assert.equal(entry?.lladdr, MAC.r1);
});
