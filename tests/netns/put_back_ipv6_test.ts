import assert from "node:assert/strict";
import { ipv6World, reachesFar, ROUTER, virtualAddresses } from "../support/ipv6_scene.ts";
import { machineState } from "../support/machine_state.ts";
import { Rvrrpd } from "../support/rvrrpd.ts";
import { setSysctls } from "../support/sysctl.ts";
import { settled } from "../support/wait.ts";

const LINK = "standby7";

Deno.test("rvrrpd as Master switches IPv6 on again on its macvlan, and puts the addresses back", async () => {
  await using world = await ipv6World();
  const before = await machineState(world, "r1");
  const routers = [{ ...ROUTER, iftype: "macvlan" }];
  const daemon = await Rvrrpd.start({ world, machine: "r1", routers });
  await daemon.waitFor("Master");
  await settled(async () => (await virtualAddresses(world, "r1", LINK)).length, 2);
  const since = daemon.process.mark();
  await setSysctls(world, "r1", { [`net/ipv6/conf/${LINK}/disable_ipv6`]: "1" });
  await settled(async () => (await virtualAddresses(world, "r1", LINK)).length, 2);
  await settled(() => reachesFar(world), true);
  assert.deepEqual(daemon.process.matching(/Changed from|Cannot/, since), []);
  await daemon.stop();
  assert.deepEqual(await machineState(world, "r1"), before);
});
