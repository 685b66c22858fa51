import { checked, EAGAIN, SyscallError } from "./errno.ts";
import { Fd } from "./fd.ts";
import type { ReceiveSlots, SendSlots } from "./frame_slots.ts";
import { PACKET_MREQ, SOCKADDR_LL } from "./layout.ts";
import { lastErrno, libc } from "./libc.ts";
import { sendSlots } from "./send_slots.ts";
import { attachFilter, type BpfInstruction } from "./socket_filter.ts";
import {
  setBytes,
  setReceiveBuffer,
  setSendBuffer,
  SO_TIMESTAMPNS,
  type SocketOption,
  SOL_SOCKET,
} from "./socket_options.ts";

const AF_PACKET = 17;
const SOCK_RAW_NONBLOCK_CLOEXEC = 3 | 0o2004000;
const SOL_PACKET = 263;
const PACKET_ADD_MEMBERSHIP = 1;
const PACKET_IGNORE_OUTGOING = 23;
const PACKET_MR_MULTICAST = 0;
const PACKET_MR_PROMISC = 1;
const MSG_DONTWAIT = 0x40;
const ON = new Uint8Array(Int32Array.of(1).buffer);

export interface PacketSocketOptions {
  /** For messages only. */
  readonly interfaceName: string;
  readonly ifindex: number;
  /** EtherType to receive, host order, for example 0x0800. */
  readonly etherType: number;
  /** Attached before the socket is bound, so that nothing slips in ahead of it. */
  readonly filter?: readonly BpfInstruction[];
  /** Wanted size of the kernel's receive queue; the limit of net.core.rmem_max is passed where permitted. */
  readonly receiveBufferBytes?: number;
  /** Likewise for frames that the device has not sent yet, and net.core.wmem_max. */
  readonly sendBufferBytes?: number;
  /** Also hears what this machine sends; it takes an EtherType of 3, which is all of them. */
  readonly hearOutgoing?: boolean;
}

/**
 * A raw packet socket bound to one interface; see packet(7). Frames begin with their Ethernet
 * header. The calls never block.
 */
export class PacketSocket implements Disposable {
  readonly fd: Fd;
  readonly #interfaceName: string;
  readonly #ifindex: number;

  /** Throws {@linkcode SyscallError}: EPERM without CAP_NET_RAW, ENODEV where the interface is gone. */
  constructor(options: PacketSocketOptions) {
    this.#interfaceName = options.interfaceName;
    this.#ifindex = options.ifindex;
    // Protocol 0 receives nothing until bind() names one: the filter is in place by then.
    const number = libc().socket(AF_PACKET, SOCK_RAW_NONBLOCK_CLOEXEC, 0);
    this.fd = new Fd(checked(number, () => `open a packet socket on ${options.interfaceName}`));
    try {
      this.#configure(options);
    } catch (error) {
      this.fd.close();
      throw error;
    }
  }

