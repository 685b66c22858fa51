import assert from "node:assert/strict";
import { loadRouter, onlyRouter, paths } from "./support.ts";

const V6 = { version: 3, vip: ["fe80::1", "2001:db8::1"] };

for (
  const { row, keys, faults = [], routerAdvert } of [
    { row: "off by default", keys: V6, routerAdvert: undefined },
    { row: "on for IPv6", keys: { ...V6, router_advert: true }, routerAdvert: true },
    { row: "off for IPv4", keys: { router_advert: false }, routerAdvert: undefined },
    {
      row: "on for IPv4, which has none",
      keys: { router_advert: true },
      faults: ["router_advert"],
    },
    {
      row: "on for addresses that cannot be read, which is fault enough",
      keys: { version: 3, vip: ["fe80::x"], router_advert: true },
      faults: ["vip[0]"],
    },
  ]
) {
  Deno.test(`router_advert is ${row}`, () => {
    const loaded = loadRouter(keys);
    assert.deepEqual(paths(loaded.faults), faults.map((path) => `vrouter[0].${path}`));
    if (faults.length === 0) assert.equal(onlyRouter(loaded).routerAdvert, routerAdvert);
  });
}
