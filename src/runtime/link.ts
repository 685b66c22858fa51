import { SyscallError } from "../../ffi/errno.ts";
import type { Fd } from "../../ffi/fd.ts";
import { MulticastGroup } from "../../ffi/multicast_group.ts";
import { PacketSocket } from "../../ffi/packet_socket.ts";
import type { Log } from "../log.ts";
import { gratuitousArpFilter, vrrpFilter } from "../wire/bpf.ts";
import { ETHER_TYPE, VRRP_MULTICAST_MAC } from "../wire/ethernet.ts";
import { VRRP_GROUP } from "../wire/vrrp.ts";

/** Room for the advertisements of all groups with many addresses while the daemon is not scheduled. */
const RECEIVE_BUFFER_BYTES = 4 << 20;
/** Room for the announcements of all groups while the device sends them. */
const SEND_BUFFER_BYTES = 8 << 20;
/** Larger than any MTU that carries VRRP: 255 addresses need 1,070 bytes. */
const FRAME_BYTES = 2048;

export interface LinkOptions {
  readonly name: string;
  readonly ifindex: number;
  /** The groups to let through; "any" switches the kernel's filter off. */
  readonly vrids: readonly number[] | "any";
  readonly log: Log;
}

/**
 * One interface's sockets: everything that is sent and received for the virtual routers on it,
 * also for those that live on a macvlan, so that nothing hangs on the macvlan's own settings.
 */
export class Link implements Disposable {
  readonly name: string;
  readonly ifindex: number;
  readonly #vrrp: PacketSocket;
  readonly #arp: PacketSocket;
  readonly #group: MulticastGroup | undefined;
  readonly #buffer = new Uint8Array(FRAME_BYTES);

  /** Throws {@linkcode SyscallError}: EPERM without CAP_NET_RAW, ENODEV where the interface is gone. */
  constructor(options: LinkOptions) {
    this.name = options.name;
    this.ifindex = options.ifindex;
    using opened = new DisposableStack();
    this.#vrrp = opened.use(openSocket(options, {
      etherType: ETHER_TYPE.ipv4,
      filter: vrrpFilter({ family: 4, vrids: options.vrids }),
    }));
    this.#arp = opened.use(openSocket(options, {
      etherType: ETHER_TYPE.arp,
      filter: gratuitousArpFilter(),
    }));
    this.#vrrp.joinMulticast(VRRP_MULTICAST_MAC[4]);
    this.#group = this.#joinGroup(options.log);
    if (this.#group !== undefined) opened.use(this.#group);
    opened.move();
  }

  /** Frames reach us without it, unless a switch in between goes by IGMP reports. */
  #joinGroup(log: Log): MulticastGroup | undefined {
    try {
      return new MulticastGroup({
        interfaceName: this.name,
        ifindex: this.ifindex,
        group: VRRP_GROUP[4].bytes,
      });
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      log.warning(`${error.message}: a switch with IGMP snooping may keep advertisements from us`);
      return undefined;
    }
  }

  /** The interface is gone, or the daemon ends. */
  get closed(): boolean {
    return this.#vrrp.fd.closed;
  }

  get vrrpFd(): Fd {
    return this.#vrrp.fd;
  }

  get arpFd(): Fd {
    return this.#arp.fd;
  }

  /** One waiting advertisement; valid until the next call. */
  receiveAdvert(): DataView | undefined {
    return this.#receive(this.#vrrp);
  }

  /** How long ago the advertisement that was given last arrived; see PacketSocket.lastAgeMs(). */
  lastAdvertAgeMs(): number {
    return this.#vrrp.lastAgeMs();
  }

  /** One waiting gratuitous ARP; valid until the next call. */
  receiveArp(): DataView | undefined {
    return this.#receive(this.#arp);
  }

  #receive(socket: PacketSocket): DataView | undefined {
    const length = socket.receive(this.#buffer);
    return length === undefined ? undefined : new DataView(this.#buffer.buffer, 0, length);
  }

  /** Throws {@linkcode SyscallError}. */
  send(frame: Uint8Array<ArrayBuffer>): void {
    this.#vrrp.send(frame);
  }

  /** Leaves the groups and closes the sockets. */
  [Symbol.dispose](): void {
    this.#group?.[Symbol.dispose]();
    this.#arp.close();
    this.#vrrp.close();
  }
}

function openSocket(
  { name, ifindex }: LinkOptions,
  special: { etherType: number; filter: ReturnType<typeof vrrpFilter> },
): PacketSocket {
  return new PacketSocket({
    interfaceName: name,
    ifindex,
    ...special,
    receiveBufferBytes: RECEIVE_BUFFER_BYTES,
    sendBufferBytes: SEND_BUFFER_BYTES,
  });
}
