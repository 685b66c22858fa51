import assert from "node:assert/strict";
import { Capture } from "../support/capture.ts";
import { hostView } from "../support/host.ts";
import { HIGH, LOW, LOW_MASTER_DOWN_MS, PAIRS } from "../support/pairs.ts";
import { adverts } from "../support/traffic.ts";
import { delay, settled } from "../support/wait.ts";
import { ADDRESS, MAC, World } from "../support/world.ts";

const VIP = "10.9.0.100";
const ROUTER = { vrid: 1, addresses: [`${VIP}/24`] };

for (const { first, second } of PAIRS) {
  Deno.test(`${first.name} with preemption takes the address from ${second.name} [B10 demands] [A12a demands]`, async () => {
    await using world = await World.create();
    const capture = await Capture.start(world);
    const low = await second.start({
      world,
      machine: "r2",
      routers: [{ ...ROUTER, priority: LOW }],
    });
    await low.waitFor("Master");
    const since = low.process.mark();
    const high = await first.start({
      world,
      machine: "r1",
      routers: [{ ...ROUTER, priority: HIGH }],
    });
    await high.waitFor("Master");
    await low.waitFor("Backup", { since });
    await settled(() => hostView(world, { virtual: VIP, router: "r1" }), {
      virtual: MAC.r1,
      own: MAC.r1,
    });
    const seen = adverts(await capture.stop()).map(({ source }) => source);
    assert.equal(seen.at(-1), ADDRESS.r1);
    // The old Master says nothing more once it has heard the new one, not even farewell.
    assert.equal(seen.indexOf(ADDRESS.r1), seen.lastIndexOf(ADDRESS.r2) + 1);
  });

  Deno.test(`${first.name} without preemption leaves ${second.name} alone until it dies [S3 forbids] [B9 demands]`, async () => {
    await using world = await World.create();
    const capture = await Capture.start(world);
    const low = await second.start({
      world,
      machine: "r2",
      routers: [{ ...ROUTER, priority: LOW }],
    });
    await low.waitFor("Master");
    const high = await first.start({
      world,
      machine: "r1",
      routers: [{ ...ROUTER, priority: HIGH, preempt: false }],
    });
    await delay(LOW_MASTER_DOWN_MS + 1000);
    await low.kill();
    await world.unplug("r2");
    const deadMs = Date.now();
    await high.waitFor("Master");
    const seen = adverts(await capture.stop()).filter(({ tMs }) => tMs < deadMs);
    assert.deepEqual(new Set(seen.map(({ source }) => source)), new Set([ADDRESS.r2]));
  });
}
