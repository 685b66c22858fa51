import assert from "node:assert/strict";
import type { DaemonKind } from "../support/daemon.ts";
import { keepalived } from "../support/keepalived.ts";
import { Rvrrpd, rvrrpd } from "../support/rvrrpd.ts";
import { World } from "../support/world.ts";

const VIP = "10.9.0.100/24";

for (const peer of [rvrrpd, keepalived] satisfies DaemonKind[]) {
  Deno.test(`rvrrpd that preempts ${peer.name} names the Master that it replaces [B10 demands]`, async () => {
    await using world = await World.create();
    const lower = await peer.start({
      world,
      machine: "r2",
      routers: [{ vrid: 1, priority: 100, addresses: [VIP] }],
    });
    await lower.waitFor("Master");
    const daemon = await Rvrrpd.start({
      world,
      machine: "r1",
      routers: [{ group: 1, priority: 250, vip: VIP, vmac: false, preemption: true }],
    });
    await daemon.waitFor("Master");
    const why = /10\.9\.0\.2 with priority 100 is Master, ours is greater: taking over$/;
    await daemon.process.waitForLine(why);
    assert.equal(daemon.process.matching(why).length, 1, daemon.process.text);
    assert.deepEqual(daemon.process.matching(/Master VR is down/), []);
  });
}
