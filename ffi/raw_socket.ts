import { checked } from "./errno.ts";
import { Fd } from "./fd.ts";
import type { SendSlots } from "./frame_slots.ts";
import { AF_INET, AF_INET6, inetAddress } from "./inet_address.ts";
import { libc } from "./libc.ts";
import { sendSlots } from "./send_slots.ts";
import { attachFilter, type BpfInstruction } from "./socket_filter.ts";
import { setInt, setReceiveBuffer, setSendBuffer, SOL_SOCKET } from "./socket_options.ts";

const SOCK_RAW_NONBLOCK_CLOEXEC = 3 | 0o2004000;
const SO_BINDTOIFINDEX = 62;
const IPPROTO_IP = 0;
const IPPROTO_IPV6 = 41;
const IP_HDRINCL = 3;
const IPV6_HDRINCL = 36;
const HEADER_INCLUDED = {
  [AF_INET]: { level: IPPROTO_IP, option: IP_HDRINCL },
  [AF_INET6]: { level: IPPROTO_IPV6, option: IPV6_HDRINCL },
} as const;
/** Room for packets that wait for the next hop's hardware address. */
const SEND_BUFFER_BYTES = 1 << 20;
/** Return 0: no byte of any packet is wanted. */
const DROP_ALL: readonly BpfInstruction[] = [{ code: 0x06, jt: 0, jf: 0, k: 0 }];

export interface RawSocketOptions {
  /** For messages only. */
  readonly interfaceName: string;
  readonly ifindex: number;
  /** An address of this machine, 4 or 16 bytes. */
  readonly source: Uint8Array;
  /** The source as people write it, for messages. */
  readonly sourceText: string;
  /** The IP protocol number. */
  readonly protocol: number;
}

/**
 * Sends whole IP packets, header and all, that the kernel routes and finds the next hop's hardware
 * address for; see raw(7). It hears nothing itself. But that it is open keeps the kernel from
 * answering every packet of its protocol to its source with "protocol unreachable".
 */
export class RawSocket implements Disposable {
  readonly #fd: Fd;

  /** Throws {@linkcode SyscallError}: EPERM without CAP_NET_RAW, EADDRNOTAVAIL. */
  constructor(options: RawSocketOptions) {
    const family = options.source.length === 4 ? AF_INET : AF_INET6;
    const number = libc().socket(family, SOCK_RAW_NONBLOCK_CLOEXEC, options.protocol);
    this.#fd = new Fd(checked(number, () => `open a raw socket on ${options.interfaceName}`));
    try {
      this.#configure(family, options);
    } catch (error) {
      this.#fd.close();
      throw error;
    }
  }

  #configure(family: keyof typeof HEADER_INCLUDED, options: RawSocketOptions): void {
    const { interfaceName, ifindex, source, sourceText } = options;
    // First of all: in a queue that is full the kernel would not count as delivered what it drops.
    attachFilter(this.#fd, DROP_ALL, `attach a filter on ${interfaceName}`);
    setReceiveBuffer(this.#fd, 0);
    setSendBuffer(this.#fd, SEND_BUFFER_BYTES);
    const operation = `use a raw socket on ${interfaceName}`;
    setInt(this.#fd, { level: SOL_SOCKET, option: SO_BINDTOIFINDEX, operation }, ifindex);
    setInt(this.#fd, { ...HEADER_INCLUDED[family], operation }, 1);
    const address = inetAddress(source);
    checked(
      libc().bind(this.#fd.number, address, address.length),
      () => `send from ${sourceText} on ${interfaceName}`,
    );
  }

  /**
   * Sends what was put into `slots` with an address, in order, and empties them. `refused` is
   * called with the errno of each packet that did not go out: ENETUNREACH, EHOSTUNREACH, ENOBUFS,
   * EAGAIN, EPERM where a firewall drops it, EMSGSIZE.
   */
  sendAll(slots: SendSlots, refused: (index: number, errno: number) => void): void {
    sendSlots(this.#fd, slots, refused);
  }

  get closed(): boolean {
    return this.#fd.closed;
  }

  close(): void {
    this.#fd.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
