import assert from "node:assert/strict";
import { attempt } from "../support/command.ts";
import { type RouterSpec, virtualMac } from "../support/daemon.ts";
import { hasten } from "../support/hasten.ts";
import { arpAnswers, ping } from "../support/host.ts";
import { keepalived } from "../support/keepalived.ts";
import { rvrrpd } from "../support/rvrrpd.ts";
import { setSysctls, sysctls } from "../support/sysctl.ts";
import { eventually } from "../support/wait.ts";
import { ADDRESS, World } from "../support/world.ts";

const OURS: RouterSpec = {
  vrid: 51,
  addresses: ["10.9.0.100"],
  priority: 200,
  virtualMac: "macvlan",
};
const THEIRS: RouterSpec = { ...OURS, vrid: 52, addresses: ["10.9.0.101"] };
const ROUTED = "10.8.0.9";
const OF_ALL = "net/ipv4/conf/all/rp_filter";

const ROWS = [
  { row: "no filter", all: "0", parent: "0" },
  { row: "a strict parent", all: "0", parent: "1" },
  { row: "a loose parent", all: "0", parent: "2" },
  { row: "a strict machine", all: "1", parent: "0" },
  { row: "a strict machine with a strict parent", all: "1", parent: "1" },
  { row: "a loose machine", all: "2", parent: "0" },
];

async function createWorld({ all, parent }: { all: string; parent: string }): Promise<World> {
  const world = await World.create();
  for (const machine of ["r1", "r2"] as const) {
    await setSysctls(world, machine, {
      [OF_ALL]: all,
      "net/ipv4/conf/default/rp_filter": parent,
      "net/ipv4/conf/eth0/rp_filter": parent,
    });
    await world.ip(machine, `route add 10.8.0.0/24 via ${ADDRESS.host}`);
  }
  // As a gateway for a network behind it, the host asks neighbours in its own name.
  await setSysctls(world, "host", { "net/ipv4/conf/eth0/arp_announce": "2" });
  await world.ip("host", `addr add ${ROUTED}/32 dev lo`);
  return world;
}

/** Echo requests by a neighbour and by a host whose packets come through that neighbour. */
async function answersTo(world: World, address: string) {
  const answered = async (source: string): Promise<boolean> => {
    const argv = ["ping", "-n", "-c", "1", "-W", "1", "-I", source, address];
    const { code } = await attempt(["ip", "netns", "exec", world.namespace("host"), ...argv]);
    return code === 0;
  };
  const [arp, neighbour, routed] = await Promise.all([
    arpAnswers(world, address),
    answered(ADDRESS.host),
    answered(ROUTED),
  ]);
  return { arp, neighbour, routed };
}

for (const { row, all, parent } of ROWS) {
  Deno.test(`a macvlan's virtual address answers neighbours and others behind ${row}`, async () => {
    await using world = await createWorld({ all, parent });
    const [ours, theirs] = await Promise.all([
      rvrrpd.start({ world, machine: "r1", routers: [OURS] }),
      keepalived.start({ world, machine: "r2", routers: [THEIRS] }),
    ]);
    await hasten(world, [OURS, THEIRS]);
    await Promise.all([ours.waitFor("Master"), theirs.waitFor("Master")]);

    await Promise.all([OURS, THEIRS].map(async ({ addresses: [address = ""], vrid }) => {
      await eventually(() => ping(world, "host", address), { what: `an answer from ${address}` });
      const expected = { arp: [virtualMac(vrid)], neighbour: true, routed: true };
      assert.deepEqual(await answersTo(world, address), expected);
    }));
    assert.deepEqual(await sysctls(world, "r1", [OF_ALL]), [all], "rvrrpd leaves it");
    // keepalived moves it to the interfaces, and later ones begin without a filter.
    assert.deepEqual(await sysctls(world, "r2", [OF_ALL]), ["0"]);
  });
}