  #configure(options: PacketSocketOptions): void {
    if (options.hearOutgoing !== true) this.#ignoreOutgoing();
    if (options.receiveBufferBytes !== undefined) {
      setReceiveBuffer(this.fd, options.receiveBufferBytes);
    }
    if (options.sendBufferBytes !== undefined) setSendBuffer(this.fd, options.sendBufferBytes);
    if (options.filter !== undefined) this.setFilter(options.filter);
    this.#stampArrivals();
    this.#bind(options.etherType);
  }

  /** Saves waking up for our own frames; receiveEach() looks as well. */
  #ignoreOutgoing(): void {
    const operation = `hide our own frames on ${this.#interfaceName}`;
    this.#setWhereKnown({ level: SOL_PACKET, option: PACKET_IGNORE_OUTGOING, operation }, ON);
  }

  /** Has the kernel note on each frame when it arrived, however late it is read. */
  #stampArrivals(): void {
    const operation = `have frames on ${this.#interfaceName} stamped`;
    this.#setWhereKnown({ level: SOL_SOCKET, option: SO_TIMESTAMPNS, operation }, ON);
  }

  /**
   * Emulators of another processor do not know these options. All that are set here can be done
   * without: {@linkcode receiveEach} looks too, a frame without a stamp arrived when it is read,
   * and an IP group's membership opens the interface's filter as well.
   */
  #setWhereKnown(option: SocketOption, value: Uint8Array<ArrayBuffer>): void {
    try {
      setBytes(this.fd, option, value);
    } catch (error) {
      if (!(error instanceof SyscallError) || error.code !== "ENOPROTOOPT") throw error;
    }
  }

  #bind(etherType: number): void {
    const address = linkAddress({ ifindex: this.#ifindex, etherType });
    checked(
      libc().bind(this.fd.number, address, SOCKADDR_LL.size),
      () => `bind a packet socket to ${this.#interfaceName}`,
    );
  }

  /**
   * Whether the interface that the socket was bound to still lives here: the kernel takes the
   * binding away when it goes, also when another one gets its name and its index.
   */
  get bound(): boolean {
    const address = new Uint8Array(SOCKADDR_LL.size);
    const length = new Uint8Array(Uint32Array.of(SOCKADDR_LL.size).buffer);
    checked(
      libc().getsockname(this.fd.number, address, length),
      () => `ask for the interface of a packet socket on ${this.#interfaceName}`,
    );
    const ifindex = new DataView(address.buffer).getInt32(SOCKADDR_LL.at.sll_ifindex, true);
    return ifindex === this.#ifindex;
  }

  /** Replaces the filter; the kernel swaps it in one step. Throws {@linkcode SyscallError}. */
  setFilter(program: readonly BpfInstruction[]): void {
    attachFilter(this.fd, program, `attach a filter on ${this.#interfaceName}`);
  }

  /** Lets frames to the multicast address `mac` (6 bytes) through the interface's own filter. */
  joinMulticast(mac: Uint8Array<ArrayBuffer>): void {
    const operation = `join a multicast group on ${this.#interfaceName}`;
    const option = { level: SOL_PACKET, option: PACKET_ADD_MEMBERSHIP, operation };
    this.#setWhereKnown(option, this.#membership(PACKET_MR_MULTICAST, mac));
  }

  /**
   * Lets every frame through the interface's own filter, as long as this socket is open: the kernel
   * counts who wants that, and forgets us also when the process is killed.
   */
  joinAll(): void {
    const operation = `hear every frame on ${this.#interfaceName}`;
    const option = { level: SOL_PACKET, option: PACKET_ADD_MEMBERSHIP, operation };
    setBytes(this.fd, option, this.#membership(PACKET_MR_PROMISC, new Uint8Array(0)));
  }

  #membership(type: number, mac: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const request = new DataView(new ArrayBuffer(PACKET_MREQ.size));
    request.setInt32(PACKET_MREQ.at.mr_ifindex, this.#ifindex, true);
    request.setUint16(PACKET_MREQ.at.mr_type, type, true);
    request.setUint16(PACKET_MREQ.at.mr_alen, mac.length, true);
    const bytes = new Uint8Array(request.buffer);
    bytes.set(mac, PACKET_MREQ.at.mr_address);
    return bytes;
  }

  /**
   * Reads up to as many waiting frames as `slots` has room for, and calls `take` with the index of
   * each. Frames that this machine sent, those of a VLAN, and those to another MAC are passed over. Gives whether more may wait. Throws {@linkcode SyscallError}: ENETDOWN once after the
   * interface went down.
   */
  receiveEach(slots: ReceiveSlots, take: (index: number) => void): boolean {
    const headers = slots.prepare();
    const count = libc().recvmmsg(this.fd.number, headers, slots.capacity, MSG_DONTWAIT, null);
    if (count < 0) return this.#receivedNothing();
    slots.noteFilled(count);
    for (let index = 0; index < count; index++) {
      if (slots.cameInOn(index, this.#ifindex)) take(index);
    }
    return count === slots.capacity;
  }

  #receivedNothing(): false {
    const errno = lastErrno();
    // Every drained queue ends here: an error object with its stack would cost more than the call.
    if (errno === EAGAIN) return false;
    throw new SyscallError(`receive on ${this.#interfaceName}`, errno);
  }

  /**
   * Sends what is in `slots`, in order, and empties them. `refused` is called for each frame that
   * did not go out, with the error of {@linkcode send}.
   */
  sendAll(slots: SendSlots, refused: (index: number, error: SyscallError) => void): void {
    sendSlots(this.fd, slots, (index, errno) => {
      refused(index, new SyscallError(`send on ${this.#interfaceName}`, errno));
    });
  }

  /**
   * Sends one whole frame. Throws {@linkcode SyscallError}: ENOBUFS or EAGAIN where queue or buffer
   * are full, ENETDOWN, ENXIO, EMSGSIZE.
   */
  send(frame: Uint8Array<ArrayBuffer>): void {
    const sent = libc().sendto(
      this.fd.number,
      frame,
      BigInt(frame.length),
      MSG_DONTWAIT,
      null,
      0,
    );
    checked(sent, () => `send on ${this.#interfaceName}`);
  }

  /** Closes the socket; the kernel undoes its multicast memberships. */
  close(): void {
    this.fd.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

function linkAddress(options: { ifindex: number; etherType: number }): Uint8Array<ArrayBuffer> {
  const address = new DataView(new ArrayBuffer(SOCKADDR_LL.size));
  address.setUint16(SOCKADDR_LL.at.sll_family, AF_PACKET, true);
  address.setUint16(SOCKADDR_LL.at.sll_protocol, options.etherType, false);
  address.setInt32(SOCKADDR_LL.at.sll_ifindex, options.ifindex, true);
  return new Uint8Array(address.buffer);
}
