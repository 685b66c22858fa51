import { checked, EAGAIN, SyscallError } from "./errno.ts";
import { Fd } from "./fd.ts";
import { SOCKADDR_NL } from "./layout.ts";
import { lastErrno, libc } from "./libc.ts";
import { setInt, setReceiveBuffer, setSendBuffer } from "./socket_options.ts";

const AF_NETLINK = 16;
const SOCK_RAW_NONBLOCK_CLOEXEC = 3 | 0o2004000;
/** Which part of the kernel a socket speaks to. */
export const NETLINK = { route: 0, netfilter: 12 } as const;
const SOL_NETLINK = 270;
const NETLINK_ADD_MEMBERSHIP = 1;
const NETLINK_CAP_ACK = 10;
const NETLINK_EXT_ACK = 11;
const NETLINK_GET_STRICT_CHK = 12;
const MSG_DONTWAIT = 0x40;
const MSG_TRUNC = 0x20;
const BUFFER_BYTES = 1 << 20;
const EMSGSIZE = 90;

/** A netlink socket, of rtnetlink(7) unless said otherwise: whole datagrams in and out, never blocking. */
export class NetlinkSocket implements Disposable {
  readonly fd: Fd;

  /**
   * `groups` is the bit mask of the protocol's groups (RTMGRP_*) to listen to; 0 for a socket that
   * only asks. Throws {@linkcode SyscallError}: EPROTONOSUPPORT where the kernel lacks the protocol.
   */
  constructor({ groups, protocol = NETLINK.route }: {
    groups: number;
    protocol?: typeof NETLINK[keyof typeof NETLINK];
  }) {
    const number = libc().socket(AF_NETLINK, SOCK_RAW_NONBLOCK_CLOEXEC, protocol);
    this.fd = new Fd(checked(number, () => "open a netlink socket"));
    try {
      this.#configure(groups);
    } catch (error) {
      this.fd.close();
      throw error;
    }
  }

  #configure(groups: number): void {
    configureRequests(this.fd);
    const address = new DataView(new ArrayBuffer(SOCKADDR_NL.size));
    address.setUint16(SOCKADDR_NL.at.nl_family, AF_NETLINK, true);
    address.setUint32(SOCKADDR_NL.at.nl_groups, groups, true);
    const bytes = new Uint8Array(address.buffer);
    checked(libc().bind(this.fd.number, bytes, bytes.length), () => "bind a netlink socket");
  }

  /** Listens to one more group, given as its bit of RTMGRP_*. Throws {@linkcode SyscallError}. */
  join(group: number): void {
    const option = NETLINK_ADD_MEMBERSHIP;
    const number = 32 - Math.clz32(group);
    const operation = `listen to the kernel's group ${number}`;
    setInt(this.fd, { level: SOL_NETLINK, option, operation }, number);
  }

  /** Sends one datagram of whole messages. The kernel has carried them out when this returns. */
  send(messages: Uint8Array<ArrayBuffer>): void {
    const sent = libc().sendto(
      this.fd.number,
      messages,
      BigInt(messages.length),
      0,
      null,
      0,
    );
    checked(sent, () => "send a netlink request");
  }

  /**
   * The same on another thread, for what takes the kernel long. Does not tell of a failure, after
   * which there is no answer.
   */
  async sendElsewhere(messages: Uint8Array<ArrayBuffer>): Promise<void> {
    await libc().write_elsewhere(this.fd.number, messages, BigInt(messages.length));
  }

  /** {@linkcode receiveDatagram} from this socket. */
  receive(buffer: Uint8Array<ArrayBuffer>): number | undefined {
    return receiveDatagram(this.fd, buffer);
  }

  [Symbol.dispose](): void {
    this.fd.close();
  }
}

/** What every socket that sends requests wants: room for large batches, strict checks, words. */
export function configureRequests(fd: Fd): void {
  // A batch of hundreds of requests and its answers must fit. FORCE needs CAP_NET_ADMIN;
  // without it the kernel's limits stand, and ENOBUFS is answered by a new look at everything.
  setSendBuffer(fd, BUFFER_BYTES);
  setReceiveBuffer(fd, BUFFER_BYTES);
  const operation = "set a netlink option";
  for (const option of [NETLINK_CAP_ACK, NETLINK_EXT_ACK, NETLINK_GET_STRICT_CHK]) {
    setInt(fd, { level: SOL_NETLINK, option, operation }, 1);
  }
}

/**
 * Reads one datagram into `buffer` and gives its length, or `undefined` when none waits. Throws
 * {@linkcode SyscallError}: ENOBUFS when the kernel had to drop messages, EMSGSIZE (ours) for a
 * datagram longer than `buffer`.
 */
export function receiveDatagram(fd: Fd, buffer: Uint8Array<ArrayBuffer>): number | undefined {
  const length = libc().recvfrom(
    fd.number,
    buffer,
    BigInt(buffer.length),
    MSG_DONTWAIT | MSG_TRUNC,
    null,
    null,
  );
  if (length > buffer.length) throw new SyscallError("receive a netlink message", EMSGSIZE);
  if (length >= 0) return Number(length);
  const errno = lastErrno();
  if (errno === EAGAIN) return undefined;
  throw new SyscallError("receive from netlink", errno);
}
