import assert from "node:assert/strict";
import type { DaemonKind } from "../support/daemon.ts";
import { addressesOf } from "../support/host.ts";
import { keepalived } from "../support/keepalived.ts";
import { machineState } from "../support/machine_state.ts";
import { Rvrrpd, rvrrpd } from "../support/rvrrpd.ts";
import { settled } from "../support/wait.ts";
import { ADDRESS, World } from "../support/world.ts";

const OWN = `${ADDRESS.r1}/24`;
/** Of one network that the interface has no address of: the second becomes the first's secondary. */
const [FIRST, SECOND] = ["192.168.7.1/24", "192.168.7.2/24"] as const;
const ROUTER = { priority: 200, preemption: true, vmac: false };

for (const peer of [rvrrpd, keepalived] satisfies DaemonKind[]) {
  Deno.test(`rvrrpd keeps a group's address when ${peer.name} takes another's of its network`, async () => {
    await using world = await World.create();
    const before = await machineState(world, "r1");
    const daemon = await Rvrrpd.start({
      world,
      machine: "r1",
      routers: [{ ...ROUTER, group: 1, vip: FIRST }, { ...ROUTER, group: 2, vip: SECOND }],
    });
    for (const vrid of [1, 2]) await daemon.waitFor("Master", { vrid });
    await settled(() => addressesOf(world, "r1"), [OWN, FIRST, SECOND]);

    const since = daemon.process.mark();
    await peer.start({
      world,
      machine: "r2",
      routers: [{ vrid: 1, priority: 250, addresses: [FIRST] }],
    });
    await daemon.waitFor("Backup", { vrid: 1, since });
    await settled(() => addressesOf(world, "r1"), [OWN, SECOND]);
    assert.deepEqual(daemon.process.matching(/for group 2 .* Changed/, since), []);

    await daemon.stop();
    assert.deepEqual(await machineState(world, "r1"), before);
  });
}
