import assert from "node:assert/strict";
import { formatPrefix, ip, parsePrefix } from "../../src/base/ip.ts";
import type { StaticRoute } from "../../src/config/types.ts";
import { type Change, DriverError, OUR_PROTOCOL, type Route } from "../../src/drivers/driver.ts";
import type { Router } from "../../src/runtime/router.ts";
import { Routes } from "../../src/runtime/routes.ts";
import { RTM } from "../../src/wire/rtnetlink.ts";
import { addRoute, type RouteInfo } from "../../src/wire/rtnetlink_route.ts";
import * as netlink from "../../src/wire/netlink.ts";
import { viewOf } from "../support/bytes.ts";
import { emitAll } from "../support/netlink_requests.ts";
import { NOW_MS, PaperDriver, PaperLog, placement, router } from "./fixtures.ts";

const LATER_MS = NOW_MS + 1000;

function route(destination: string, nextHop: string, metric?: number): StaticRoute {
  const prefix = parsePrefix(destination);
  assert.ok(prefix);
  const shared = { destination: prefix, nextHop: ip(nextHop) };
  return metric === undefined ? shared : { ...shared, metric };
}

const FIRST = route("10.20.0.0/16", "10.9.0.254", 7);
const SECOND = route("10.30.0.0/16", "10.9.0.254");

/** A main table on paper: one route for each destination and metric, as in the kernel. */
class RouteTable extends PaperDriver {
  readonly table = new Map<string, RouteInfo>();
  reachable = true;

  override apply(changes: readonly Change[]): readonly DriverError[] {
    return changes.flatMap((change) => {
      if (change.change === "addRoute") return this.#add(change);
      return change.change === "removeRoute" ? this.#remove(change) : [];
    });
  }

  #add(change: Extract<Change, { change: "addRoute" }>): DriverError[] {
    const key = keyOf(change.route);
    if (!this.reachable) return [new DriverError(change, "ENETUNREACH", "Cannot add it")];
    if (this.table.has(key)) return [new DriverError(change, "EEXIST", "is there")];
    this.table.set(key, { metric: 0, ...change.route, protocol: OUR_PROTOCOL });
    return [];
  }

  #remove(change: Extract<Change, { change: "removeRoute" }>): DriverError[] {
    const key = keyOf(change.route);
    if (this.table.get(key)?.protocol !== OUR_PROTOCOL) {
      return [new DriverError(change, "ESRCH", "is not there")];
    }
    this.table.delete(key);
    return [];
  }

  override routes(): readonly RouteInfo[] {
    return [...this.table.values()].filter(({ protocol }) => protocol === OUR_PROTOCOL);
  }

  get keys(): string[] {
    return [...this.table.keys()];
  }
}

function keyOf({ destination, metric = 0 }: StaticRoute | RouteInfo): string {
  return `${formatPrefix(destination)} ${metric}`;
}

class Bench {
  readonly driver = new RouteTable();
  readonly log = new PaperLog();
  readonly routers: readonly Router[];
  readonly routes: Routes;

  constructor(staticRoutes: readonly StaticRoute[], ofRouters: readonly StaticRoute[][] = [[]]) {
    this.routers = ofRouters.map((routes, index) => {
      const one = router({ routes, protocol: { vrid: index + 1 } });
      one.place(placement());
      return one;
    });
    this.routes = new Routes({
      routers: this.routers,
      staticRoutes,
      drivers: { links: this.driver, of: () => this.driver },
      log: this.log,
    });
  }

  master(index = 0): void {
    const one = this.routers[index];
    const { source, ownMac: mac } = placement();
    one?.step({ kind: "linkReady", facts: { source, mac, owner: true } }, NOW_MS);
    assert.equal(one?.state.name, "Master");
    this.#review();
  }

  fault(index = 0): void {
    this.routers[index]?.step({ kind: "linkFault", reason: "interfaceDown" }, NOW_MS);
    this.#review();
  }

  #review(): void {
    this.routes.noteMasters();
    this.routes.review(NOW_MS);
  }

  /** Somebody takes the route away, which the kernel tells. */
  lose(lost: StaticRoute, protocol = OUR_PROTOCOL): void {
    this.driver.table.delete(keyOf(lost));
    this.routes.apply(notification(RTM.delRoute, { ...lost, protocol }));
  }
}

