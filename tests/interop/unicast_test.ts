import assert from "node:assert/strict";
import { Capture, type CapturedFrame } from "../support/capture.ts";
import type { RouterSpec } from "../support/daemon.ts";
import { HIGH, LOW, LOW_MASTER_DOWN_MS, PAIRS, startPair } from "../support/pairs.ts";
import { adverts, type SeenAdvert } from "../support/traffic.ts";
import { ADDRESS, World } from "../support/world.ts";

const ROUTER = { vrid: 1, addresses: ["10.9.0.100/24"] };
const R1: RouterSpec = {
  ...ROUTER,
  priority: HIGH,
  unicast: { source: ADDRESS.r1, peers: [ADDRESS.r2] },
};
const R2: RouterSpec = {
  ...ROUTER,
  priority: LOW,
  unicast: { source: ADDRESS.r2, peers: [ADDRESS.r1] },
};

/** All advertisements, none of which went to the group. */
function advertsToPeers(frames: readonly CapturedFrame[]): SeenAdvert[] {
  const seen = adverts(frames);
  for (const { source, destination } of seen) {
    assert.equal(destination, source === ADDRESS.r1 ? ADDRESS.r2 : ADDRESS.r1);
  }
  return seen;
}

for (const pair of PAIRS.slice(0, 2)) {
  const { first, second } = pair;

  Deno.test(`${second.name} in unicast takes over when ${first.name} has died, with AH`, async () => {
    await using world = await World.create();
    const capture = await Capture.start(world, { filter: "vrrp or ah" });
    const auth = { password: "secret12", authHeader: true };
    const running = await startPair(world, pair, {
      first: [{ ...R1, ...auth }],
      second: [{ ...R2, ...auth }],
    });
    await running.first.kill();
    await world.unplug("r1");
    await running.second.waitFor("Master");
    const seen = advertsToPeers(await capture.stop());
    const last = seen.findLast(({ source }) => source === ADDRESS.r1)?.tMs ?? NaN;
    const takeOver = seen.find(({ source }) => source === ADDRESS.r2)?.tMs ?? NaN;
    assert.ok(takeOver - last >= LOW_MASTER_DOWN_MS, `${takeOver - last} ms`);
    assert.deepEqual(new Set(seen.map(({ authType }) => authType)), new Set([2]));
  });

  Deno.test(`${first.name} in unicast with a password preempts ${second.name}, then leaves`, async () => {
    await using world = await World.create();
    const capture = await Capture.start(world);
    const password = "secret12";
    const low = await second.start({ world, machine: "r2", routers: [{ ...R2, password }] });
    await low.waitFor("Master");
    const sinceStart = low.process.mark();
    const high = await first.start({ world, machine: "r1", routers: [{ ...R1, password }] });
    await high.waitFor("Master");
    await low.waitFor("Backup", { since: sinceStart });
    const sinceBackup = low.process.mark();
    await high.stop();
    await low.waitFor("Master", { since: sinceBackup });
    const seen = advertsToPeers(await capture.stop());
    const farewell = seen.findIndex(({ priority }) => priority === 0);
    const [before, after] = [seen.slice(0, farewell), seen.slice(farewell + 1)];
    const lastOfLow = before.findLastIndex(({ source }) => source === ADDRESS.r2);
    assert.equal(before.findIndex(({ source }) => source === ADDRESS.r1), lastOfLow + 1);
    // Only a Backup that accepts the farewell is there before Master-Down has run out.
    const waitedMs = (after[0]?.tMs ?? NaN) - (seen[farewell]?.tMs ?? NaN);
    assert.ok(waitedMs < LOW_MASTER_DOWN_MS, `${waitedMs} ms`);
    assert.deepEqual(new Set(seen.map(({ authType }) => authType)), new Set([1]));
  });
}
