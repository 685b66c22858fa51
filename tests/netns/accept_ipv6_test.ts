import assert from "node:assert/strict";
import { ping } from "../support/host.ts";
import { machineState } from "../support/machine_state.ts";
import { Rvrrpd } from "../support/rvrrpd.ts";
import type { TomlTable } from "../support/toml.ts";
import { eventually } from "../support/wait.ts";
import { ADDRESS6, MAC, World } from "../support/world.ts";

const LINK_LOCAL_VIP = "fe80::100";
const VIP = "fd00:9::100";
const ROUTER: TomlTable = {
  group: 1,
  version: 3,
  vip: [LINK_LOCAL_VIP, VIP],
  priority: 200,
  accept: false,
};

/** What the host finds out when it asks for an address, which ping makes it do. */
async function foundMac(world: World, address: string): Promise<string | undefined> {
  const show = ["ip", "-j", "-6", "neigh", "show", address, "dev", "eth0"] as const;
  const [entry] = JSON.parse(await world.run("host", show));
  return entry?.lladdr;
}

const ROWS: readonly { readonly row: string; readonly keys: TomlTable; readonly mac: string }[] = [
  { row: "ether with its own MAC", keys: { vmac: false }, mac: MAC.r1 },
  { row: "macvlan", keys: { iftype: "macvlan" }, mac: "00:00:5e:00:02:01" },
];

for (const { row, keys, mac } of ROWS) {
  Deno.test(`rvrrpd with accept = false answers for its IPv6 addresses and takes nothing else: ${row} [A7 forbids] [A8 forbids]`, async () => {
    await using world = await World.create({ ipv6: true });
    // Elsewhere the machine itself has what is virtual on eth0.
    await world.ip("sw", "link add name br1 type bridge mcast_snooping 0", "link set br1 up");
    await world.addLink({
      machine: "r1",
      name: "eth1",
      mac: "02:00:00:00:01:01",
      bridge: "br1",
    });
    await world.addLink({ machine: "host", name: "eth1", mac: "02:00:00:00:01:03", bridge: "br1" });
    await world.ip("r1", `addr add ${LINK_LOCAL_VIP}/64 dev eth1 nodad`);
    await eventually(() => ping(world, "host", `${LINK_LOCAL_VIP}%eth1`), { what: "the own one" });
    await eventually(async () => {
      const tentative = await world.run("r1", ["ip", "-6", "addr", "show", "tentative"]);
      return tentative.trim() === "";
    }, { what: "the end of duplicate address detection" });
    const before = await machineState(world, "r1");

    const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [{ ...ROUTER, ...keys }] });
    await daemon.waitFor("Master");
    for (const address of [VIP, LINK_LOCAL_VIP]) {
      const scoped = address === VIP ? address : `${address}%eth0`;
      await eventually(async () => {
        assert.equal(await ping(world, "host", scoped), false, address);
        return await foundMac(world, address) === mac;
      }, { what: `an answer to who has ${address}` });
    }
    assert.ok(await ping(world, "host", ADDRESS6.r1), "the router's own address is no virtual one");
    assert.ok(await ping(world, "host", `${LINK_LOCAL_VIP}%eth1`), "nor is that of another link");
    assert.ok(await ping(world, "r1", VIP), "from the machine itself");
    assert.ok(await ping(world, "r1", ADDRESS6.host), "its own questions are answered");

    await daemon.stop();
    assert.deepEqual(await machineState(world, "r1"), before);
  });
}
