import assert from "node:assert/strict";
import { addressesOf, macOf } from "../support/host.ts";
import { type MachineState, machineState } from "../support/machine_state.ts";
import { Rvrrpd } from "../support/rvrrpd.ts";
import type { TomlTable } from "../support/toml.ts";
import { settled } from "../support/wait.ts";
import { ADDRESS, MAC, World } from "../support/world.ts";

const BASE: TomlTable = { group: 9, priority: 250, vip: ["10.9.0.100", "10.9.0.101/32"] };

const ROWS: readonly { readonly keys: TomlTable; readonly row: string }[] = [
  { keys: { vmac: false }, row: "ether with its own MAC" },
  { keys: { vmac: true }, row: "ether with the virtual MAC" },
  { keys: { iftype: "macvlan" }, row: "macvlan" },
  { keys: { vmac: false, vip: ADDRESS.r1 }, row: "the owner of the address" },
  { keys: { vmac: true, vip: ADDRESS.r1 }, row: "the owner with the virtual MAC" },
];

for (const { keys, row } of ROWS) {
  Deno.test(`rvrrpd leaves the machine as it was after an orderly stop as Master: ${row}`, async () => {
    await using world = await World.create();
    const before = await machineState(world, "r1");
    const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [{ ...BASE, ...keys }] });
    await daemon.waitFor("Master");
    assert.notDeepEqual(await machineState(world, "r1"), before);
    await daemon.stop();
    assert.deepEqual(await machineState(world, "r1"), before);
  });
}

for (const keys of [{ vmac: true }, { iftype: "macvlan" }]) {
  Deno.test(`rvrrpd leaves the machine as it was after an orderly stop as Backup: ${JSON.stringify(keys)}`, async () => {
    await using world = await World.create();
    const before = await machineState(world, "r1");
    const [backup, master] = await Promise.all([
      Rvrrpd.start({ world, machine: "r1", routers: [{ ...BASE, priority: 100, ...keys }] }),
      Rvrrpd.start({ world, machine: "r2", routers: [{ ...BASE, vmac: false }] }),
    ]);
    await master.waitFor("Master");
    await backup.stop();
    assert.deepEqual(backup.changes().at(-1), "Backup to Down");
    assert.deepEqual(await machineState(world, "r1"), before);
  });
}

Deno.test("rvrrpd as Backup of macvlan type neither holds an address nor lacks its link", async () => {
  await using world = await World.create();
  const daemon = await Rvrrpd.start({
    world,
    machine: "r1",
    routers: [{ ...BASE, iftype: "macvlan", vifname: "vr9" }],
  });
  await daemon.waitFor("Backup");
  assert.deepEqual(await addressesOf(world, "r1", "vr9"), []);
  assert.equal(await macOf(world, "r1", "vr9"), "00:00:5e:00:01:09");
  assert.equal(await macOf(world, "r1"), MAC.r1);
});

Deno.test("rvrrpd takes addresses and MAC back when it has to give way", async () => {
  await using world = await World.create();
  const before: MachineState = await machineState(world, "r1");
  const low = await Rvrrpd.start({
    world,
    machine: "r1",
    routers: [{ ...BASE, priority: 100, vmac: true }],
  });
  await low.waitFor("Master");
  assert.equal(await macOf(world, "r1"), "00:00:5e:00:01:09");
  await Rvrrpd.start({
    world,
    machine: "r2",
    routers: [{ ...BASE, preemption: true, vmac: false }],
  });
  const since = low.process.mark();
  await low.waitFor("Backup", { since });
  await settled(async () => (await machineState(world, "r1")).addresses, before.addresses);
  await settled(() => macOf(world, "r1"), MAC.r1);
});
