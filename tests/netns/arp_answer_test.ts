import assert from "node:assert/strict";
import { virtualMac } from "../support/daemon.ts";
import { hasten } from "../support/hasten.ts";
import { arpAnswers, neighbour, ping } from "../support/host.ts";
import { Rvrrpd } from "../support/rvrrpd.ts";
import type { TomlTable } from "../support/toml.ts";
import { settled } from "../support/wait.ts";
import { ADDRESS, MAC, World } from "../support/world.ts";

const VIP = "10.9.0.100";
const ROUTER: TomlTable = { group: 9, priority: 250, vip: `${VIP}/24` };

const ROWS = [
  { keys: { vmac: false }, virtual: MAC.r1, own: MAC.r1, row: "ether with its own MAC" },
  { keys: { vmac: true }, virtual: virtualMac(9), own: virtualMac(9), row: "the virtual MAC" },
  { keys: { iftype: "macvlan" }, virtual: virtualMac(9), own: MAC.r1, row: "macvlan" },
];

for (const { keys, virtual, own, row } of ROWS) {
  Deno.test(`each address of a Master has one MAC in ARP answers: ${row} [A1 demands] [H2 forbids]`, async () => {
    await using world = await World.create();
    const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [{ ...ROUTER, ...keys }] });
    await becomeMaster(world, daemon);
    await expectAnswers(world, { virtual: [virtual], own: [own] });
  });

  Deno.test(`a stranger who speaks to the virtual address first learns no wrong MAC: ${row} [A1 forbids] [H3 forbids]`, async () => {
    await using world = await World.create();
    const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [{ ...ROUTER, ...keys }] });
    await becomeMaster(world, daemon);
    // The router has to ask for the host before it can answer, and must ask in its own name.
    assert.equal(await ping(world, "host", VIP), true);
    assert.equal(await neighbour(world, "host", VIP), virtual);
    assert.equal(await ping(world, "host", ADDRESS.r1), true);
    assert.equal(await neighbour(world, "host", ADDRESS.r1), own);
  });
}

Deno.test("a Backup's macvlan answers for nothing [B1 forbids]", async () => {
  await using world = await World.create();
  const daemon = await Rvrrpd.start({
    world,
    machine: "r1",
    routers: [{ ...ROUTER, iftype: "macvlan" }],
  });
  await daemon.waitFor("Backup");
  await expectAnswers(world, { virtual: [], own: [MAC.r1] });
});

async function becomeMaster(world: World, daemon: Rvrrpd): Promise<void> {
  await daemon.waitFor("Backup");
  await hasten(world, [{ vrid: 9, addresses: [VIP] }]);
  await daemon.waitFor("Master");
}

async function expectAnswers(
  world: World,
  expected: { readonly virtual: readonly string[]; readonly own: readonly string[] },
): Promise<void> {
  // Asked again: a busy machine may lose a question.
  await settled(
    async () => {
      const [virtual, own] = await Promise.all([
        arpAnswers(world, VIP),
        arpAnswers(world, ADDRESS.r1),
      ]);
      return { virtual, own };
    },
    expected,
    5000,
  );
}
