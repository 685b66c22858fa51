import assert from "node:assert/strict";
import { Capture } from "../support/capture.ts";
import type { Daemon, RouterSpec } from "../support/daemon.ts";
import { HIGH, LOW, PAIRS, startPair } from "../support/pairs.ts";
import { adverts } from "../support/traffic.ts";
import { delay } from "../support/wait.ts";
import { ADDRESS, World } from "../support/world.ts";

const VRIDS = Array.from({ length: 255 }, (_, index) => index + 1);

for (const pair of PAIRS) {
  Deno.test(`255 groups move from ${pair.first.name} to ${pair.second.name}`, async () => {
    await using world = await World.create();
    const capture = await Capture.start(world, { filter: "vrrp" });
    const { first, second } = await startPair(world, pair, {
      first: VRIDS.map((vrid) => router({ vrid, priority: HIGH })),
      second: VRIDS.map((vrid) => router({ vrid, priority: LOW })),
    });
    await first.kill();
    await world.unplug("r1");
    await allMaster(second);
    const movedMs = Date.now();
    await delay(2000);
    const seen = adverts(await capture.stop());
    const mastersNow = seen.filter(({ tMs }) => tMs > movedMs);
    assert.deepEqual(new Set(seen.map(({ vrid }) => vrid)), new Set(VRIDS));
    assert.deepEqual(new Set(mastersNow.map(({ vrid }) => vrid)), new Set(VRIDS));
    assert.deepEqual(new Set(mastersNow.map(({ source }) => source)), new Set([ADDRESS.r2]));
  });

  Deno.test(`255 groups of ${pair.first.name} and ${pair.second.name} each have one Master`, async () => {
    await using world = await World.create();
    const capture = await Capture.start(world, { filter: "vrrp" });
    // Odd groups belong to r1, even ones to r2, so that both send and both hear all the time.
    const [first, second] = await Promise.all([
      pair.first.start({
        world,
        machine: "r1",
        routers: VRIDS.map((vrid) => router({ vrid, priority: vrid % 2 === 1 ? HIGH : LOW })),
      }),
      pair.second.start({
        world,
        machine: "r2",
        routers: VRIDS.map((vrid) => router({ vrid, priority: vrid % 2 === 1 ? LOW : HIGH })),
      }),
    ]);
    for (const vrid of VRIDS) await (vrid % 2 === 1 ? first : second).waitFor("Master", { vrid });
    // Two that became Master in the same moment have heard each other after an interval.
    await delay(1500);
    const settledMs = Date.now();
    await delay(3000);
    const seen = adverts(await capture.stop()).filter(({ tMs }) => tMs > settledMs);
    const masters = new Set(seen.map(({ vrid, source }) => `${vrid} ${source}`));
    const expected = VRIDS.map((vrid) => `${vrid} ${vrid % 2 === 1 ? ADDRESS.r1 : ADDRESS.r2}`);
    assert.deepEqual(masters, new Set(expected));
  });
}

function router(numbers: { readonly vrid: number; readonly priority: number }): RouterSpec {
  return { ...numbers, addresses: [`10.9.1.${numbers.vrid}/32`] };
}

async function allMaster(daemon: Daemon): Promise<void> {
  for (const vrid of VRIDS) await daemon.waitFor("Master", { vrid });
}