/** The kernel's notifications have the form of the requests. */
function notification(
  type: number,
  change: Route & { readonly protocol: number },
): netlink.NetlinkMessage {
  const bytes = emitAll([{ ...addRoute(change), type, sequence: 0 }]);
  const [message] = netlink.parse(viewOf(bytes));
  assert.ok(message);
  return message;
}

Deno.test("Routes listens to the kernel only where there are any", () => {
  assert.equal(new Bench([]).routes.listens, false);
  assert.equal(new Bench([FIRST]).routes.listens, true);
  assert.equal(new Bench([], [[FIRST]]).routes.listens, true);
});

Deno.test("Routes sets those of all with the first Master and removes them with the last", () => {
  const bench = new Bench([FIRST], [[], []]);
  bench.routes.noteMasters();
  bench.routes.review(NOW_MS);
  assert.deepEqual(bench.driver.keys, []);
  bench.master(0);
  bench.master(1);
  assert.deepEqual(bench.driver.keys, [keyOf(FIRST)]);
  bench.fault(0);
  assert.deepEqual(bench.driver.keys, [keyOf(FIRST)]);
  bench.fault(1);
  assert.deepEqual(bench.driver.keys, []);
  assert.deepEqual(bench.log.lines, [
    "information: Route 10.20.0.0/16 via 10.9.0.254 metric 7 is set",
    "information: Route 10.20.0.0/16 via 10.9.0.254 metric 7 is removed",
  ]);
});

Deno.test("Routes keeps what two want until neither does", () => {
  const bench = new Bench([], [[FIRST, SECOND], [FIRST]]);
  bench.master(0);
  bench.master(1);
  bench.fault(0);
  assert.deepEqual(bench.driver.keys, [keyOf(FIRST)]);
  bench.fault(1);
  assert.deepEqual(bench.driver.keys, []);
});

Deno.test("Routes puts back what somebody removed, after a moment, and tells it", () => {
  const bench = new Bench([FIRST]);
  bench.master();
  bench.lose(FIRST);
  bench.routes.review(NOW_MS);
  assert.deepEqual(bench.driver.keys, []);
  const { dueMs } = bench.routes;
  assert.ok(dueMs > NOW_MS && dueMs <= NOW_MS + 100);
  bench.routes.review(dueMs);
  assert.deepEqual(bench.driver.keys, [keyOf(FIRST)]);
  assert.match(
    bench.log.lines.at(-1) ?? "",
    /^warning: .* was removed by somebody else: put back$/,
  );
  assert.equal(bench.routes.dueMs, Infinity);
});

Deno.test("Routes says nothing of a removal that was its own, told late", () => {
  const bench = new Bench([FIRST]);
  bench.master();
  const told = bench.log.lines.length;
  bench.routes.apply(notification(RTM.delRoute, { ...FIRST, protocol: OUR_PROTOCOL }));
  bench.routes.review(NOW_MS);
  bench.routes.review(LATER_MS);
  assert.deepEqual(bench.driver.keys, [keyOf(FIRST)]);
  assert.equal(bench.log.lines.length, told);
});

Deno.test("Routes leaves somebody else's alone, and sets its own when that one has gone", () => {
  const bench = new Bench([FIRST]);
  const theirs = { ...FIRST, metric: 7, nextHop: ip("10.9.0.77"), protocol: 4 };
  bench.driver.table.set(keyOf(FIRST), theirs);
  bench.master();
  assert.match(bench.log.lines.at(-1) ?? "", /^warning: .* somebody else has a route of this/);
  bench.routes.noteInterfaces();
  bench.routes.review(NOW_MS);
  assert.equal(bench.log.lines.length, 1, "told once");
  bench.lose({ ...FIRST, nextHop: theirs.nextHop }, theirs.protocol);
  bench.routes.review(NOW_MS);
  assert.deepEqual(bench.driver.routes().map(keyOf), [keyOf(FIRST)]);
});

Deno.test("Routes does not remove what somebody put in its place", () => {
  const bench = new Bench([FIRST]);
  bench.master();
  const theirs = { ...FIRST, metric: 7, nextHop: ip("10.9.0.77"), protocol: 4 };
  bench.driver.table.set(keyOf(FIRST), theirs);
  bench.routes.apply(notification(RTM.newRoute, theirs));
  assert.match(bench.log.lines.at(-1) ?? "", /^warning: .* somebody else has a route of this/);
  bench.fault();
  assert.deepEqual(bench.driver.keys, [keyOf(FIRST)]);
});

