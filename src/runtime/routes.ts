import { equalIp, formatIp, formatPrefix, isLinkLocal } from "../base/ip.ts";
import type { StaticRoute } from "../config/types.ts";
import {
  type Driver,
  type DriverError,
  isSoAlready,
  metricOf,
  OUR_PROTOCOL,
  type Route,
} from "../drivers/driver.ts";
import type { Drivers } from "../drivers/drivers.ts";
import type { Log } from "../log.ts";
import type { NetlinkMessage } from "../wire/netlink.ts";
import { RTM } from "../wire/rtnetlink.ts";
import { parseRoute, type RouteInfo } from "../wire/rtnetlink_route.ts";
import { Backoff } from "./backoff.ts";
import type { RouteListener } from "./monitor.ts";
import { putBack } from "./report_text.ts";
import type { Router } from "./router.ts";

export interface RoutesParts {
  readonly routers: readonly Router[];
  /** Those of no virtual router: there while any is Master. */
  readonly staticRoutes: readonly StaticRoute[];
  readonly drivers: Pick<Drivers, "links" | "of">;
  readonly log: Log;
}

/** One route, and what has become of it. */
interface Entry {
  readonly route: StaticRoute;
  /** The interface of a next hop that is known there alone. */
  readonly interfaceName: string | undefined;
  /** It is there while one of these is Master. */
  readonly routers: readonly Router[];
  readonly driver: Driver;
  readonly backoff: Backoff;
  /** What the kernel was asked for last. */
  asked: Route;
  state: RouteState;
}

type RouteState =
  | "absent"
  | "ours"
  /** It was ours, and somebody has removed it. */
  | "removed"
  /** Somebody else has a route of this destination and metric. */
  | "foreign"
  /** The kernel does not take it while interfaces and addresses are as they are. */
  | "refused";

/**
 * Sets routes with the first Master and removes them with the last. To be reviewed only while no
 * address waits to be set: the next hop of a route must be reachable first.
 */
export class Routes implements RouteListener, Disposable {
  readonly #drivers: RoutesParts["drivers"];
  readonly #log: Log;
  #entries: readonly Entry[];
  #look = false;
  #verify = false;

  constructor({ drivers, log, ...wanted }: RoutesParts) {
    this.#drivers = drivers;
    this.#log = log;
    this.#entries = this.#plan(wanted);
  }

  /** Goes on with these: what is no longer wanted is removed, what was there before stays. */
  replace(wanted: Pick<RoutesParts, "routers" | "staticRoutes">): void {
    const before = new Map(this.#entries.map((entry) => [describe(entry), entry]));
    const next = this.#plan(wanted);
    for (const entry of next) {
      const known = before.get(describe(entry));
      if (known === undefined || known.route.mtu !== entry.route.mtu) continue;
      entry.state = known.state;
      entry.asked = known.asked;
      before.delete(describe(entry));
    }
    for (const entry of before.values()) this.#remove(entry);
    this.#entries = next;
    this.#look = true;
  }

  #plan(
    { routers, staticRoutes }: Pick<RoutesParts, "routers" | "staticRoutes">,
  ): readonly Entry[] {
    const drivers = this.#drivers;
    const wishes = [
      ...staticRoutes.map((route) => ({
        route,
        interfaceName: undefined,
        routers,
        driver: drivers.links,
      })),
      ...routers.flatMap((router) =>
        router.config.routes.map((route) => ({
          route,
          interfaceName: isOfLink(route) ? router.config.interface : undefined,
          routers: [router],
          driver: drivers.of(router.config.driver),
        }))
      ),
    ];
    // What several want is one route: it goes with the last of them.
    return Map.groupBy(wishes, describe).values()
      .flatMap(newEntry).toArray();
  }

  get listens(): boolean {
    return this.#entries.length > 0;
  }

  /** A virtual router has changed its state. */
  noteMasters(): void {
    this.#look = true;
  }

  /**
   * Interfaces or addresses have changed. The kernel drops routes with them and tells nobody, and
   * a next hop that was out of reach may have come into it.
   */
  noteInterfaces(): void {
    this.#look = true;
    this.#verify = true;
  }

  apply(message: NetlinkMessage): void {
    if (message.type !== RTM.newRoute && message.type !== RTM.delRoute) return;
    const info = parseRoute(message);
    if (info === undefined) return;
    for (const entry of this.#entries) {
      if (!takesPlaceOf(info, entry.route)) continue;
      if (message.type === RTM.newRoute) this.#noteAdded(entry, info);
      else this.#noteRemoved(entry, info);
    }
  }

