import assert from "node:assert/strict";
import { addressesOf, macOf, neighbour, ping } from "../support/host.ts";
import { ipv6World, ROUTER, VIP, VIRTUAL_MAC, VRID } from "../support/ipv6_scene.ts";
import { machineState } from "../support/machine_state.ts";
import { Rvrrpd } from "../support/rvrrpd.ts";
import type { TomlTable } from "../support/toml.ts";
import { settled } from "../support/wait.ts";
import { MAC, type World } from "../support/world.ts";

const VIP4 = "10.9.0.100";
const VIRTUAL_MAC4 = "00:00:5e:00:01:07";
const IPV4: TomlTable = { group: VRID, vip: VIP4, preemption: true };

/** `VIP for group` begins the lines of the router of each family. */
function changed(to: string, family: 4 | 6): RegExp {
  const first = family === 4 ? VIP4.replaceAll(".", "\\.") : "fe80::100";
  return new RegExp(`VR ${first} for group ${VRID} on interface eth0 - Changed from \\w+ to ${to}`);
}

for (const iftype of ["ether", "macvlan"]) {
  const keys = iftype === "ether" ? { iftype, vmac: false } : { iftype };
  Deno.test(`rvrrpd runs IPv4 and IPv6 of one group on one interface apart: ${iftype}`, async () => {
    await using world = await ipv6World();
    const before = [await machineState(world, "r1"), await machineState(world, "r2")];
    const start = (machine: "r1" | "r2", priorities: readonly [number, number]) =>
      Rvrrpd.start({
        world,
        machine,
        routers: [
          { ...IPV4, ...keys, priority: priorities[0] },
          { ...ROUTER, ...keys, priority: priorities[1] },
        ],
      });
    const first = await start("r1", [200, 100]);
    const second = await start("r2", [100, 200]);
    await first.process.waitForLine(changed("Master", 4));
    await second.process.waitForLine(changed("Master", 6));
    await settled(() => owners(world, [VIP4, VIP]), ["r1", "r2"]);
    assert.deepEqual([await ping(world, "host", VIP4), await ping(world, "host", VIP)], [
      true,
      true,
    ]);
    if (iftype === "macvlan") {
      assert.equal(await neighbour(world, "host", VIP4), VIRTUAL_MAC4);
      assert.equal(await neighbour(world, "host", VIP), VIRTUAL_MAC);
    }
    const since = first.process.mark();
    await second.stop();
    await first.process.waitForLine(changed("Master", 6), { since });
    await settled(() => owners(world, [VIP4, VIP]), ["r1", "r1"]);
    await settled(() => ping(world, "host", VIP), true);
    assert.deepEqual(first.process.matching(changed("Backup", 4)).length, 1);
    await first.stop();
    assert.deepEqual(await machineState(world, "r1"), before[0]);
    assert.deepEqual(await machineState(world, "r2"), before[1]);
  });
}

/** Which machine has each address, on whatever interface. */
async function owners(world: World, addresses: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const address of addresses) {
    const owner = [];
    for (const machine of ["r1", "r2"] as const) {
      const text = await world.run(machine, ["ip", "-j", "addr", "show", "to", address]);
      const links: readonly { readonly addr_info?: readonly unknown[] }[] = JSON.parse(text);
      if (links.some(({ addr_info = [] }) => addr_info.length > 0)) owner.push(machine);
    }
    found.push(owner.join("+"));
  }
  return found;
}

Deno.test("rvrrpd lets one family alone replace the MAC, and moves the other's addresses along", async () => {
  await using world = await ipv6World();
  const before = await machineState(world, "r1");
  const daemon = await Rvrrpd.start({
    world,
    machine: "r1",
    routers: [
      { ...IPV4, vmac: false, priority: 200, timers: { advert: 1, garp_delay: 0 } },
      { ...ROUTER, iftype: "ether", timers: { advert: 4 } },
    ],
  });
  await daemon.process.waitForLine(changed("Master", 4));
  await settled(() => ping(world, "host", VIP4), true);
  assert.equal(await neighbour(world, "host", VIP4), MAC.r1);
  await daemon.process.waitForLine(changed("Master", 6));
  await settled(() => macOf(world, "r1"), VIRTUAL_MAC);
  // Nobody asks in between: the entry changes only by what the router says.
  await settled(() => neighbour(world, "host", VIP4), VIRTUAL_MAC);
  assert.equal(await ping(world, "host", VIP), true);
  await daemon.stop();
  assert.equal(await macOf(world, "r1"), MAC.r1);
  assert.deepEqual(await machineState(world, "r1"), before);
});

const EXCLUDED = [
  {
    row: "IPv6 beside IPv4",
    keys: { ...IPV4, excluded_vips: ["fd00:9::50", "fe80::50"] },
    addresses: ["fd00:9::50", VIP4],
    mac: VIRTUAL_MAC4,
  },
  {
    row: "IPv4 beside IPv6",
    keys: { ...ROUTER, excluded_vips: ["10.9.0.50"] },
    addresses: ["10.9.0.50", VIP],
    mac: VIRTUAL_MAC,
  },
];

for (const { row, keys, addresses, mac } of EXCLUDED) {
  for (const iftype of ["ether", "macvlan"]) {
    Deno.test(`rvrrpd sets, announces and removes excluded addresses of the other family: ${row}, ${iftype}`, async () => {
      await using world = await ipv6World();
      const before = await machineState(world, "r1");
      const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [{ ...keys, iftype }] });
      await daemon.waitFor("Master");
      for (const address of addresses) {
        assert.equal(await ping(world, "host", address), true, address);
        assert.equal(await neighbour(world, "host", address), mac, address);
      }
      await daemon.stop();
      assert.deepEqual((await addressesOf(world, "r1")).filter((one) => /50|100/.test(one)), []);
      assert.deepEqual(await machineState(world, "r1"), before);
    });
  }
}
