import { timespecMs } from "./clock.ts";
import { checked, EAGAIN, SyscallError } from "./errno.ts";
import type { Fd } from "./fd.ts";
import {
  CMSGHDR,
  IOVEC,
  MMSGHDR,
  SOCKADDR_LL,
  TIMESPEC,
  TPACKET_AUXDATA,
  TPACKET_STATS,
} from "./layout.ts";
import { lastErrno, libc } from "./libc.ts";
import { PacketSocket } from "./packet_socket.ts";
import type { BpfInstruction } from "./socket_filter.ts";
import { setInt, SO_TIMESTAMPNS, SOL_SOCKET } from "./socket_options.ts";

/** ETH_P_ALL: the only protocol number that hears both directions. */
const ETH_P_ALL = 3;
const SOL_PACKET = 263;
const PACKET_STATISTICS = 6;
const PACKET_AUXDATA = 8;
const PACKET_OUTGOING = 4;
const MSG_DONTWAIT = 0x40;
const MSG_TRUNC = 0x20;
const TP_STATUS_VLAN_VALID = 16;
const TP_STATUS_VLAN_TPID_VALID = 64;
const ETH_P_8021Q = 33024;
/** More than any IP packet with its Ethernet header and tags has. */
const FRAME_BYTES = 1 << 17;
/** Room for a stamp and auxiliary data, each behind its struct cmsghdr and made up to 8 bytes. */
const CONTROL_BYTES = CMSGHDR.size + TIMESPEC.size + CMSGHDR.size + 24;

/** A frame as it went by. */
export interface TappedFrame {
  /** Milliseconds of the wall clock by the kernel's stamp, with fractions. */
  readonly timestampMs: number;
  /** Begins with the Ethernet header; valid until the next call. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** More than `bytes` has where it did not fit. */
  readonly wireBytes: number;
  readonly isOutgoing: boolean;
  /** The outermost VLAN tag, which the kernel takes out of the bytes. */
  readonly vlan?: { readonly protocol: number; readonly control: number };
}

export interface TapOptions {
  readonly interfaceName: string;
  readonly ifindex: number;
  /** Sees a frame without its outermost VLAN tag, except in what this machine sends. */
  readonly filter: readonly BpfInstruction[];
  /** Wanted room for what waits while nobody reads. */
  readonly receiveBufferBytes: number;
}

/** Listens to all that goes over an interface, in both directions, whoever it is for. */
export class Tap implements Disposable {
  readonly #socket: PacketSocket;
  readonly #interfaceName: string;
  readonly #frame = new Uint8Array(FRAME_BYTES);
  readonly #name = new DataView(new ArrayBuffer(SOCKADDR_LL.size));
  readonly #control = new DataView(new ArrayBuffer(CONTROL_BYTES));
  readonly #iovec = new DataView(new ArrayBuffer(IOVEC.size));
  readonly #header = new DataView(new ArrayBuffer(MMSGHDR.size));
  readonly #headerBytes = new Uint8Array(this.#header.buffer);

  /** Throws {@linkcode SyscallError}: EPERM without CAP_NET_RAW, ENODEV where the interface is gone. */
  constructor(options: TapOptions) {
    this.#interfaceName = options.interfaceName;
    using opened = new DisposableStack();
    this.#socket = opened.use(
      new PacketSocket({
        ...options,
        etherType: ETH_P_ALL,
        hearOutgoing: true,
      }),
    );
    const operation = `ask for VLAN tags on ${options.interfaceName}`;
    setInt(this.#socket.fd, { level: SOL_PACKET, option: PACKET_AUXDATA, operation }, 1);
    this.#socket.joinAll();
    this.#link();
    opened.move();
  }

