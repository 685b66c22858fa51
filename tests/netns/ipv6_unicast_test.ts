import assert from "node:assert/strict";
import { formatIp, ipFromBytes } from "../../src/base/ip.ts";
import { Capture } from "../support/capture.ts";
import { ipv6World, ROUTER } from "../support/ipv6_scene.ts";
import { Rvrrpd } from "../support/rvrrpd.ts";
import { ADDRESS6, LINK_LOCAL } from "../support/world.ts";

const ROWS = [
  { row: "link-local peers", addresses: LINK_LOCAL },
  { row: "global peers", addresses: ADDRESS6 },
];

const AT = { hopLimit: 21, source: 22, destination: 38 } as const;

for (const { row, addresses } of ROWS) {
  Deno.test(`rvrrpd speaks to IPv6 peers with hop limit 255, and takes over from one: ${row}`, async () => {
    await using world = await ipv6World();
    const capture = await Capture.start(world, { filter: "ip6 proto 112" });
    const keys = { ...ROUTER, unicast_peers: [addresses.r1, addresses.r2] };
    const first = await Rvrrpd.start({
      world,
      machine: "r1",
      routers: [{ ...keys, priority: 200 }],
    });
    await first.waitFor("Master");
    const second = await Rvrrpd.start({
      world,
      machine: "r2",
      routers: [{ ...keys, priority: 100 }],
    });
    await second.waitFor("Backup");
    const since = second.process.mark();
    await first.stop();
    await second.waitFor("Master", { since });
    assert.deepEqual(second.changes(), ["Init to Backup", "Backup to Master"]);
    await second.stop();
    const seen = (await capture.stop()).map(({ frame }) => {
      const bytes = new Uint8Array(frame.buffer, frame.byteOffset, frame.byteLength);
      const address = (at: number) => formatIp(ipFromBytes(bytes.slice(at, at + 16)));
      return `${bytes[AT.hopLimit]} ${address(AT.source)} ${address(AT.destination)}`;
    });
    const [r1, r2] = [addresses.r1, addresses.r2];
    assert.deepEqual([...new Set(seen)].toSorted(), [`255 ${r1} ${r2}`, `255 ${r2} ${r1}`]);
  });
}
