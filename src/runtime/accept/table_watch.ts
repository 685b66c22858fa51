import type { Fd } from "../../../ffi/fd.ts";
import { NETLINK } from "../../../ffi/netlink_socket.ts";
import * as netlink from "../../wire/netlink.ts";
import { CHANGES_GROUP, parseDeletedTable } from "../../wire/nftables.ts";
import { Notifications } from "../notifications.ts";

/** Says when a table has been deleted. */
export interface TableWatch extends Disposable {
  /** Can be read when there is news of any table. */
  readonly fd: Fd;
  /** Reads the news; true also where some of it was lost. */
  sawDeletion(): boolean;
}

/** Follows the kernel's notifications about nftables. */
export class TableMonitor implements TableWatch {
  readonly #name: string;
  readonly #notifications = new Notifications({
    protocol: NETLINK.netfilter,
    groups: CHANGES_GROUP,
  });

  /** Throws {@linkcode SyscallError}. */
  constructor(name: string) {
    this.#name = name;
  }

  get fd(): Fd {
    return this.#notifications.fd;
  }

  sawDeletion(): boolean {
    let saw = false;
    for (;;) {
      const datagram = this.#notifications.next();
      if (datagram === undefined) return saw;
      // To make a table that is still there fails, and leaves it as it is.
      saw ||= datagram === "lost" ||
        netlink.parse(datagram).some((message) => parseDeletedTable(message) === this.#name);
    }
  }

  [Symbol.dispose](): void {
    this.#notifications[Symbol.dispose]();
  }
}
