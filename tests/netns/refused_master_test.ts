import assert from "node:assert/strict";
import { virtualMac } from "../support/daemon.ts";
import { macOf } from "../support/host.ts";
import { Rvrrpd } from "../support/rvrrpd.ts";
import { delay, settled } from "../support/wait.ts";
import { World } from "../support/world.ts";

const TIMERS = { advert: 0.1 };
const ROUTER = { group: 1, version: 3, vip: "10.9.0.100", preemption: true, timers: TIMERS };
/** Ten times what a Backup waits for a Master of this interval. */
const LONG_MS = 4000;

/** r1 speaks by an interface that cannot have the virtual MAC, because another beside it has it. */
async function takeVirtualMac(world: World): Promise<void> {
  await world.ip(
    "r1",
    "link add mv0 link eth0 address 02:00:00:00:00:11 type macvlan mode bridge",
    `link add mv1 link eth0 address ${virtualMac(1)} type macvlan mode bridge`,
    "addr add 10.9.0.11/24 dev mv0",
    "link set mv0 up",
    "link set mv1 up",
  );
}

Deno.test("rvrrpd does not end a healthy Master again once it was refused what a Master needs", async () => {
  await using world = await World.create();
  await takeVirtualMac(world);
  const healthy = await Rvrrpd.start({
    world,
    machine: "r2",
    // Frames from a MAC that a macvlan has are not given to those beside it.
    routers: [{ ...ROUTER, priority: 100, vmac: false }],
  });
  await healthy.waitFor("Master");
  const refused = await Rvrrpd.start({
    world,
    machine: "r1",
    routers: [{ ...ROUTER, priority: 200, interface: "mv0" }],
  });
  await refused.waitFor("Fault");
  await refused.process.waitForLine(/no Master is preempted/);
  const since = refused.process.mark();
  await refused.waitFor("Backup", { since });
  const sinceRetry = healthy.process.mark();
  await delay(LONG_MS);
  assert.deepEqual(healthy.process.matching(/Changed from/, sinceRetry), []);
  await world.ip("r1", "link del mv1");
  await healthy.stop();
  await refused.waitFor("Master", { since });
  await settled(() => macOf(world, "r1", "mv0"), virtualMac(1));
  assert.equal(refused.process.matching(/to Fault/, since).length, 0);
});