Deno.test("Routes takes one for its own that an earlier run has left", () => {
  const bench = new Bench([FIRST]);
  bench.driver.table.set(keyOf(FIRST), { ...FIRST, metric: 7, protocol: OUR_PROTOCOL });
  bench.master();
  assert.deepEqual(bench.log.lines, []);
  bench.fault();
  assert.deepEqual(bench.driver.keys, []);
});

Deno.test("Routes says once why it cannot set one, and tries again when something changes", () => {
  const bench = new Bench([FIRST]);
  bench.driver.reachable = false;
  bench.master();
  bench.routes.noteInterfaces();
  bench.routes.review(NOW_MS);
  assert.deepEqual(bench.log.lines, [
    "warning: Cannot add it: tried again when an interface, an address or a state changes",
  ]);
  bench.driver.reachable = true;
  bench.routes.review(LATER_MS);
  assert.deepEqual(bench.driver.keys, [], "nothing has changed");
  bench.routes.noteInterfaces();
  bench.routes.review(LATER_MS);
  assert.deepEqual(bench.driver.keys, [keyOf(FIRST)]);
});

Deno.test("Routes sets again what the kernel has dropped with an interface", () => {
  const bench = new Bench([FIRST]);
  bench.master();
  bench.driver.table.clear();
  bench.routes.noteInterfaces();
  bench.routes.review(NOW_MS);
  assert.deepEqual(bench.driver.keys, [keyOf(FIRST)]);
  assert.match(bench.log.lines.at(-1) ?? "", /^information: .* is set again$/);
});

Deno.test("Routes gives the place that one leaves to another of its own", () => {
  const other = { ...FIRST, nextHop: ip("10.9.0.253") };
  const bench = new Bench([], [[FIRST], [other]]);
  bench.master(0);
  bench.master(1);
  bench.fault(0);
  bench.routes.review(NOW_MS);
  assert.deepEqual(bench.driver.routes().map(({ nextHop }) => nextHop), [other.nextHop]);
});

Deno.test("Routes removes all of its own at the end, and nothing else", () => {
  const bench = new Bench([FIRST, SECOND]);
  const theirs = { ...SECOND, metric: 0, protocol: 4 };
  bench.driver.table.set(keyOf(SECOND), theirs);
  bench.master();
  bench.routes[Symbol.dispose]();
  assert.deepEqual(bench.driver.keys, [keyOf(SECOND)]);
});

const OVER_IPV6 = route("2001:db8:1::/48", "2001:db8::9");

Deno.test("Routes knows its IPv6 route again by the metric that the kernel gives it", () => {
  const bench = new Bench([OVER_IPV6]);
  bench.master();
  assert.deepEqual(bench.driver.keys, ["2001:db8:1::/48 0"]);
  bench.driver.table.clear();
  bench.routes.apply(
    notification(RTM.delRoute, { ...OVER_IPV6, metric: 1024, protocol: OUR_PROTOCOL }),
  );
  bench.routes.review(LATER_MS);
  bench.routes.review(bench.routes.dueMs);
  assert.deepEqual(bench.driver.keys, ["2001:db8:1::/48 0"]);
});

const OF_LINK = route("2001:db8:1::/48", "fe80::9");

Deno.test("Routes sets one with a link-local next hop on the interface of its virtual router", () => {
  const bench = new Bench([], [[OF_LINK]]);
  const { link: { ifindex } } = placement();
  bench.master();
  assert.deepEqual(bench.driver.routes().map((info) => info.ifindex), [ifindex]);
  assert.match(bench.log.lines.join("\n"), /2001:db8:1::\/48 via fe80::9 dev eth0 is set/);
  // Another interface's is another route.
  bench.routes.apply(
    notification(RTM.delRoute, { ...OF_LINK, ifindex: ifindex + 1, protocol: OUR_PROTOCOL }),
  );
  bench.routes.review(NOW_MS);
  assert.doesNotMatch(bench.log.lines.join("\n"), /removed by somebody else/);
  bench.fault();
  assert.deepEqual(bench.driver.keys, []);
});
