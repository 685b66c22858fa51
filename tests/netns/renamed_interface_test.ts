import assert from "node:assert/strict";
import { addressesOf, macOf, ping } from "../support/host.ts";
import { Rvrrpd } from "../support/rvrrpd.ts";
import type { TomlTable } from "../support/toml.ts";
import { eventually, PATIENCE_MS, settled } from "../support/wait.ts";
import { ADDRESS, MAC, World } from "../support/world.ts";

const VIP = "10.9.0.100";
const ROUTER: TomlTable = { group: 1, priority: 250, vip: `${VIP}/24` };
const OWN = `${ADDRESS.r1}/24`;
/** What takes the name while its bearer is called otherwise. */
const OTHER = { name: "eth1", mac: "02:00:00:00:01:01", address: "10.9.0.11/24" };

const ROWS: readonly { readonly row: string; readonly keys: TomlTable }[] = [
  { row: "ether with its own MAC", keys: { vmac: false } },
  { row: "ether with the virtual MAC", keys: { vmac: true } },
  { row: "macvlan", keys: { iftype: "macvlan" } },
];

async function rename(world: World, from: string, to: string): Promise<void> {
  await world.ip(
    "r1",
    `link set ${from} down`,
    `link set ${from} name ${to}`,
    `link set ${to} up`,
  );
}

async function stateOf(world: World, name: string) {
  return { addresses: await addressesOf(world, "r1", name), mac: await macOf(world, "r1", name) };
}

async function startMaster(world: World, keys: TomlTable): Promise<Rvrrpd> {
  const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [{ ...ROUTER, ...keys }] });
  await daemon.waitFor("Master");
  return daemon;
}

for (const { row, keys } of ROWS) {
  Deno.test(`rvrrpd stays on its interface that got another name: ${row}`, async () => {
    await using world = await World.create();
    const daemon = await startMaster(world, keys);
    const since = daemon.process.mark();
    await rename(world, "eth0", "lan0");
    await daemon.process.waitForLine(/Interface eth0 is called lan0 now/, { since });
    await eventually(() => ping(world, "host", VIP), { what: `an answer from ${VIP}` });
    const changes = daemon.process.matching(/Changed from/, since);
    assert.ok(changes.every((line) => line.includes("on interface eth0")), "the label stays");

    await daemon.stop();
    assert.deepEqual(await stateOf(world, "lan0"), { addresses: [OWN], mac: MAC.r1 });
  });

  Deno.test(`rvrrpd stays on it when another interface takes its name meanwhile: ${row}`, async () => {
    await using world = await World.create();
    const daemon = await startMaster(world, keys);
    const since = daemon.process.mark();
    daemon.process.signal("SIGSTOP");
    await rename(world, "eth0", "eth9");
    await world.addLink({ machine: "r1", ...OTHER });
    await rename(world, OTHER.name, "eth0");
    daemon.process.signal("SIGCONT");
    await daemon.process.waitForLine(/Interface eth0 is called eth9 now/, { since });
    await eventually(() => ping(world, "host", VIP), { what: `an answer from ${VIP}` });
    assert.deepEqual(await stateOf(world, "eth0"), { addresses: [OTHER.address], mac: OTHER.mac });

    const goneAt = daemon.process.mark();
    await world.removeLink("r1", "eth9");
    await daemon.waitFor("Fault", { since: goneAt });
    // Nothing is followed any more: now the name counts again.
    await daemon.waitFor("Master", { since: goneAt });
    await eventually(() => ping(world, "host", VIP), { what: `an answer from ${VIP}` });
    await daemon.stop();
    assert.deepEqual(await stateOf(world, "eth0"), { addresses: [OTHER.address], mac: OTHER.mac });
  });
}

Deno.test("rvrrpd does not run virtual routers twice on an interface that got another's name", async () => {
  await using world = await World.create();
  const daemon = await Rvrrpd.start({
    world,
    machine: "r1",
    routers: [
      { ...ROUTER, vmac: false },
      { ...ROUTER, group: 2, vip: "10.9.0.102/24", interface: "eth1", vmac: false },
    ],
  });
  await daemon.waitFor("Master", { vrid: 1 });
  await daemon.waitFor("Fault", { vrid: 2 });
  const since = daemon.process.mark();
  await rename(world, "eth0", "eth1");
  await daemon.process.waitForLine(
    /for group 2 .*interface eth1 runs virtual routers under the name that it had before/,
    { since },
  );
  // Whether the interface is seen to be down for a moment depends on who is faster.
  await settled(() => addressesOf(world, "r1", "eth1"), [OWN, `${VIP}/24`], PATIENCE_MS);
  await rename(world, "eth1", "eth0");
  await daemon.process.waitForLine(/for group 2 .*interface eth1 does not exist/, { since });
  await settled(() => addressesOf(world, "r1"), [OWN, `${VIP}/24`], PATIENCE_MS);
});
