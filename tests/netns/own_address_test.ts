import assert from "node:assert/strict";
import { addressesOf } from "../support/host.ts";
import { machineState } from "../support/machine_state.ts";
import { Rvrrpd } from "../support/rvrrpd.ts";
import type { TomlTable } from "../support/toml.ts";
import { settled } from "../support/wait.ts";
import { ADDRESS, World } from "../support/world.ts";

const OWN = `${ADDRESS.r1}/24`;
const SECOND = "10.9.0.11/24";
const VIP = "10.9.0.100";
const ROUTER: TomlTable = { group: 1, priority: 200, preemption: true };

Deno.test("rvrrpd with owner = false and no other address waits in Fault and leaves that one", async () => {
  await using world = await World.create();
  const before = await machineState(world, "r1");
  const daemon = await Rvrrpd.start({
    world,
    machine: "r1",
    routers: [{ ...ROUTER, vip: OWN, owner: false, vmac: false }],
  });
  await daemon.waitFor("Fault");
  await daemon.process.waitForLine(/eth0 has no IPv4 address to send from/);
  assert.equal(daemon.process.matching(/eth0 has no IPv4 address to send from/).length, 1);
  await daemon.stop();
  assert.deepEqual(await machineState(world, "r1"), before);
});

const ROWS: readonly { readonly row: string; readonly keys: TomlTable }[] = [
  { row: "the only one, which it may not own", keys: { vip: OWN, owner: false, vmac: false } },
  { row: "that one with the virtual MAC", keys: { vip: OWN, owner: false, vmac: true } },
  { row: "that one with another length", keys: { vip: `${ADDRESS.r1}/32`, owner: false } },
  { row: "the first of two", keys: { vip: [ADDRESS.r1, VIP], vmac: false } },
  { row: "the last of two, with the virtual MAC", keys: { vip: [VIP, OWN], vmac: true } },
  { row: "an excluded one", keys: { vip: VIP, excluded_vips: [ADDRESS.r1], vmac: false } },
];

for (const { row, keys } of ROWS) {
  Deno.test(`rvrrpd never removes a virtual address that was there before: ${row}`, async () => {
    await using world = await World.create();
    await world.ip("r1", `addr add ${SECOND} dev eth0`);
    const before = await machineState(world, "r1");
    const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [{ ...ROUTER, ...keys }] });
    await daemon.waitFor("Master");

    const since = daemon.process.mark();
    const better = await Rvrrpd.start({
      world,
      machine: "r2",
      routers: [{ ...ROUTER, vmac: false, ...withoutOwner(keys), priority: 250 }],
    });
    await daemon.waitFor("Backup", { since });
    await settled(() => addressesOf(world, "r1"), [OWN, SECOND]);
    const again = daemon.process.mark();
    await better.stop();
    await daemon.waitFor("Master", { since: again });

    await daemon.stop();
    assert.deepEqual(await machineState(world, "r1"), before);
  });
}

/** The same virtual addresses, on a machine that has none of them. */
function withoutOwner({ vip = [], excluded_vips = [] }: TomlTable): TomlTable {
  return { vip, excluded_vips };
}
