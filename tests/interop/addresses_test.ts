import assert from "node:assert/strict";
import { Capture } from "../support/capture.ts";
import { addressesOf, hostView } from "../support/host.ts";
import { HIGH, LOW, PAIRS, startPair } from "../support/pairs.ts";
import { adverts } from "../support/traffic.ts";
import { eventually, settled } from "../support/wait.ts";
import { ADDRESS, MAC, World } from "../support/world.ts";

const VIPS = ["10.9.0.100", "10.9.0.101"];

for (const pair of PAIRS) {
  Deno.test(`${pair.second.name} takes two addresses over from ${pair.first.name}`, async () => {
    await using world = await World.create();
    const capture = await Capture.start(world);
    const running = await startPair(world, pair, {
      first: [{ vrid: 1, priority: HIGH, addresses: withPrefix(VIPS) }],
      // The order is no difference: both lists hold the same addresses.
      second: [{ vrid: 1, priority: LOW, addresses: withPrefix(VIPS.toReversed()) }],
    });
    for (const virtual of VIPS) {
      await settled(() => hostView(world, { virtual, router: "r1" }), {
        virtual: MAC.r1,
        own: MAC.r1,
      });
    }
    await running.first.stop();
    await running.second.waitFor("Master");
    await eventually(async () => (await addressesOf(world, "r2")).length === 3, {
      what: "both addresses on r2",
    });
    for (const virtual of VIPS) {
      await settled(() => hostView(world, { virtual, router: "r2" }), {
        virtual: MAC.r2,
        own: MAC.r2,
      });
    }
    assert.deepEqual(await addressesOf(world, "r1"), [`${ADDRESS.r1}/24`]);
    const seen = adverts(await capture.stop());
    assert.deepEqual(seen[0]?.addresses, VIPS);
    assert.deepEqual(seen.at(-1)?.addresses, VIPS.toReversed());
  });
}

function withPrefix(addresses: readonly string[]): string[] {
  return addresses.map((address) => `${address}/24`);
}
