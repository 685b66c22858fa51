import { timespecMs } from "./clock.ts";
import { inetAddress, inetAddressBytes } from "./inet_address.ts";
import { CMSGHDR, IOVEC, MMSGHDR, SOCKADDR_IN6, SOCKADDR_LL, TIMESPEC } from "./layout.ts";
import { SO_TIMESTAMPNS, SOL_SOCKET } from "./socket_options.ts";

/** Larger than any MTU that carries VRRP: 255 addresses need 1,070 bytes. */
const FRAME_BYTES = 2048;
/** Room for one stamp: a struct cmsghdr and a struct timespec. */
const CONTROL_BYTES = CMSGHDR.size + TIMESPEC.size;
/** To another MAC, or for a VLAN; and what this machine itself sends. */
const NOT_FOR_US = { PACKET_OTHERHOST: 3, PACKET_OUTGOING: 4 } as const;

/**
 * Memory for a batch of frames that one recvmmsg(2) or sendmmsg(2) carries. The headers hold
 * pointers into the other buffers, which live as long as this object: keep it while it is used.
 */
class FrameSlots {
  /** How many frames fit. */
  readonly capacity: number;
  /** All frames one after the other, each at its {@linkcode offsetOf}. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The array of struct mmsghdr. */
  readonly headerBytes: Uint8Array<ArrayBuffer>;
  protected readonly headers: DataView;
  protected readonly iovecs: DataView;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.bytes = new Uint8Array(new ArrayBuffer(capacity * FRAME_BYTES));
    this.headers = new DataView(new ArrayBuffer(capacity * MMSGHDR.size));
    this.headerBytes = new Uint8Array(this.headers.buffer as ArrayBuffer);
    this.iovecs = new DataView(new ArrayBuffer(capacity * IOVEC.size));
    const frames = addressOf(this.bytes);
    const iovecs = addressOf(this.iovecs);
    for (let index = 0; index < capacity; index++) {
      const header = index * MMSGHDR.size;
      const iovec = index * IOVEC.size;
      this.iovecs.setBigUint64(
        iovec + IOVEC.at.iov_base,
        frames + BigInt(this.offsetOf(index)),
        true,
      );
      this.iovecs.setBigUint64(iovec + IOVEC.at.iov_len, BigInt(FRAME_BYTES), true);
      this.headers.setBigUint64(header + MMSGHDR.at.msg_iov, iovecs + BigInt(iovec), true);
      this.headers.setBigUint64(header + MMSGHDR.at.msg_iovlen, 1n, true);
    }
  }

  /** Where frame `index` begins in {@linkcode bytes}. */
  offsetOf(index: number): number {
    return index * FRAME_BYTES;
  }
}

/** Where a batch of received frames lands, with each one's sender and arrival. */
export class ReceiveSlots extends FrameSlots {
  readonly #names: DataView;
  readonly #controls: DataView;
  #filled: number;

