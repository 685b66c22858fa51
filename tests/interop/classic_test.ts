import assert from "node:assert/strict";
import { Capture } from "../support/capture.ts";
import { keepalived } from "../support/keepalived.ts";
import { HIGH, LOW, LOW_MASTER_DOWN_MS, type Pair, startPair } from "../support/pairs.ts";
import { adverts } from "../support/traffic.ts";
import { vrrpd } from "../support/vrrpd.ts";
import { ADDRESS, World } from "../support/world.ts";

const PAIRS: readonly Pair[] = [
  { first: vrrpd, second: keepalived },
  { first: keepalived, second: vrrpd },
];
const ROUTER = { vrid: 1, addresses: ["10.9.0.100/24", "10.9.0.101/24"], password: "secret12" };

for (const pair of PAIRS) {
  Deno.test(`${pair.second.name} hears ${pair.first.name}'s password and farewell, and is preempted later`, async () => {
    await using world = await World.create();
    const capture = await Capture.start(world);
    const running = await startPair(world, pair, {
      first: [{ ...ROUTER, priority: HIGH }],
      second: [{ ...ROUTER, priority: LOW }],
    });
    await running.first.stop();
    await running.second.waitFor("Master");
    const mark = running.second.process.mark();
    const again = await pair.first.start({
      world,
      machine: "r1",
      routers: [{ ...ROUTER, priority: HIGH }],
    });
    await again.waitFor("Master");
    await running.second.waitFor("Backup", { since: mark });
    const seen = adverts(await capture.stop());
    const farewell = seen.find(({ priority }) => priority === 0)?.tMs ?? NaN;
    const takeOver = seen.find(({ source }) => source === ADDRESS.r2)?.tMs ?? NaN;
    assert.ok(takeOver > farewell && takeOver - farewell < LOW_MASTER_DOWN_MS);
    assert.deepEqual(new Set(seen.map(({ authType }) => authType)), new Set([1]));
  });
}

for (const pair of PAIRS) {
  Deno.test(`${pair.second.name} believes ${pair.first.name}'s authentication header, also after a restart`, async () => {
    await using world = await World.create();
    const keyed = { ...ROUTER, authHeader: true };
    const capture = await Capture.start(world, { filter: "ip proto 51" });
    const running = await startPair(world, pair, {
      first: [{ ...keyed, priority: HIGH }],
      second: [{ ...keyed, priority: LOW }],
    });
    assert.deepEqual(running.second.process.matching(/to Master|MASTER/), []);
    await running.first.kill();
    await world.unplug("r1");
    await running.second.waitFor("Master");
    const mark = running.second.process.mark();
    await world.plugIn("r1");
    const again = await pair.first.start({
      world,
      machine: "r1",
      routers: [{ ...keyed, priority: HIGH }],
    });
    await again.waitFor("Master");
    await running.second.waitFor("Backup", { since: mark });
    assert.ok((await capture.stop()).length > 6);
  });
}
