import assert from "node:assert/strict";
import { ipv6World, ROUTER, VIRTUAL_MAC, VRID } from "../support/ipv6_scene.ts";
import { addressesOf, macOf } from "../support/host.ts";
import { machineState } from "../support/machine_state.ts";
import { Rvrrpd } from "../support/rvrrpd.ts";
import { setSysctls, sysctls } from "../support/sysctl.ts";
import { settled } from "../support/wait.ts";
import { LINK_LOCAL, MAC, type World } from "../support/world.ts";

const IPV4_ROUTER = { group: VRID, vip: "10.9.0.100", timers: { advert: 1 } };
const ROWS = [
  { row: "an IPv6 router [H17a forbids]", router: ROUTER, virtual: VIRTUAL_MAC },
  { row: "an IPv4 router [H17a forbids]", router: IPV4_ROUTER, virtual: "00:00:5e:00:01:07" },
  {
    row: "an IPv4 router by ioctl [H17a forbids]",
    router: { ...IPV4_ROUTER, netdrv: "ioctl" },
    virtual: "00:00:5e:00:01:07",
  },
];

/** One command, so that the daemon can only hear of both at once; or not. */
async function lower(world: World, { forLong }: { readonly forLong: boolean }): Promise<void> {
  if (!forLong) return await world.ip("r1", "link set eth0 down", "link set eth0 up");
  await world.ip("r1", "link set eth0 down");
  await settled(() => macOf(world, "r1"), MAC.r1);
  await world.ip("r1", "link set eth0 up");
}

function mode(world: World): Promise<string[]> {
  return sysctls(world, "r1", ["net/ipv6/conf/eth0/addr_gen_mode"]);
}

/** What the kernel has made of a MAC, whichever. */
async function made(world: World): Promise<string[]> {
  return (await addressesOf(world, "r1")).filter((address) => /ff:fe/.test(address));
}

for (const { row, router, virtual } of ROWS) {
  Deno.test(`an interface that goes down and up has no address of a virtual MAC, and its own again: ${row}`, async () => {
    await using world = await ipv6World();
    // Its global address is to survive by itself: it is not what this is about.
    await setSysctls(world, "r1", { "net/ipv6/conf/eth0/keep_addr_on_down": "1" });
    const own = await made(world);
    assert.deepEqual(own, [`${LINK_LOCAL.r1}/64`]);
    const before = await machineState(world, "r1");
    const options = {
      world,
      machine: "r1",
      routers: [{ ...router, iftype: "ether", vmac: true }],
    } as const;
    let daemon = await Rvrrpd.start(options);
    await settled(() => macOf(world, "r1"), virtual);
    for (const forLong of [false, true]) {
      const since = daemon.process.mark();
      await lower(world, { forLong });
      await daemon.waitFor("Fault", { since });
      await daemon.waitFor("Master", { since });
      await settled(() => macOf(world, "r1"), virtual);
      await settled(() => made(world), own);
    }
    assert.deepEqual(await mode(world), ["1"]);
    await daemon.kill();
    daemon = await Rvrrpd.start({ ...options, general: { startup_delay: 60 } });
    await daemon.waitFor("Backup");
    assert.deepEqual(await mode(world), ["0"]);
    await daemon.stop();
    assert.deepEqual(await machineState(world, "r1"), before);
  });
}
