import assert from "node:assert/strict";
import { macOf, neighbour, ping } from "../support/host.ts";
import {
  CARRIERS,
  ipv6World,
  LINK_VIP,
  reachesFar,
  ROUTER,
  VIP,
  VIRTUAL_MAC,
  virtualAddresses,
} from "../support/ipv6_scene.ts";
import { machineState } from "../support/machine_state.ts";
import { Rvrrpd } from "../support/rvrrpd.ts";
import { settled } from "../support/wait.ts";
import { ADDRESS6, MAC } from "../support/world.ts";

const OTHER_DRIVER = CARRIERS.filter(({ row }) => row === "macvlan")
  .map((one) => ({ ...one, row: "macvlan by libnl", keys: { ...one.keys, netdrv: "libnl" } }));

for (const { row, keys, carrier, length, virtual } of [...CARRIERS, ...OTHER_DRIVER]) {
  Deno.test(`rvrrpd takes IPv6 addresses over from one that is killed, and gives them back: ${row}`, async () => {
    await using world = await ipv6World();
    const before = [await machineState(world, "r1"), await machineState(world, "r2")];
    const start = (machine: "r1" | "r2", priority: number) =>
      Rvrrpd.start({ world, machine, routers: [{ ...ROUTER, ...keys, priority }] });
    const present = (machine: "r1" | "r2") => virtualAddresses(world, machine, carrier);
    const carried = [VIP, LINK_VIP].map((address) => ({
      address: `${address}/${address === VIP ? length : 64}`,
      nodad: true,
      noPrefixRoute: carrier !== "eth0" && address === VIP,
      trouble: [],
    }));
    const learnt = (address: string) => neighbour(world, "host", address);

    const first = await start("r1", 200);
    await first.waitFor("Master");
    await settled(() => present("r1"), carried);
    const second = await start("r2", 100);
    await second.waitFor("Backup");
    assert.deepEqual([await ping(world, "host", VIP), await reachesFar(world)], [true, true]);
    const mac = { r1: virtual ? VIRTUAL_MAC : MAC.r1, r2: virtual ? VIRTUAL_MAC : MAC.r2 };
    await settled(async () => [await learnt(VIP), await learnt(LINK_VIP)], [mac.r1, mac.r1]);

    await first.kill();
    await second.waitFor("Master");
    await settled(() => present("r2"), carried);
    // What is left of the killed one must not answer any longer for the rest to mean something.
    await world.unplug("r1");
    await settled(() => reachesFar(world), true);
    await settled(async () => [await learnt(VIP), await learnt(LINK_VIP)], [mac.r2, mac.r2]);

    const taken = second.process.mark();
    await world.plugIn("r1");
    const again = await start("r1", 200);
    await again.waitFor("Master");
    await second.waitFor("Backup", { since: taken });
    await settled(() => present("r2"), []);
    await settled(() => reachesFar(world), true);

    const since = second.process.mark();
    await again.stop();
    await second.waitFor("Master", { since });
    await settled(() => reachesFar(world), true);
    await second.stop();
    assert.equal(await macOf(world, "r1"), MAC.r1);
    assert.deepEqual(await machineState(world, "r1"), before[0]);
    assert.deepEqual(await machineState(world, "r2"), before[1]);
  });
}

Deno.test("rvrrpd tells neighbours of the router's own addresses when it changes the MAC, both ways", async () => {
  await using world = await ipv6World();
  const learnt = async () => {
    await ping(world, "host", ADDRESS6.r1);
    return neighbour(world, "host", ADDRESS6.r1);
  };
  assert.equal(await learnt(), MAC.r1);
  const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [{ ...ROUTER }] });
  await daemon.waitFor("Master");
  // Nobody asks in between: the entry changes only by what the router says.
  await settled(() => neighbour(world, "host", ADDRESS6.r1), VIRTUAL_MAC);
  await daemon.stop();
  await settled(() => neighbour(world, "host", ADDRESS6.r1), MAC.r1);
});
