import assert from "node:assert/strict";
import { ip, type IpPrefix, parsePrefix } from "../../../src/base/ip.ts";
import type { Board } from "../../../src/runtime/tracking/board.ts";
import { RouteWatch } from "../../../src/runtime/tracking/route_watch.ts";
import * as netlink from "../../../src/wire/netlink.ts";
import { RTM } from "../../../src/wire/rtnetlink.ts";
import { addRoute, type RouteInfo } from "../../../src/wire/rtnetlink_route.ts";
import { viewOf } from "../../support/bytes.ts";
import { emitAll } from "../../support/netlink_requests.ts";
import { NOW_MS } from "../fixtures.ts";

const LATER_MS = NOW_MS + 1000;
const STATIC = 3;
const BGP = 186;

function prefix(text: string): IpPrefix {
  const parsed = parsePrefix(text);
  assert.ok(parsed);
  return parsed;
}

interface RouteWords {
  readonly to?: string;
  readonly metric?: number;
  readonly via?: string;
  readonly protocol?: number;
}

function route(
  { to = "10.1.0.0/16", metric = 0, via = "10.9.0.254", protocol = STATIC }: RouteWords,
): RouteInfo {
  return { destination: prefix(to), metric, nextHop: ip(via), protocol };
}

/** The kernel's notifications have the form of the requests. */
function message(
  words: RouteWords,
  { removed = false, replaces = false } = {},
): netlink.NetlinkMessage {
  const { destination, metric, nextHop, protocol } = route(words);
  assert.ok(nextHop);
  const request = addRoute({ destination, metric, nextHop, protocol });
  const type = removed ? RTM.delRoute : RTM.newRoute;
  const flags = replaces ? netlink.FLAG.replace : netlink.FLAG.create;
  const [parsed] = netlink.parse(viewOf(emitAll([{ ...request, type, flags, sequence: 0 }])));
  assert.ok(parsed);
  return parsed;
}

class Bench {
  table: RouteInfo[] = [];
  readonly asked: (number | "all")[] = [];
  readonly notes: string[] = [];
  readonly watch: RouteWatch;

  constructor(...destinations: readonly string[]) {
    const note: Board["note"] = (name, reading) => void this.notes.push(`${name}: ${reading}`);
    this.watch = new RouteWatch({ driver: this, board: { note } });
    this.watch.replace(destinations.map(prefix));
  }

  routes(filter?: { readonly protocol: number }): readonly RouteInfo[] {
    this.asked.push(filter?.protocol ?? "all");
    return this.table.filter(({ protocol }) =>
      filter === undefined || protocol === filter.protocol
    );
  }

  /** What was noted since the last time. */
  news(): string[] {
    return this.notes.splice(0);
  }
}

/** One that has looked at the table. */
function begun(...present: readonly RouteInfo[]): Bench {
  const bench = new Bench("10.1.0.0/16");
  bench.table = [...present];
  bench.watch.review(NOW_MS);
  bench.news();
  bench.asked.length = 0;
  return bench;
}

Deno.test("RouteWatch finds only routes of just the tracked destination", () => {
  const bench = new Bench("10.1.0.0/16", "0.0.0.0/0");
  bench.table = [
    route({ to: "10.0.0.0/8" }),
    route({ to: "10.1.1.0/24" }),
    route({ to: "0.0.0.0/0" }),
  ];
  bench.watch.review(NOW_MS);
  assert.deepEqual(bench.news(), ["route 10.1.0.0/16: false", "route 0.0.0.0/0: true"]);
});

Deno.test("RouteWatch asks for no list where nothing is tracked", () => {
  const bench = new Bench();
  bench.watch.noteInterfaces("all");
  assert.equal(bench.watch.dueMs, Infinity);
  bench.watch.review(LATER_MS);
  assert.deepEqual(bench.asked, []);
});

Deno.test("RouteWatch follows notifications without asking for a list", () => {
  const bench = begun();
  bench.watch.apply(message({}));
  assert.deepEqual(bench.news(), ["route 10.1.0.0/16: true"]);
  bench.watch.apply(message({}, { removed: true }));
  assert.deepEqual(bench.news(), ["route 10.1.0.0/16: false"]);
  bench.watch.review(LATER_MS);
  assert.deepEqual(bench.asked, []);
});

Deno.test("RouteWatch lets a destination stay while one of its routes is left", () => {
  const bench = begun(route({ metric: 5 }));
  bench.watch.apply(message({ metric: 7 }));
  bench.watch.apply(message({ metric: 5 }, { removed: true }));
  assert.equal(bench.news().at(-1), "route 10.1.0.0/16: true");
  bench.watch.apply(message({ metric: 7 }, { removed: true }));
  assert.equal(bench.news().at(-1), "route 10.1.0.0/16: false");
});

Deno.test("RouteWatch knows that a route has taken the place of another", () => {
  const bench = begun(route({}));
  bench.watch.apply(message({ via: "10.9.0.253" }, { replaces: true }));
  bench.watch.apply(message({ via: "10.9.0.253" }, { removed: true }));
  assert.equal(bench.news().at(-1), "route 10.1.0.0/16: false");
});

Deno.test("RouteWatch keeps two routes of one metric apart", () => {
  const bench = begun(route({}));
  bench.watch.apply(message({ via: "10.9.0.253" }));
  bench.watch.apply(message({ via: "10.9.0.253" }, { removed: true }));
  assert.equal(bench.news().at(-1), "route 10.1.0.0/16: true");
});

Deno.test("RouteWatch lists again what may have gone with an interface", () => {
  const bench = begun({ ...route({}), ifindex: 4 });
  bench.table = [];
  bench.watch.noteInterfaces(new Set([3]));
  bench.watch.review(LATER_MS);
  assert.deepEqual(bench.asked, []);
  bench.watch.noteInterfaces(new Set([4]));
  bench.watch.review(LATER_MS);
  assert.deepEqual(bench.asked, [STATIC]);
  assert.deepEqual(bench.news(), ["route 10.1.0.0/16: false"]);
});

Deno.test("RouteWatch leaves what a list did not speak of as it was", () => {
  const bench = begun({ ...route({ protocol: BGP, metric: 20 }), ifindex: 5 }, {
    ...route({}),
    ifindex: 4,
  });
  bench.table = [];
  bench.watch.noteInterfaces(new Set([4]));
  bench.watch.review(LATER_MS);
  assert.deepEqual(bench.news(), ["route 10.1.0.0/16: true"]);
});

Deno.test("RouteWatch lists everything after notifications were lost", () => {
  const bench = begun(route({}));
  bench.table = [];
  bench.watch.noteInterfaces("all");
  bench.watch.review(LATER_MS);
  assert.deepEqual(bench.asked, ["all"]);
  assert.deepEqual(bench.news(), ["route 10.1.0.0/16: false"]);
});

Deno.test("RouteWatch asks for lists at intervals, however often interfaces change", () => {
  const bench = begun({ ...route({}), ifindex: 4 });
  for (let ms = 0; ms < 1000; ms += 10) {
    bench.watch.noteInterfaces(new Set([4]));
    bench.watch.review(LATER_MS + ms);
  }
  assert.equal(bench.asked.length, 10);
});

Deno.test("RouteWatch begins with a list for a destination that a reload brings", () => {
  const bench = begun(route({}));
  bench.table.push(route({ to: "10.2.0.0/16" }));
  bench.watch.replace([prefix("10.1.0.0/16"), prefix("10.2.0.0/16")]);
  bench.watch.review(LATER_MS);
  assert.deepEqual(bench.news(), ["route 10.1.0.0/16: true", "route 10.2.0.0/16: true"]);
});
