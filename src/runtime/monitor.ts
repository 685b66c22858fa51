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

/**
 * Follows the kernel's notifications about links, IPv4 addresses and forwarding (rtnetlink(7)), and
 * about routes where somebody wants them: a router with the whole Internet's table has many.
 */
export class Monitor implements Disposable {
  readonly #socket: NetlinkSocket;
  readonly #buffer = new Uint8Array(RECEIVE_BYTES);
  readonly #table: InterfaceTable;
  readonly #routes: RouteListener;

  constructor({ table, routes }: { table: InterfaceTable; routes: RouteListener }) {
    this.#table = table;
    this.#routes = routes;
    this.#socket = new NetlinkSocket({
      groups: GROUP.link | GROUP.ipv4Address | GROUP.ipv4Netconf |
        (routes.listens ? GROUP.ipv4Route : 0),
    });
  }

  get fd() {
    return this.#socket.fd;
  }

  /**
   * Takes in all that waits. Gives the indices of the interfaces that were spoken of, or "lost"
   * when the kernel had to drop some: only a full look helps then.
   */
  drain(): ReadonlySet<number> | "lost" {
    const touched = new Set<number>();
    let lost = false;
    for (;;) {
      const datagram = this.#receive();
      if (datagram === undefined) break;
      if (datagram === "lost") lost = true;
      else this.#takeIn(datagram, touched);
    }
    return lost ? "lost" : touched;
  }

  #takeIn(datagram: DataView, touched: Set<number>): void {
    for (const message of netlink.parse(datagram)) {
      this.#routes.apply(message);
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
