import assert from "node:assert/strict";
import { addressesOf } from "../support/host.ts";
import { machineState } from "../support/machine_state.ts";
import { Rvrrpd } from "../support/rvrrpd.ts";
import { setSysctls } from "../support/sysctl.ts";
import { eventually } from "../support/wait.ts";
import { World } from "../support/world.ts";

const VIP = "10.9.0.100";
const ROUTER = { group: 7, vip: VIP, excluded_vips: ["fd00:9::100/64"] };
const ROWS = [
  {
    row: "switched off on the interface",
    keys: { iftype: "ether" },
    carrier: "eth0",
    line: /net\.ipv6\.conf\.eth0\.disable_ipv6 is 1: .* but fd00:9::100\. Set it to 0/,
    without: (world: World) => setSysctls(world, "r1", { "net/ipv6/conf/eth0/disable_ipv6": "1" }),
  },
  {
    row: "unknown to links as small as its macvlan",
    keys: { iftype: "macvlan" },
    carrier: "standby7",
    line: /Cannot add fd00:9::100\/128 to standby7: .*an MTU of at least 1280/,
    without: (world: World) => world.ip("r1", "link set eth0 mtu 1000"),
  },
];

for (const { row, keys, carrier, line, without } of ROWS) {
  Deno.test(`an IPv4 virtual router runs without its IPv6 address where IPv6 is ${row}`, async () => {
    await using world = await World.create({ ipv6: true });
    await without(world);
    const before = await machineState(world, "r1");
    const routers = [{ ...ROUTER, ...keys }];
    const daemon = await Rvrrpd.start({ world, machine: "r1", routers });
    await daemon.waitFor("Master");
    await daemon.process.waitForLine(line);
    await eventually(
      async () => (await addressesOf(world, "r1", carrier)).some((one) => one.startsWith(VIP)),
      { what: VIP },
    );
    assert.deepEqual(daemon.process.matching(/Fault|removed by|put back/), []);
    await daemon.stop();
    assert.deepEqual(await machineState(world, "r1"), before);
  });
}

Deno.test("an IPv4 virtual router has its IPv6 address as soon as IPv6 is switched on", async () => {
  await using world = await World.create({ ipv6: true });
  await setSysctls(world, "r1", { "net/ipv6/conf/eth0/disable_ipv6": "1" });
  const routers = [{ ...ROUTER, iftype: "ether" }];
  const daemon = await Rvrrpd.start({ world, machine: "r1", routers });
  await daemon.waitFor("Master");
  await daemon.process.waitForLine(/disable_ipv6 is 1/);
  await setSysctls(world, "r1", { "net/ipv6/conf/eth0/disable_ipv6": "0" });
  await eventually(
    async () => (await addressesOf(world, "r1")).includes("fd00:9::100/64"),
    { what: "the IPv6 address" },
  );
  assert.deepEqual(daemon.changes(), ["Init to Backup", "Backup to Master"]);
});
