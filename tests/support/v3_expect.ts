import assert from "node:assert/strict";
import type { Family } from "../../src/base/ip.ts";
import { FLAG } from "./neighbors.ts";
import type { Scene, Seen } from "./v3_scene.ts";
import { INTERVAL_MS, type Router, V4, V6 } from "./v3_sides.ts";

/** What is the same in every advertisement of either daemon (RFC 9568 section 5). */
export function expectForm(scene: Scene, { adverts }: Seen): void {
  assert.ok(adverts.length > 0, "there are advertisements");
  for (const advert of adverts) {
    const { family, vrid, source } = advert;
    const router = (["r1", "r2"] as const).find((name) => scene.sourceOf(name, vrid) === source);
    assert.ok(router !== undefined, `${source} is neither router`);
    const config = family === 4 ? V4 : V6;
    assert.deepEqual({ ...advert, tMs: 0, priority: 0 }, {
      tMs: 0,
      family,
      vrid: config.vrid,
      priority: 0,
      intervalCs: INTERVAL_MS / 10,
      checksumForm: "rfc5798",
      addresses: config.addresses.map((address) => address.replace(/\/.*/, "")),
      source,
      sourceMac: scene.macOf(router, family),
      destination: family === 4 ? "224.0.0.18" : "ff02::12",
      ttl: 255,
    });
  }
}

/** Each address was announced by these routers in this order, and by IPv6 with the right flags. */
export function expectClaims(scene: Scene, seen: Seen, order: readonly Router[]): void {
  const macs = (family: Family) =>
    withoutRepeats(order.map((router) => scene.macOf(router, family)));
  for (const { address, family } of scene.targets) {
    const arps = seen.arps.filter((claim) => claim.address === address);
    const expected = family === 4 ? macs(4) : [];
    assert.deepEqual(withoutRepeats(arps.map(({ mac }) => mac)), expected, timeLine(seen));
    if (family === 4) continue;
    const neighbours = seen.neighbours.filter(({ target }) => target === address);
    assert.deepEqual(withoutRepeats(neighbours.map(({ mac }) => mac)), macs(6), timeLine(seen));
    const flags = withoutRepeats(neighbours.map(({ flags }) => flags));
    assert.deepEqual(flags, withoutRepeats(order.map((router) => flagsOf(scene, router))));
    for (const { source, from, mac, hopLimit } of neighbours) {
      assert.deepEqual({ source, from, hopLimit }, { source: address, from: mac, hopLimit: 255 });
    }
  }
}

/** All that was seen, in order, with milliseconds since the first of it. */
function timeLine({ adverts, arps, neighbours }: Seen): string {
  const lines = [
    ...adverts.map(({ tMs, vrid, priority, source }) => ({
      tMs,
      text: `${source} advertises ${vrid} with ${priority}`,
    })),
    ...arps.map(({ tMs, address, mac }) => ({ tMs, text: `${address} is at ${mac}` })),
    ...neighbours.map(({ tMs, target, mac }) => ({ tMs, text: `${target} is at ${mac}` })),
  ].sort((a, b) => a.tMs - b.tMs);
  const startMs = lines[0]?.tMs ?? 0;
  return lines.map(({ tMs, text }) => `${(tMs - startMs).toFixed(1)} ${text}`).join("\n");
}

function flagsOf(scene: Scene, router: Router): number {
  return FLAG.override | (scene.isRouter(router) ? FLAG.router : 0);
}

function withoutRepeats<T>(items: readonly T[]): T[] {
  return items.filter((item, index) => index === 0 || item !== items[index - 1]);
}
