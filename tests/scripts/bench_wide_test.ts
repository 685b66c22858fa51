import assert from "node:assert/strict";
import { parseGone } from "../../scripts/benchmark/address_monitor.ts";
import { cables, MOST_CABLES, WIDE_NETWORK, wideVrouters } from "../../scripts/benchmark/cables.ts";
import { lastFarewellMs, masterOfAllMs } from "../../scripts/benchmark/wide_events.ts";
import { type IpPrefix, parsePrefix, prefixContains } from "../../src/base/ip.ts";
import type { SeenAdvert } from "../support/traffic.ts";

function prefix(text: string): IpPrefix {
  const parsed = parsePrefix(text);
  assert.ok(parsed !== undefined, `${text} is no prefix`);
  return parsed;
}

Deno.test("wideVrouters() gives every cable every group, and each an address of its own in the network", () => {
  const routers = wideVrouters(cables(MOST_CABLES), { priority: 100 });
  const places = new Set(routers.map((router) => `${router.interface} ${router.vrid}`));
  const addresses = new Set(routers.flatMap((router) => router.addresses));
  assert.equal(places.size, 16 * 255);
  assert.equal(addresses.size, 16 * 255);
  const network = prefix(WIDE_NETWORK);
  for (const address of addresses) {
    assert.ok(prefixContains(network, prefix(address).address), address);
  }
  for (const { addresses: own } of cables(MOST_CABLES)) {
    assert.equal(prefixContains(network, prefix(`${own.r1}/24`).address), false);
  }
});

Deno.test("parseGone() finds the last time at which each address went", () => {
  const text = [
    "[2026-01-01T00:00:01.500000] 2: eth0    inet 10.64.0.1/32 scope global eth0\\ valid_lft",
    "[2026-01-01T00:00:02.250000] Deleted 2: eth0    inet 10.64.0.1/32 scope global eth0",
    "[2026-01-01T00:00:03.000000] Deleted 3: eth1    inet 10.65.0.1/32 scope global eth1",
    "[2026-01-01T00:00:04.000000] Deleted 2: eth0    inet 10.64.0.1/32 scope global eth0",
    "",
  ].join("\n");
  const start = Date.UTC(2026, 0, 1);
  const expected = [["10.64.0.1", start + 4000], ["10.65.0.1", start + 3000]];
  assert.deepEqual([...parseGone(text)], expected);
});

function advert(tMs: number, vrid: number, priority: number, source = "10.9.0.1"): SeenAdvert {
  const common = { authType: 0, addresses: [], sourceMac: "02:00:00:00:00:01" };
  return { ...common, destination: "224.0.0.18", tMs, vrid, priority, source };
}

const SEEN = [
  advert(1, 1, 200),
  advert(2, 2, 0, "10.9.0.2"),
  advert(5, 2, 200),
  advert(7, 1, 200),
  advert(8, 1, 0),
  advert(9, 2, 0),
];
const SENDER = { source: "10.9.0.1", vrids: [1, 2] };

Deno.test("masterOfAllMs() is when the last group of a router spoke for the first time", () => {
  assert.equal(masterOfAllMs(SEEN, SENDER), 5);
});

Deno.test("lastFarewellMs() is when the last group of a router said goodbye", () => {
  assert.equal(lastFarewellMs(SEEN, SENDER), 9);
});

Deno.test("masterOfAllMs() and lastFarewellMs() refuse to be about groups that said nothing", () => {
  const sender = { ...SENDER, vrids: [1, 2, 3] };
  const problem = /^1 of 3 virtual routers of 10\.9\.0\.1 /;
  assert.throws(() => masterOfAllMs(SEEN, sender), { name: "NotMeasurable", message: problem });
  assert.throws(() => lastFarewellMs(SEEN, sender), { name: "NotMeasurable", message: problem });
});
