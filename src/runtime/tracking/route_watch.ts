import { equalIp, formatPrefix, type IpPrefix } from "../../base/ip.ts";
import type { Driver } from "../../drivers/driver.ts";
import { FLAG, type NetlinkMessage } from "../../wire/netlink.ts";
import { RTM } from "../../wire/rtnetlink.ts";
import { parseRoute, type RouteInfo } from "../../wire/rtnetlink_route.ts";
import type { RouteListener } from "../monitor.ts";
import { type Board, routeName } from "./board.ts";

/** A list of routes can be long; whoever keeps changing interfaces does not get one each time. */
const LIST_EVERY_MS = 100;

interface Destination {
  readonly prefix: IpPrefix;
  /** Those of several metrics and next hops. */
  routes: readonly RouteInfo[];
}

/**
 * Knows whether the main table has routes to the tracked destinations.
 *
 * Notifications tell of each route that comes, and of each that somebody removes. Of those that the
 * kernel drops together with an interface or an address it says nothing, so after any change to an
 * interface that a tracked route leads to the routes are listed.
 */
export class RouteWatch implements RouteListener {
  readonly #driver: Pick<Driver, "routes">;
  readonly #board: Pick<Board, "note">;
  #destinations: ReadonlyMap<string, Destination> = new Map();
  /** What is to be listed: routes of these protocols. */
  #doubted: Set<number> | "all" = new Set();
  #listedMs = -Infinity;

  constructor({ driver, board }: { driver: Pick<Driver, "routes">; board: Pick<Board, "note"> }) {
    this.#driver = driver;
    this.#board = board;
  }

  get listens(): boolean {
    return this.#destinations.size > 0;
  }

  /** To be followed by {@linkcode review} as soon as notifications are listened to. */
  replace(prefixes: Iterable<IpPrefix>): void {
    const before = this.#destinations;
    const entries = Iterator.from(prefixes)
      .map((prefix): [string, Destination] => {
        const text = formatPrefix(prefix);
        return [text, before.get(text) ?? { prefix, routes: [] }];
      });
    this.#destinations = new Map(entries);
    if (this.#destinations.keys().some((text) => !before.has(text))) this.#doubted = "all";
  }

  /** Takes a notification in. */
  apply(message: NetlinkMessage): void {
    if (message.type !== RTM.newRoute && message.type !== RTM.delRoute) return;
    if (this.#destinations.size === 0) return;
    const route = parseRoute(message);
    const destination = route && this.#destinations.get(formatPrefix(route.destination));
    if (destination === undefined || route === undefined) return;
    if (message.type === RTM.delRoute) this.#remove(destination, route);
    else this.#add(destination, route, (message.flags & FLAG.replace) !== 0);
    this.#tell(destination);
  }

  /** The kernel says nothing of the route that another one replaces. */
  #add(destination: Destination, route: RouteInfo, replaces: boolean): void {
    const others = destination.routes.filter((one) => !isSame(one, route));
    const replaced = replaces ? others.findIndex(({ metric }) => metric === route.metric) : -1;
    destination.routes = [...others.filter((_, index) => index !== replaced), route];
  }

  #remove(destination: Destination, route: RouteInfo): void {
    const left = destination.routes.filter((one) => !isSame(one, route));
    if (left.length === destination.routes.length) this.#doubt(destination.routes);
    destination.routes = left;
  }

  /** Interfaces or their addresses have changed: those of these indices, or nobody knows which. */
  noteInterfaces(touched: ReadonlySet<number> | "all"): void {
    if (this.#destinations.size === 0) return;
    if (touched === "all") {
      this.#doubted = "all";
      return;
    }
    for (const { routes } of this.#destinations.values()) {
      // One over several next hops names no interface.
      this.#doubt(routes.filter(({ ifindex }) => ifindex === undefined || touched.has(ifindex)));
    }
  }

  #doubt(routes: readonly RouteInfo[]): void {
    if (this.#doubted === "all") return;
    for (const { protocol } of routes) this.#doubted.add(protocol);
  }

  get #doubts(): boolean {
    return this.#doubted === "all" || this.#doubted.size > 0;
  }

  /** When {@linkcode review} has something to do; Infinity where it has not. */
  get dueMs(): number {
    return this.#doubts ? this.#listedMs + LIST_EVERY_MS : Infinity;
  }

  /** Lists what is in doubt. Throws {@linkcode SyscallError} where the kernel refuses to tell. */
  review(nowMs: number): void {
    if (nowMs < this.dueMs) return;
    const protocols = this.#doubted;
    this.#doubted = new Set();
    this.#listedMs = nowMs;
    if (protocols === "all") this.#set(this.#driver.routes(), () => true);
    else {
      for (const protocol of protocols) {
        this.#set(this.#driver.routes({ protocol }), (route) => route.protocol === protocol);
      }
    }
  }

  /** `present` are all that are there of those that `listed` speaks of. */
  #set(present: readonly RouteInfo[], listed: (route: RouteInfo) => boolean): void {
    const byDestination = Map.groupBy(
      present.filter(listed),
      ({ destination }) => formatPrefix(destination),
    );
    for (const [text, destination] of this.#destinations) {
      const others = destination.routes.filter((route) => !listed(route));
      destination.routes = [...others, ...byDestination.get(text) ?? []];
      this.#tell(destination);
    }
  }

  #tell({ prefix, routes }: Destination): void {
    const there = routes.length > 0;
    this.#board.note(routeName(prefix), there, there ? "is there" : "is missing");
  }
}

function isSame(one: RouteInfo, other: RouteInfo): boolean {
  return one.metric === other.metric && one.ifindex === other.ifindex &&
    one.protocol === other.protocol && sameHop(one, other);
}

function sameHop({ nextHop: one }: RouteInfo, { nextHop: other }: RouteInfo): boolean {
  return one === undefined || other === undefined ? one === other : equalIp(one, other);
}
