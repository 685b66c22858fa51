import * as netlink from "../wire/netlink.ts";
import { GROUP } from "../wire/rtnetlink.ts";
import type { InterfaceTable } from "./interfaces.ts";
import { Notifications } from "./notifications.ts";

/** Who wants to know of changes to the main routing table. */
export interface RouteListener {
  readonly listens: boolean;
  /** RTM_NEWROUTE and RTM_DELROUTE. */
  apply(message: netlink.NetlinkMessage): void;
}

/** Some tens of microseconds each. */
const DATAGRAMS_PER_TURN = 32;

/** What the notifications were about. */
export interface News {
  /** Indices of interfaces; "lost" when the kernel had to drop some notifications. */
  readonly touched: ReadonlySet<number> | "lost";
  /** Whether more may wait. */
  readonly more: boolean;
}

/**
 * Follows the kernel's notifications about links, addresses and forwarding (rtnetlink(7)), and
 * about routes where somebody wants them: a router with the whole Internet's table has many.
 */
export class Monitor implements Disposable {
  readonly #notifications: Notifications;
  readonly #table: InterfaceTable;
  readonly #routes: readonly RouteListener[];
  #followsRoutes = false;

  constructor({ table, routes }: { table: InterfaceTable; routes: readonly RouteListener[] }) {
    this.#table = table;
    this.#routes = routes;
    this.#notifications = new Notifications({
      groups: GROUP.link | GROUP.ipv4Address | GROUP.ipv4Netconf | GROUP.ipv6Address |
        GROUP.ipv6Netconf | GROUP.ipv6Link,
    });
    this.followRoutes();
  }

  get fd() {
    return this.#notifications.fd;
  }

  /** Has the kernel speak of routes too, as soon as somebody listens. Throws {@linkcode SyscallError}. */
  followRoutes(): void {
    if (this.#followsRoutes || !this.#routes.some(({ listens }) => listens)) return;
    this.#notifications.join(GROUP.ipv4Route);
    this.#notifications.join(GROUP.ipv6Route);
    this.#followsRoutes = true;
  }

  /**
   * Takes in a part of what waits, so that thousands of links that go at once delay nothing. After
   * a loss only a full look helps: what still waits is then thrown away.
   */
  drain(): News {
    const touched = new Set<number>();
    for (let count = 0; count < DATAGRAMS_PER_TURN; count++) {
      const datagram = this.#notifications.next();
      if (datagram === undefined) return { touched, more: false };
      if (datagram === "lost") {
        while (this.#notifications.next() !== undefined);
        return { touched: "lost", more: false };
      }
      this.#takeIn(datagram, touched);
    }
    return { touched, more: true };
  }

  #takeIn(datagram: DataView, touched: Set<number>): void {
    for (const message of netlink.parse(datagram)) {
      for (const listener of this.#routes) listener.apply(message);
      const index = this.#table.apply(message);
      if (index !== undefined) touched.add(index);
    }
  }

  [Symbol.dispose](): void {
    this.#notifications[Symbol.dispose]();
  }
}
