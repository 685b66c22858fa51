import assert from "node:assert/strict";
import { formatIp, formatPrefix } from "../../src/base/ip.ts";
import type { RouteInfo } from "../../src/wire/rtnetlink_route.ts";
import { run } from "../support/command.ts";
import { type Bench, ipJson, prefix } from "./bench.ts";
import type { ContractCase } from "./contract_case.ts";

export const ROUTE_CASES: readonly ContractCase[] = [
  { what: "addRoute sets a route through its next hop", run: addsRoute },
  { what: "addRoute sets the default route", run: addsDefaultRoute },
  { what: "addRoute gives the route its MTU", run: givesMtu, takes: ["routeMtu"] },
  { what: "addRoute marks the route as ours", run: marksRoutes, takes: ["mark"] },
  { what: "addRoute takes every metric", run: takesLargeMetric, takes: ["largeMetric"] },
  { what: "addRoute leaves a route of somebody else as it is", run: leavesRivalAlone },
  { what: "removeRoute takes that route and no other", run: removesRoute },
  { what: "removeRoute leaves a route that somebody else has set", run: leavesForeignRoute },
  {
    what: "addRoute and removeRoute work for IPv6",
    run: worksForIpv6,
    takes: ["ipv6Address", "ipv6Route"],
  },
  {
    what: "addRoute and removeRoute work for a next hop that is known on one interface alone",
    run: worksForLinkLocal,
    takes: ["ipv6Address", "ipv6Route"],
  },
  { what: "routes() are those of ip route", run: listsRoutes },
  { what: "routes() of one protocol are those of ip route", run: listsOneProtocol },
];

const OWN_ADDRESS = "10.9.0.5/24";

/** The routes over the link that an address has not brought. */
async function shownRoutes(bench: Bench): Promise<string[]> {
  return (await ipJson("-N", "route", "show", "dev", bench.name))
    .filter(({ gateway }) => gateway !== undefined)
    .map(({ dst, gateway, metric = 0 }) => `${dst} via ${gateway} metric ${metric}`);
}

async function addsRoute(bench: Bench): Promise<void> {
  bench.apply(bench.addAddress(OWN_ADDRESS), bench.addRoute(), bench.addRoute({ metric: 7 }));
  assert.deepEqual(await shownRoutes(bench), [
    "10.50.0.0/16 via 10.9.0.254 metric 0",
    "10.50.0.0/16 via 10.9.0.254 metric 7",
  ]);
}

async function addsDefaultRoute(bench: Bench): Promise<void> {
  const destination = prefix("0.0.0.0/0");
  bench.apply(bench.addAddress(OWN_ADDRESS), bench.addRoute({ destination }));
  assert.deepEqual(await shownRoutes(bench), ["default via 10.9.0.254 metric 0"]);
  bench.apply(bench.removeRoute({ destination }));
  assert.deepEqual(await shownRoutes(bench), []);
}

async function givesMtu(bench: Bench): Promise<void> {
  bench.apply(bench.addAddress(OWN_ADDRESS), bench.addRoute({ mtu: 1400 }));
  const [route] = await ipJson("route", "show", "10.50.0.0/16");
  assert.deepEqual(route?.metrics, [{ mtu: 1400 }]);
  bench.apply(bench.removeRoute({ mtu: 1400 }));
  assert.deepEqual(await shownRoutes(bench), []);
}

async function marksRoutes(bench: Bench): Promise<void> {
  bench.apply(bench.addAddress(OWN_ADDRESS), bench.addRoute());
  const [route] = await ipJson("-N", "route", "show", "10.50.0.0/16");
  assert.equal(route?.protocol, "112");
}

async function takesLargeMetric(bench: Bench): Promise<void> {
  bench.apply(bench.addAddress(OWN_ADDRESS), bench.addRoute({ metric: 0xffff_ffff }));
  assert.deepEqual(await shownRoutes(bench), ["10.50.0.0/16 via 10.9.0.254 metric 4294967295"]);
}

async function leavesRivalAlone(bench: Bench): Promise<void> {
  bench.apply(bench.addAddress(OWN_ADDRESS));
  await run(["ip", "route", "add", "10.50.0.0/16", "via", "10.9.0.253", "metric", "7"]);
  assert.deepEqual(bench.refusals(bench.addRoute({ metric: 7 })), ["EEXIST"]);
  assert.deepEqual(await shownRoutes(bench), ["10.50.0.0/16 via 10.9.0.253 metric 7"]);
}

