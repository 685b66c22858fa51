import assert from "node:assert/strict";
import { attempt } from "../support/command.ts";
import { virtualMac } from "../support/daemon.ts";
import { neighbour, ping } from "../support/host.ts";
import { Rvrrpd } from "../support/rvrrpd.ts";
import type { TomlTable } from "../support/toml.ts";
import { ADDRESS, MAC, World } from "../support/world.ts";

const VIP = "10.9.0.100";
const ROUTER: TomlTable = { group: 9, priority: 250, vip: `${VIP}/24` };

const ROWS = [
  { keys: { vmac: false }, virtual: MAC.r1, own: MAC.r1, row: "ether with its own MAC" },
  { keys: { vmac: true }, virtual: virtualMac(9), own: virtualMac(9), row: "the virtual MAC" },
  { keys: { iftype: "macvlan" }, virtual: virtualMac(9), own: MAC.r1, row: "macvlan" },
];

for (const { keys, virtual, own, row } of ROWS) {
  Deno.test(`each address of a Master has one MAC in ARP answers: ${row}`, async () => {
    await using world = await World.create();
    const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [{ ...ROUTER, ...keys }] });
    await daemon.waitFor("Master");
    assert.deepEqual(await arpAnswers(world, VIP), [virtual]);
    assert.deepEqual(await arpAnswers(world, ADDRESS.r1), [own]);
  });

  Deno.test(`a stranger who speaks to the virtual address first learns no wrong MAC: ${row}`, async () => {
    await using world = await World.create();
    const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [{ ...ROUTER, ...keys }] });
    await daemon.waitFor("Master");
    // The router has to ask for the host before it can answer, and must ask in its own name.
    assert.equal(await ping(world, "host", VIP), true);
    assert.equal(await neighbour(world, "host", VIP), virtual);
    assert.equal(await ping(world, "host", ADDRESS.r1), true);
    assert.equal(await neighbour(world, "host", ADDRESS.r1), own);
  });
}

Deno.test("a Backup's macvlan answers for nothing", async () => {
  await using world = await World.create();
  const daemon = await Rvrrpd.start({
    world,
    machine: "r1",
    routers: [{ ...ROUTER, iftype: "macvlan" }],
  });
  await daemon.waitFor("Backup");
  assert.deepEqual(await arpAnswers(world, VIP), []);
  assert.deepEqual(await arpAnswers(world, ADDRESS.r1), [MAC.r1]);
});

/** The hardware addresses in the answers to one broadcast question of the host. */
async function arpAnswers(world: World, address: string): Promise<string[]> {
  const namespace = world.namespace("host");
  const arping = ["arping", "-b", "-c", "1", "-w", "1", "-I", "eth0", address];
  const { stdout } = await attempt(["ip", "netns", "exec", namespace, ...arping]);
  return Array.from(stdout.matchAll(/reply from .* \[([0-9A-F:]+)\]/g), ([, mac]) => {
    return (mac ?? "").toLowerCase();
  });
}