  /** The header points into buffers that live as long as this object. */
  #link(): void {
    this.#iovec.setBigUint64(IOVEC.at.iov_base, addressOf(this.#frame), true);
    this.#iovec.setBigUint64(IOVEC.at.iov_len, BigInt(FRAME_BYTES), true);
    this.#header.setBigUint64(MMSGHDR.at.msg_name, addressOf(this.#name), true);
    this.#header.setBigUint64(MMSGHDR.at.msg_iov, addressOf(this.#iovec), true);
    this.#header.setBigUint64(MMSGHDR.at.msg_iovlen, 1n, true);
    this.#header.setBigUint64(MMSGHDR.at.msg_control, addressOf(this.#control), true);
  }

  get fd(): Fd {
    return this.#socket.fd;
  }

  /** Whether the interface still lives. */
  get attached(): boolean {
    return this.#socket.bound;
  }

  /**
   * The next waiting frame, or `undefined`. Throws {@linkcode SyscallError}: ENETDOWN once after the
   * interface went down.
   */
  next(): TappedFrame | undefined {
    this.#header.setUint32(MMSGHDR.at.msg_namelen, SOCKADDR_LL.size, true);
    this.#header.setUint32(MMSGHDR.at.msg_controllen, CONTROL_BYTES, true);
    const flags = MSG_DONTWAIT | MSG_TRUNC;
    const count = libc().recvmmsg(this.fd.number, this.#headerBytes, 1, flags, null);
    if (count > 0) return this.#read();
    const errno = lastErrno();
    if (errno === EAGAIN) return undefined;
    throw new SyscallError(`receive on ${this.#interfaceName}`, errno);
  }

  #read(): TappedFrame {
    const wireBytes = this.#header.getUint32(MMSGHDR.at.msg_len, true);
    const { stampMs, vlan } = this.#readControl();
    return {
      timestampMs: stampMs ?? Date.now(),
      bytes: this.#frame.subarray(0, Math.min(wireBytes, FRAME_BYTES)),
      wireBytes,
      isOutgoing: this.#name.getUint8(SOCKADDR_LL.at.sll_pkttype) === PACKET_OUTGOING,
      ...vlan === undefined ? {} : { vlan },
    };
  }

  /** Walks the list of cmsg(3), in which each entry begins at a multiple of 8. */
  #readControl(): { stampMs?: number; vlan?: TappedFrame["vlan"] } {
    const end = this.#header.getUint32(MMSGHDR.at.msg_controllen, true);
    const found: { stampMs?: number; vlan?: TappedFrame["vlan"] } = {};
    for (let at = 0; at + CMSGHDR.size <= end;) {
      const length = this.#control.getUint32(at + CMSGHDR.at.cmsg_len, true);
      const level = this.#control.getInt32(at + CMSGHDR.at.cmsg_level, true);
      const type = this.#control.getInt32(at + CMSGHDR.at.cmsg_type, true);
      const data = at + CMSGHDR.size;
      if (level === SOL_SOCKET && type === SO_TIMESTAMPNS) {
        found.stampMs = timespecMs(this.#control, data);
      } else if (level === SOL_PACKET && type === PACKET_AUXDATA) {
        found.vlan = this.#readVlan(data);
      }
      at += Math.max(CMSGHDR.size, (length + 7) & ~7);
    }
    return found;
  }

  #readVlan(at: number): TappedFrame["vlan"] {
    const status = this.#control.getUint32(at + TPACKET_AUXDATA.at.tp_status, true);
    if ((status & TP_STATUS_VLAN_VALID) === 0) return undefined;
    const protocol = (status & TP_STATUS_VLAN_TPID_VALID) === 0
      ? ETH_P_8021Q
      : this.#control.getUint16(at + TPACKET_AUXDATA.at.tp_vlan_tpid, true);
    return {
      protocol,
      control: this.#control.getUint16(at + TPACKET_AUXDATA.at.tp_vlan_tci, true),
    };
  }

  /** Frames that the filter took and the queue had no room for, since the last call. */
  takeLost(): number {
    const statistics = new DataView(new ArrayBuffer(TPACKET_STATS.size));
    const length = new Uint8Array(Uint32Array.of(TPACKET_STATS.size).buffer);
    checked(
      libc().getsockopt(
        this.fd.number,
        SOL_PACKET,
        PACKET_STATISTICS,
        new Uint8Array(statistics.buffer),
        length,
      ),
      () => `count what was lost on ${this.#interfaceName}`,
    );
    return statistics.getUint32(TPACKET_STATS.at.tp_drops, true);
  }

  /** Closes the socket; the interface is as promiscuous as others want it. */
  [Symbol.dispose](): void {
    this.#socket.close();
  }
}

function addressOf(memory: Uint8Array<ArrayBuffer> | DataView): bigint {
  return Deno.UnsafePointer.value(Deno.UnsafePointer.of(memory as Uint8Array<ArrayBuffer>));
}
