import assert from "node:assert/strict";
import { formatIp, formatPrefix } from "../../src/base/ip.ts";
import { lines, loadValue, resolved, ROUTER } from "./support.ts";

function loadRoute(route: object) {
  return loadValue({ vrouter: [ROUTER], protocols: { static: [route] } });
}

Deno.test("static routes: mask and length say the same", () => {
  const rows = [
    { route: { route: "10.1.0.0", mask: "255.255.0.0", nh: "10.9.0.254" }, to: "10.1.0.0/16" },
    { route: { route: "10.1.0.0/16", nh: "10.9.0.254" }, to: "10.1.0.0/16" },
    { route: { route: "0.0.0.0", mask: "0.0.0.0", nh: "10.9.0.254" }, to: "0.0.0.0/0" },
    { route: { route: "10.1.2.3", mask: "255.255.255.255", nh: "10.9.0.254" }, to: "10.1.2.3/32" },
    {
      route: { route: "10.1.2.128", mask: "255.255.255.128", nh: "10.9.0.254" },
      to: "10.1.2.128/25",
    },
    { route: { route: "2001:db8::/32", nh: "fd00::1" }, to: "2001:db8::/32" },
  ];
  for (const { route, to } of rows) {
    const [resolvedRoute] = resolved(loadRoute(route)).staticRoutes;
    assert.ok(resolvedRoute !== undefined);
    assert.equal(formatPrefix(resolvedRoute.destination), to);
    assert.equal(formatIp(resolvedRoute.nextHop), route.nh);
  }
});

Deno.test("static routes keep metric and mtu, and have none where none is given", () => {
  const route = { route: "10.1.0.0/16", nh: "10.9.0.254" };
  const [plain] = resolved(loadRoute(route)).staticRoutes;
  const [full] = resolved(loadRoute({ ...route, metric: 0, mtu: 1400 })).staticRoutes;
  assert.deepEqual(full, { ...plain, metric: 0, mtu: 1400 });
  assert.ok(plain !== undefined && !("metric" in plain) && !("mtu" in plain));
});

Deno.test("routes of a virtual router may have a next hop that is on its interface alone", () => {
  const route = { route: "2001:db8::/32", nh: "fe80::1" };
  const [router] = resolved(loadValue({ vrouter: [{ ...ROUTER, routes: [route] }] })).routers;
  assert.deepEqual(router?.routes.map(({ nextHop }) => formatIp(nextHop)), [route.nh]);
});

const BAD = [
  {
    why: "a next hop that may be on any link",
    route: { route: "2001:db8::/32", nh: "fe80::1" },
    line:
      "nh: fe80::1 is link-local, and a route here says nothing of the link (a global or unique local address of the next hop, or the route among the routes of a [[vrouter]]: its interface is that link)",
  },
  {
    why: "host bits, with the network around them",
    route: { route: "10.1.2.3", mask: "255.255.240.0", nh: "10.9.0.254" },
    line:
      "route: 10.1.2.3/20 is no network: bits beyond its length are set (10.1.0.0/20 is the network around it)",
  },
  {
    why: "IPv6 host bits",
    route: { route: "2001:db8::1/64", nh: "fd00::1" },
    line:
      "route: 2001:db8::1/64 is no network: bits beyond its length are set (2001:db8::/64 is the network around it)",
  },
  {
    why: "neither mask nor length",
    route: { route: "10.1.0.0", nh: "10.9.0.254" },
    line: 'route: 10.1.0.0 has no length (a mask beside it, or route = "network/length")',
  },
  {
    why: "mask and length",
    route: { route: "10.1.0.0/16", mask: "255.255.0.0", nh: "10.9.0.254" },
    line:
      "mask: 255.255.0.0 stands beside 10.1.0.0/16 (IPv4 destinations without a /length have a mask, others have none)",
  },
  {
    why: "a mask with a hole",
    route: { route: "10.0.0.0", mask: "255.0.255.0", nh: "10.9.0.254" },
    line: "mask: 255.0.255.0 is no mask: its ones are not all at the front (such as 255.255.255.0)",
  },
  {
    why: "a next hop of the other family",
    route: { route: "10.1.0.0/16", nh: "fe80::1" },
    line: "nh: fe80::1 is not of the family of the destination (an IPv4 address)",
  },
] as const;

for (const { why, route, line } of BAD) {
  Deno.test(`static routes refuse ${why}`, () => {
    assert.deepEqual(lines(loadRoute(route).faults), [
      `rvrrpd.conf:1: protocols.static[0].${line}`,
    ]);
  });
}

Deno.test("a virtual router's own routes are checked like static ones", () => {
  const routes = [{ route: "10.1.2.3/20", nh: "10.9.0.254" }];
  assert.deepEqual(loadValue({ vrouter: [{ ...ROUTER, routes }] }).faults.map(({ path }) => path), [
    "vrouter[0].routes[0].route",
  ]);
});
