import { Fd } from "./fd.ts";
import { libnl } from "./libnl.ts";
import { made, succeeded } from "./libnl_error.ts";
import type { NlMessage } from "./libnl_message.ts";
import { configureRequests, receiveDatagram } from "./netlink_socket.ts";

const NETLINK_ROUTE = 0;

/** A routing netlink socket of libnl: whole datagrams in and out. */
export class NlSocket implements Disposable {
  #socket: Deno.PointerValue;
  /** Borrowed: libnl closes it. */
  readonly #fd: Fd;

  /** Throws {@linkcode LibraryMissing}, {@linkcode NlError} or {@linkcode SyscallError}. */
  constructor() {
    const socket = made(libnl().nl_socket_alloc(), operation);
    this.#socket = socket;
    try {
      succeeded(libnl().nl_connect(socket, NETLINK_ROUTE), operation);
      this.#fd = new Fd(succeeded(libnl().nl_socket_get_fd(socket), operation));
      configureRequests(this.#fd);
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  get #pointer(): Deno.PointerObject {
    if (this.#socket === null) throw new Error("Cannot use a netlink socket that has been closed");
    return this.#socket;
  }

  /** Numbers the message and gives its number; they count up by one. */
  complete(message: NlMessage, options: { readonly acknowledge: boolean }): number {
    const socket = this.#pointer;
    if (options.acknowledge) libnl().nl_socket_enable_auto_ack(socket);
    else libnl().nl_socket_disable_auto_ack(socket);
    libnl().nl_complete_msg(socket, message.pointer);
    return message.sequence;
  }

  /** Sends one datagram of whole messages. The kernel has carried them out when this returns. */
  send(messages: Uint8Array<ArrayBuffer>): void {
    const sent = libnl().nl_sendto(this.#pointer, messages, BigInt(messages.length));
    succeeded(sent, () => "send a netlink request");
  }

  /** Like {@linkcode NetlinkSocket.receive}; by recvfrom(2), as errno tells more than libnl's codes. */
  receive(buffer: Uint8Array<ArrayBuffer>): number | undefined {
    // The descriptor's number may be another file's after the socket is closed.
    void this.#pointer;
    return receiveDatagram(this.#fd, buffer);
  }

  /** Closes the descriptor too. */
  [Symbol.dispose](): void {
    if (this.#socket === null) return;
    libnl().nl_socket_free(this.#socket);
    this.#socket = null;
  }
}

function operation(): string {
  return "open a netlink socket by libnl";
}
