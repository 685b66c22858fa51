import { SyscallError } from "../../ffi/errno.ts";
import { NetlinkSocket } from "../../ffi/netlink_socket.ts";
import * as netlink from "../wire/netlink.ts";
import { GROUP } from "../wire/rtnetlink.ts";
import type { InterfaceTable } from "./interfaces.ts";

const RECEIVE_BYTES = 1 << 16;

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
 * Follows the kernel's notifications about links, IPv4 addresses and forwarding (rtnetlink(7)), and
 * about routes where somebody wants them: a router with the whole Internet's table has many.
 */
export class Monitor implements Disposable {
  readonly #socket: NetlinkSocket;
  readonly #buffer = new Uint8Array(RECEIVE_BYTES);
  readonly #table: InterfaceTable;
  readonly #routes: readonly RouteListener[];
  #followsRoutes = false;

  constructor({ table, routes }: { table: InterfaceTable; routes: readonly RouteListener[] }) {
    this.#table = table;
    this.#routes = routes;
    this.#socket = new NetlinkSocket({
      groups: GROUP.link | GROUP.ipv4Address | GROUP.ipv4Netconf,
    });
    this.followRoutes();
  }

  get fd() {
    return this.#socket.fd;
  }

  /** Has the kernel speak of routes too, as soon as somebody listens. Throws {@linkcode SyscallError}. */
  followRoutes(): void {
    if (this.#followsRoutes || !this.#routes.some(({ listens }) => listens)) return;
    this.#socket.join(GROUP.ipv4Route);
    this.#followsRoutes = true;
  }

  /**
   * Takes in a part of what waits, so that thousands of links that go at once delay nothing. After
   * a loss only a full look helps: what still waits is then thrown away.
   */
  drain(): News {
    const touched = new Set<number>();
    for (let count = 0; count < DATAGRAMS_PER_TURN; count++) {
      const datagram = this.#receive();
      if (datagram === undefined) return { touched, more: false };
      if (datagram === "lost") {
        while (this.#receive() !== undefined);
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

  #receive(): DataView | "lost" | undefined {
    try {
      const length = this.#socket.receive(this.#buffer);
      return length === undefined ? undefined : new DataView(this.#buffer.buffer, 0, length);
    } catch (error) {
      if (error instanceof SyscallError && error.code === "ENOBUFS") return "lost";
      throw error;
    }
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
  }
}
