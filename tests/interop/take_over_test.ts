import assert from "node:assert/strict";
import { Capture } from "../support/capture.ts";
import { hostView } from "../support/host.ts";
import {
  HIGH,
  LOW,
  LOW_MASTER_DOWN_MS,
  LOW_SKEW_MS,
  type Pair,
  PAIRS,
  type RunningPair,
  startPair,
} from "../support/pairs.ts";
import { adverts, claims, type SeenAdvert } from "../support/traffic.ts";
import { settled } from "../support/wait.ts";
import { ADDRESS, MAC, World } from "../support/world.ts";

const VIP = "10.9.0.100";
const ROUTER = { vrid: 1, addresses: [`${VIP}/24`] };

for (const pair of PAIRS) {
  const names = `${pair.second.name} as Backup of ${pair.first.name}`;

  Deno.test(`${names} takes over when the Master is killed [B7a demands] [S7 demands]`, async () => {
    const { before, after } = await takeOver(pair, async ({ first }, world) => {
      await first.kill();
      // The kernel of a router that lost power does not answer for the address either.
      await world.unplug("r1");
    });
    assert.deepEqual(priorities(before), new Set([HIGH]));
    assert.ok(gapMs(before, after) >= LOW_MASTER_DOWN_MS, "earlier than Master-Down allows");
  });

  Deno.test(`${names} takes over in skew time when the Master stops [A9 demands] [B8 demands]`, async () => {
    const { before, after } = await takeOver(pair, ({ first }) => first.stop());
    assert.deepEqual(before.map(({ priority }) => priority).slice(-2), [HIGH, 0]);
    assert.ok(gapMs(before, after) >= LOW_SKEW_MS, "earlier than the skew time");
    assert.ok(gapMs(before, after) < LOW_MASTER_DOWN_MS - LOW_SKEW_MS, "it waited for Master-Down");
  });
}

/** From both running to r2 serving; the advertisements of r1 before and of r2 after. */
async function takeOver(
  pair: Pair,
  loseFirst: (running: RunningPair, world: World) => Promise<void>,
): Promise<{ before: SeenAdvert[]; after: SeenAdvert[] }> {
  await using world = await World.create();
  const capture = await Capture.start(world);
  const running = await startPair(world, pair, {
    first: [{ ...ROUTER, priority: HIGH }],
    second: [{ ...ROUTER, priority: LOW }],
  });
  await settled(() => hostView(world, { virtual: VIP, router: "r1" }), seenAs("r1"));
  await loseFirst(running, world);
  await running.second.waitFor("Master");
  await settled(() => hostView(world, { virtual: VIP, router: "r2" }), seenAs("r2"));
  const frames = await capture.stop();
  assert.equal(claims(frames).at(-1)?.mac, MAC.r2);
  return splitBySender(adverts(frames));
}

function seenAs(router: "r1" | "r2"): { virtual: string; own: string } {
  return { virtual: MAC[router], own: MAC[router] };
}

/** Refuses two Masters at a time: all advertisements of r1 come before all of r2. */
function splitBySender(seen: SeenAdvert[]): { before: SeenAdvert[]; after: SeenAdvert[] } {
  const change = seen.findIndex(({ source }) => source === ADDRESS.r2);
  const [before, after] = [seen.slice(0, change), seen.slice(change)];
  assert.deepEqual(sources(before), new Set([ADDRESS.r1]));
  assert.deepEqual(sources(after), new Set([ADDRESS.r2]));
  return { before, after };
}

function sources(seen: readonly SeenAdvert[]): Set<string> {
  return new Set(seen.map(({ source }) => source));
}

function priorities(seen: readonly SeenAdvert[]): Set<number> {
  return new Set(seen.map(({ priority }) => priority));
}

/** Between the last advertisement of the one and the first of the other. */
function gapMs(before: readonly SeenAdvert[], after: readonly SeenAdvert[]): number {
  return (after[0]?.tMs ?? NaN) - (before.at(-1)?.tMs ?? NaN);
}
