import assert from "node:assert/strict";
import { CARRIERS, ipv6World, ROUTER } from "../support/ipv6_scene.ts";
import { machineState } from "../support/machine_state.ts";
import { Rvrrpd } from "../support/rvrrpd.ts";
import { settled } from "../support/wait.ts";
import { ADDRESS6, LINK_LOCAL, type World } from "../support/world.ts";

const NEXT_HOP = ADDRESS6.host;
const OF_ROUTER = { route: "2001:db8:1::/48", nh: NEXT_HOP };
/** Every interface may have a neighbour of that address: it is the virtual router's. */
const OF_LINK = { route: "2001:db8:3::/48", nh: LINK_LOCAL.host };
const OF_DAEMON = { route: "2001:db8:2::/48", nh: NEXT_HOP, metric: 7, mtu: 1400 };
const SET = [
  `2001:db8:1::/48 ${NEXT_HOP} 1024`,
  `2001:db8:2::/48 ${NEXT_HOP} 7`,
  `2001:db8:3::/48 ${LINK_LOCAL.host} 1024`,
];

/** The IPv6 routes that VRRP has set, as destination, next hop and metric. */
async function routes(world: World): Promise<string[]> {
  const text = await world.run("r1", ["ip", "-6", "-j", "route", "show", "proto", "112"]);
  const found: readonly { dst: string; gateway: string; metric: number }[] = JSON.parse(text);
  return found.map(({ dst, gateway, metric }) => `${dst} ${gateway} ${metric}`).toSorted();
}

for (const { row, keys } of CARRIERS) {
  Deno.test(`rvrrpd has IPv6 routes while it is Master, and puts them back: ${row}`, async () => {
    await using world = await ipv6World();
    const before = await machineState(world, "r1");
    const options = {
      world,
      machine: "r1",
      routers: [{ ...ROUTER, ...keys, routes: [OF_ROUTER, OF_LINK] }],
      general: { protocols: { static: [OF_DAEMON] } },
    } as const;
    const daemon = await Rvrrpd.start(options);
    await daemon.waitFor("Master");
    await settled(() => routes(world), SET);
    await world.run("r1", ["ip", "-6", "route", "del", "2001:db8:1::/48"]);
    await settled(() => routes(world), SET);
    // Another start takes back what one that was killed has left.
    await daemon.kill();
    assert.deepEqual(await routes(world), SET);
    const again = await Rvrrpd.start({
      ...options,
      routers: [{ ...ROUTER, group: 8, vip: "fe80::108", vmac: false }],
      general: { startup_delay: 60 },
    });
    await again.waitFor("Backup");
    assert.deepEqual(await routes(world), []);
    await again.stop();
    assert.deepEqual(await machineState(world, "r1"), before);
  });
}

Deno.test("rvrrpd follows an IPv6 route with its priority", async () => {
  await using world = await ipv6World();
  const tracked = { track_route: [{ route: "2001:db8:9::/48", weight: -50 }] };
  const daemon = await Rvrrpd.start({
    world,
    machine: "r1",
    routers: [{ ...ROUTER, ...tracked, priority: 100 }],
  });
  await daemon.waitFor("Master");
  const since = daemon.process.mark();
  await world.ip("r1", `route add 2001:db8:9::/48 via ${NEXT_HOP}`);
  await daemon.process.waitForLine(/Priority 100, before 50: route 2001:db8:9::\/48/, { since });
  await world.ip("r1", `route del 2001:db8:9::/48 via ${NEXT_HOP}`);
  await daemon.process.waitForLine(/Priority 50, before 100: route 2001:db8:9::\/48/, { since });
});
