import { SyscallError } from "../../ffi/errno.ts";
import type { Fd } from "../../ffi/fd.ts";
import { NetlinkSocket } from "../../ffi/netlink_socket.ts";

const RECEIVE_BYTES = 1 << 16;

/** What the kernel tells to groups of netlink(7), one datagram after the other. */
export class Notifications implements Disposable {
  readonly #socket: NetlinkSocket;
  readonly #buffer = new Uint8Array(RECEIVE_BYTES);

  /** Throws {@linkcode SyscallError}. */
  constructor(options: ConstructorParameters<typeof NetlinkSocket>[0]) {
    this.#socket = new NetlinkSocket(options);
  }

  get fd(): Fd {
    return this.#socket.fd;
  }

  /** Also of this group from now on. Throws {@linkcode SyscallError}. */
  join(group: number): void {
    this.#socket.join(group);
  }

  /**
   * The next that waits, in memory that the one after it is written into; "lost" where the kernel had
   * to drop some.
   */
  next(): DataView | "lost" | undefined {
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
