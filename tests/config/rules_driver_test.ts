import assert from "node:assert/strict";
import { loadRouter, onlyRouter, paths } from "./support.ts";

const ROUTE = { route: "10.50.0.0/16", nh: "10.9.0.254" };
const V6 = { version: 3, vip: ["fe80::1", "2001:db8::1"] };

const ROWS: readonly {
  readonly what: string;
  readonly keys: object;
  /** Below `vrouter[0]`. */
  readonly faults?: readonly string[];
}[] = [
  { what: "ether", keys: {} },
  { what: "macvlan", keys: { iftype: "macvlan" }, faults: ["netdrv"] },
  { what: "IPv6", keys: V6, faults: ["netdrv"] },
  {
    what: "an excluded IPv6 address",
    keys: { excluded_vips: ["2001:db8::1"] },
    faults: ["netdrv"],
  },
  { what: "a label of 15 bytes", keys: { interface: "thirteen-char" } },
  { what: "a label of 16 bytes", keys: { interface: "fourteen-chars" }, faults: ["netdrv"] },
  {
    what: "a label of 16 bytes for the eleventh address",
    keys: {
      interface: "thirteen-char",
      vip: Array.from({ length: 11 }, (_, index) => `10.9.0.${index + 1}`),
    },
    faults: ["netdrv"],
  },
  { what: "the highest metric", keys: { routes: [{ ...ROUTE, metric: 32_766 }] } },
  {
    what: "a metric above the highest",
    keys: { routes: [ROUTE, { ...ROUTE, metric: 32_767 }] },
    faults: ["routes[1].metric"],
  },
  {
    what: "a route with an MTU",
    keys: { routes: [{ ...ROUTE, mtu: 1400 }] },
    faults: ["routes[0].mtu"],
  },
  {
    what: "an IPv6 route",
    keys: { routes: [{ route: "2001:db8:1::/48", nh: "2001:db8::9" }] },
    faults: ["routes[0].route"],
  },
];

for (const { what, keys, faults = [] } of ROWS) {
  Deno.test(`checkDriver() ${faults.length > 0 ? "refuses" : "takes"} ioctl with ${what}`, () => {
    const loaded = loadRouter({ ...keys, netdrv: "ioctl" });
    assert.deepEqual(paths(loaded.faults), faults.map((path) => `vrouter[0].${path}`));
    for (const { hint } of loaded.faults) assert.match(hint, /netdrv = "netlink" or "libnl"/);
  });
}

for (const netdrv of ["netlink", "libnl"]) {
  Deno.test(`checkDriver() lets ${netdrv} do everything`, () => {
    const routes = [{ ...ROUTE, mtu: 1400, metric: 0xffff_ffff }];
    const loaded = loadRouter({ netdrv, routes, iftype: "macvlan" });
    assert.equal(onlyRouter(loaded).driver, netdrv);
  });
}

Deno.test("checkDriver() says nothing of an interface that is missing", () => {
  const loaded = loadRouter({ netdrv: "ioctl", interface: undefined });
  assert.deepEqual(paths(loaded.faults), ["vrouter[0].interface"]);
});