async function removesRoute(bench: Bench): Promise<void> {
  const others = [{ metric: 8 }, { destination: prefix("10.50.0.0/24") }];
  bench.apply(
    bench.addAddress(OWN_ADDRESS),
    bench.addRoute({ metric: 7 }),
    ...others.map((other) => bench.addRoute(other)),
  );
  bench.apply(bench.removeRoute({ metric: 7 }));
  assert.deepEqual(bench.refusals(bench.removeRoute({ metric: 7 })), ["ESRCH"]);
  assert.deepEqual((await shownRoutes(bench)).toSorted(), [
    "10.50.0.0/16 via 10.9.0.254 metric 8",
    "10.50.0.0/24 via 10.9.0.254 metric 0",
  ]);
}

async function leavesForeignRoute(bench: Bench): Promise<void> {
  bench.apply(bench.addAddress(OWN_ADDRESS));
  await run(["ip", "route", "add", "10.50.0.0/16", "via", "10.9.0.254", "proto", "static"]);
  assert.deepEqual(bench.refusals(bench.removeRoute()), ["ESRCH"]);
  assert.deepEqual(await shownRoutes(bench), ["10.50.0.0/16 via 10.9.0.254 metric 0"]);
}

async function worksForIpv6(bench: Bench): Promise<void> {
  const destination = prefix("2001:db8:1::/48");
  const nextHop = prefix("2001:db8::9").address;
  const shown = async () =>
    (await ipJson("-6", "-N", "route", "show", "2001:db8:1::/48"))
      .map(({ gateway, protocol }) => `${gateway} ${protocol}`);
  bench.apply(bench.addAddress("2001:db8::5/64"), bench.addRoute({ destination, nextHop }));
  assert.deepEqual(await shown(), ["2001:db8::9 112"]);
  bench.apply(bench.removeRoute({ destination, nextHop }));
  assert.deepEqual(await shown(), []);
  bench.apply(bench.removeAddress("2001:db8::5/64"));
}

async function worksForLinkLocal(bench: Bench): Promise<void> {
  const route = {
    destination: prefix("2001:db8:1::/48"),
    nextHop: prefix("fe80::9").address,
    ifindex: bench.target.ifindex,
  };
  const shown = async () =>
    (await ipJson("-6", "-N", "route", "show", "2001:db8:1::/48"))
      .map(({ gateway, dev }) => `${gateway} ${dev}`);
  bench.apply(bench.addAddress("fe80::5/64"), bench.addRoute(route));
  assert.deepEqual(await shown(), [`fe80::9 ${bench.name}`]);
  bench.apply(bench.removeRoute(route));
  assert.deepEqual(await shown(), []);
  bench.apply(bench.removeAddress("fe80::5/64"));
}

async function prepareRoutes(bench: Bench): Promise<void> {
  bench.apply(bench.addAddress(OWN_ADDRESS), bench.addRoute());
  const batch = [
    `route add default via 10.9.0.253 metric 9 proto static`,
    `route add 10.60.0.0/16 dev ${bench.name} mtu 1300`,
    `route add 10.61.0.0/16 nexthop via 10.9.0.2 nexthop via 10.9.0.3`,
    `route add blackhole 10.62.0.0/16`,
    `route add 10.63.0.0/16 dev ${bench.name} table 77`,
    "",
  ];
  await run(["ip", "-batch", "-"], { stdin: batch.join("\n") });
}

/** What stands on no link stays when the bench's goes. */
async function clearRoutes(): Promise<void> {
  await run(["ip", "route", "del", "blackhole", "10.62.0.0/16"]);
}

async function listsRoutes(bench: Bench): Promise<void> {
  await prepareRoutes(bench);
  const told = [];
  for (const family of ["-4", "-6"]) {
    told.push(...(await ipJson(family, "-N", "route", "show", "table", "main")).map((
      { dst, gateway, metric = 0, metrics = [], protocol },
    ) => [dst === "default" ? "0.0.0.0/0" : dst, gateway, metric, metrics[0]?.mtu, protocol]));
  }
  const listed = bench.driver.routes().map(described);
  await clearRoutes();
  assert.deepEqual(listed, told);
}

function described({ destination, nextHop, metric, mtu, protocol }: RouteInfo) {
  const gateway = nextHop === undefined ? undefined : formatIp(nextHop);
  return [formatPrefix(destination), gateway, metric, mtu, String(protocol)];
}

async function listsOneProtocol(bench: Bench): Promise<void> {
  await prepareRoutes(bench);
  const listed = bench.driver.routes({ protocol: 4 }).map(described);
  await clearRoutes();
  assert.deepEqual(listed, [["0.0.0.0/0", "10.9.0.253", 9, undefined, "4"]]);
}