  constructor(capacity = 64) {
    super(capacity);
    this.#filled = capacity;
    this.#names = new DataView(new ArrayBuffer(capacity * SOCKADDR_LL.size));
    this.#controls = new DataView(new ArrayBuffer(capacity * CONTROL_BYTES));
    const names = addressOf(this.#names);
    const controls = addressOf(this.#controls);
    for (let index = 0; index < capacity; index++) {
      const header = index * MMSGHDR.size;
      const name = names + BigInt(index * SOCKADDR_LL.size);
      const control = controls + BigInt(index * CONTROL_BYTES);
      this.headers.setBigUint64(header + MMSGHDR.at.msg_name, name, true);
      this.headers.setBigUint64(header + MMSGHDR.at.msg_control, control, true);
    }
  }

  /** The headers, ready to be filled again: the kernel has written the true sizes over the room. */
  prepare(): Uint8Array<ArrayBuffer> {
    for (let index = 0; index < this.#filled; index++) {
      const header = index * MMSGHDR.size;
      this.headers.setUint32(header + MMSGHDR.at.msg_namelen, SOCKADDR_LL.size, true);
      this.headers.setUint32(header + MMSGHDR.at.msg_controllen, CONTROL_BYTES, true);
    }
    this.#filled = 0;
    return this.headerBytes;
  }

  /** The kernel has filled the first `count` slots. */
  noteFilled(count: number): void {
    this.#filled = count;
  }

  /** Length of frame `index` in bytes, cut to the slot's. */
  lengthOf(index: number): number {
    return this.headers.getUint32(index * MMSGHDR.size + MMSGHDR.at.msg_len, true);
  }

  /** Frame `index`; valid until the slots are filled again. */
  view(index: number): DataView {
    return new DataView(this.bytes.buffer, this.offsetOf(index), this.lengthOf(index));
  }

  /**
   * Whether frame `index` came in from outside on that interface itself, and for it. A socket bound
   * to an interface also gets what arrived on it for a VLAN, without the tag: the index in the
   * sender's address then names the VLAN's interface, and where there is none, the kernel calls the
   * frame another host's. So it does with frames to any MAC but the interface's present one, which
   * come in while it is promiscuous; those to a group or to all have types of their own.
   */
  cameInOn(index: number, ifindex: number): boolean {
    const name = index * SOCKADDR_LL.size;
    const type = this.#names.getUint8(name + SOCKADDR_LL.at.sll_pkttype);
    return this.#names.getInt32(name + SOCKADDR_LL.at.sll_ifindex, true) === ifindex &&
      type !== NOT_FOR_US.PACKET_OTHERHOST && type !== NOT_FOR_US.PACKET_OUTGOING;
  }

  /**
   * When frame `index` arrived, in milliseconds of the wall clock, which may have been set since;
   * `undefined` where the kernel put no stamp on it.
   */
  stampMs(index: number): number | undefined {
    const header = index * MMSGHDR.size;
    if (this.headers.getUint32(header + MMSGHDR.at.msg_controllen, true) < CONTROL_BYTES) {
      return undefined;
    }
    const control = index * CONTROL_BYTES;
    const level = this.#controls.getInt32(control + CMSGHDR.at.cmsg_level, true);
    const type = this.#controls.getInt32(control + CMSGHDR.at.cmsg_type, true);
    if (level !== SOL_SOCKET || type !== SO_TIMESTAMPNS) return undefined;
    return timespecMs(this.#controls, control + CMSGHDR.size);
  }
}

/** Frames that go out together by a packet socket, or packets by a raw one. */
export class SendSlots extends FrameSlots {
  /** Where packets go: a structure of the larger family for each. */
  readonly #names: Uint8Array<ArrayBuffer>;
  #count = 0;

  constructor(capacity = 16) {
    super(capacity);
    this.#names = new Uint8Array(capacity * SOCKADDR_IN6.size);
    const names = addressOf(this.#names);
    for (let index = 0; index < capacity; index++) {
      const name = names + BigInt(index * SOCKADDR_IN6.size);
      this.headers.setBigUint64(index * MMSGHDR.size + MMSGHDR.at.msg_name, name, true);
    }
  }

  get count(): number {
    return this.#count;
  }

  get full(): boolean {
    return this.#count === this.capacity;
  }

  /** Copies `frame` into the next slot. Throws RangeError where it is longer than 2,048 bytes. */
  put(frame: Uint8Array): void {
    if (frame.length > FRAME_BYTES) {
      throw new RangeError(`A frame of ${frame.length} bytes is longer than ${FRAME_BYTES}`);
    }
    const index = this.#count++;
    this.bytes.set(frame, this.offsetOf(index));
    this.iovecs.setUint32(index * IOVEC.size + IOVEC.at.iov_len, frame.length, true);
    this.#setNameLength(index, 0);
  }

  /** The same for a packet that a {@linkcode RawSocket} is to send to this address (4 or 16 bytes). */
  putTo(packet: Uint8Array, address: Uint8Array): void {
    this.put(packet);
    const index = this.#count - 1;
    const name = inetAddress(address);
    this.#names.set(name, index * SOCKADDR_IN6.size);
    this.#setNameLength(index, name.length);
  }

  /** Where packet `index` is to go: 4 or 16 bytes. */
  destinationOf(index: number): Uint8Array<ArrayBuffer> {
    const name = index * SOCKADDR_IN6.size;
    return inetAddressBytes(this.#names.subarray(name, name + SOCKADDR_IN6.size));
  }

  /** Without a name a frame goes where its socket is bound to. */
  #setNameLength(index: number, length: number): void {
    this.headers.setUint32(index * MMSGHDR.size + MMSGHDR.at.msg_namelen, length, true);
  }

  clear(): void {
    this.#count = 0;
  }

  /** The array of struct mmsghdr from frame `index` on. */
  headersFrom(index: number): Uint8Array<ArrayBuffer> {
    return index === 0 ? this.headerBytes : this.headerBytes.subarray(index * MMSGHDR.size);
  }
}

function addressOf(memory: Uint8Array<ArrayBuffer> | DataView): bigint {
  const pointer = Deno.UnsafePointer.of(memory as Uint8Array<ArrayBuffer>);
  return Deno.UnsafePointer.value(pointer);
}