  #noteRemoved(entry: Entry, info: RouteInfo): void {
    if (entry.state === "ours" && isSame(info, entry.asked)) entry.state = "removed";
    else if (entry.state === "foreign") entry.state = "absent";
    else return;
    this.#look = true;
  }

  /** `ip route replace` by somebody takes ours away without a word about that. */
  #noteAdded(entry: Entry, info: RouteInfo): void {
    if (entry.state !== "ours" || isSame(info, entry.asked) || isSet(entry)) return;
    entry.state = "foreign";
    this.#warnForeign(entry);
  }

  /** When {@linkcode review} has something to do by itself; Infinity where it has not. */
  get dueMs(): number {
    let dueMs = Infinity;
    for (const { backoff } of this.#entries) dueMs = Math.min(dueMs, backoff.dueMs);
    return dueMs;
  }

  /** Sets what is wanted and missing, and removes what is not wanted any more. */
  review(nowMs: number): void {
    if (!this.#look && nowMs < this.dueMs) return;
    const verify = this.#verify;
    this.#look = false;
    this.#verify = false;
    for (const entry of this.#entries) {
      if (!isWanted(entry)) this.#remove(entry);
      else if (entry.state === "removed") this.#putBack(entry, nowMs);
      else if (entry.state === "ours" && verify) this.#add(entry, "is set again");
      else if (entry.state === "absent" || entry.state === "refused") this.#add(entry, "is set");
    }
  }

  #putBack(entry: Entry, nowMs: number): void {
    const waitedMs = entry.backoff.take(nowMs);
    if (waitedMs !== undefined) {
      this.#add(entry, `was removed by somebody else: ${putBack(waitedMs)}`);
    }
  }

  /**
   * Asks the kernel for the route: whether it is there already is what its answer says. `done` is
   * what to tell when it was not.
   */
  #add(entry: Entry, done: string): void {
    entry.asked = kernelRoute(entry);
    const [refusal] = entry.driver.apply([{ change: "addRoute", route: entry.asked }]);
    const before = entry.state;
    if (refusal === undefined) {
      entry.state = "ours";
      this.#say(before === "removed" ? "warning" : "information", entry, done);
    } else if (refusal.code !== "EEXIST") {
      entry.state = "refused";
      if (before !== "refused") this.#warnRefused(refusal);
    } else if (before === "ours" || isSet(entry)) {
      entry.state = "ours";
    } else {
      entry.state = "foreign";
      this.#warnForeign(entry);
    }
  }

  #remove(entry: Entry): void {
    const { route, asked, state, driver, backoff } = entry;
    backoff.settle();
    entry.state = "absent";
    // One that is refused now may have been set before.
    if (state === "absent" || state === "foreign") return;
    const [refusal] = driver.apply([{ change: "removeRoute", route: asked }]);
    if (refusal === undefined) this.#say("information", entry, "is removed");
    else if (!isSoAlready(refusal)) this.#log.error(refusal.message);
    // Another of ours may have waited for the place.
    for (const other of this.#entries) {
      if (other.state !== "foreign" || !takesPlaceOf(route, other.route)) continue;
      other.state = "absent";
      this.#look = true;
    }
  }

  #warnForeign(entry: Entry): void {
    this.#say(
      "warning",
      entry,
      "is not set: somebody else has a route of this destination and metric, which stays",
    );
  }

  #warnRefused({ message }: DriverError): void {
    const again = "tried again when an interface, an address or a state changes";
    this.#log.warning(`${message}: ${again}`);
  }

  #say(level: "information" | "warning", entry: Entry, what: string): void {
    this.#log[level](`Route ${describe(entry)} ${what}`);
  }

  /** Removes all routes of ours. */
  [Symbol.dispose](): void {
    for (const entry of this.#entries) this.#remove(entry);
  }
}

type Wish = Pick<Entry, "route" | "interfaceName" | "routers" | "driver">;

function newEntry(wishes: readonly Wish[]): Entry[] {
  const [first] = wishes;
  if (first === undefined) return [];
  const routers = [...new Set(wishes.flatMap(({ routers }) => routers))];
  return [{ ...first, routers, backoff: new Backoff(), asked: first.route, state: "absent" }];
}

/** Every interface may have a neighbour of such an address. */
function isOfLink({ nextHop }: StaticRoute): boolean {
  return nextHop.family === 6 && isLinkLocal(nextHop);
}

/**
 * As the kernel is to be asked for it now. The configured interface, not a macvlan of ours: that one
 * has IPv6 only where it carries addresses of it.
 */
function kernelRoute({ route, routers, interfaceName }: Entry): Route {
  if (interfaceName === undefined) return route;
  const place = routers.find(({ state }) => state.name === "Master")?.placement;
  return place === undefined ? route : { ...route, ifindex: place.link.ifindex };
}

/** Whether the route is there with our mark, from an earlier run if not from this one. */
function isSet({ driver, asked }: Entry): boolean {
  return driver.routes({ protocol: OUR_PROTOCOL }).some((info) => isSame(info, asked));
}

function isWanted({ routers }: Entry): boolean {
  return routers.some(({ state }) => state.name === "Master");
}

/** The kernel has room for one route of a destination and metric. */
function takesPlaceOf(one: StaticRoute | RouteInfo, other: StaticRoute): boolean {
  return formatPrefix(one.destination) === formatPrefix(other.destination) &&
    metricOf(one) === metricOf(other);
}

function isSame(info: RouteInfo, route: Route): boolean {
  return takesPlaceOf(info, route) && info.nextHop !== undefined &&
    equalIp(info.nextHop, route.nextHop) &&
    (route.ifindex === undefined || info.ifindex === route.ifindex);
}

function describe({ route, interfaceName }: Pick<Entry, "route" | "interfaceName">): string {
  const { destination, nextHop, metric } = route;
  const on = interfaceName === undefined ? "" : ` dev ${interfaceName}`;
  const withMetric = metric === undefined ? "" : ` metric ${metric}`;
  return `${formatPrefix(destination)} via ${formatIp(nextHop)}${on}${withMetric}`;
}
