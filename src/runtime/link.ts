import { SyscallError } from "../../ffi/errno.ts";
import type { Fd } from "../../ffi/fd.ts";
import type { ReceiveSlots, SendSlots } from "../../ffi/frame_slots.ts";
import { MulticastGroup } from "../../ffi/multicast_group.ts";
import { PacketSocket } from "../../ffi/packet_socket.ts";
import type { Family } from "../base/ip.ts";
import type { Log } from "../log.ts";
import { gratuitousArpFilter, urgentFilter, vrrpFilter } from "../wire/bpf.ts";
import { ETHER_TYPE, VRRP_MULTICAST_MAC } from "../wire/ethernet.ts";
import { neighborAdvertFilter } from "../wire/neighbor_frame.ts";
import { VRRP_GROUP } from "../wire/vrrp.ts";
import type { Outlet } from "./outlet.ts";
import { PeerOutlets } from "./unicast/peer_outlets.ts";

/** Room for the advertisements of all groups with many addresses while the daemon is not scheduled. */
const RECEIVE_BUFFER_BYTES = 4 << 20;
/** Room for the announcements of all groups while the device sends them. */
const SEND_BUFFER_BYTES = 8 << 20;
/** How each family says that an address is at another place now. */
const CLAIMS = {
  4: { etherType: ETHER_TYPE.arp, filter: gratuitousArpFilter },
  6: { etherType: ETHER_TYPE.ipv6, filter: neighborAdvertFilter },
} as const;
const ADVERT_ETHER_TYPE = { 4: ETHER_TYPE.ipv4, 6: ETHER_TYPE.ipv6 } as const;
/** The protocol that keeps a switch informed of who listens to a group. */
const SNOOPED = { 4: "IGMP", 6: "MLD" } as const;

/** What a flood brings beyond these is left for the next turn. */
const LOOKS_TO_FORGET = 4;
/** What is in this queue says only that there is something to be read in the other. */
const URGENT_BUFFER_BYTES = 64 << 10;

export interface LinkOptions {
  readonly name: string;
  readonly ifindex: number;
  readonly family: Family;
  /** The groups to let through; "any" switches the kernel's filter off. */
  readonly vrids: readonly number[] | "any";
  /** Where frames are received; one link after the other can use the same. */
  readonly slots: ReceiveSlots;
  readonly log: Log;
}

/**
 * One interface's sockets of one family: everything that is sent and received for the virtual
 * routers of that family on it, also for those that live on a macvlan, so that nothing hangs on the
 * macvlan's own settings.
 */
export class Link implements Outlet, Disposable {
  readonly name: string;
  readonly ifindex: number;
  readonly family: Family;
  readonly #vrrp: PacketSocket;
  readonly #claims: PacketSocket;
  readonly #urgent: PacketSocket | undefined;
  readonly #group: MulticastGroup | undefined;
  readonly #slots: ReceiveSlots;
  /** What is sent to peers instead of the group; opened when a virtual router has any. */
  readonly peerOutlets: PeerOutlets;

  /** Throws {@linkcode SyscallError}: EPERM without CAP_NET_RAW, ENODEV where the interface is gone. */
  constructor(options: LinkOptions) {
    this.name = options.name;
    this.ifindex = options.ifindex;
    this.family = options.family;
    this.#slots = options.slots;
    this.peerOutlets = new PeerOutlets(options);
    using opened = new DisposableStack();
    const { family, vrids } = options;
    const etherType = ADVERT_ETHER_TYPE[family];
    this.#vrrp = opened.use(openSocket(options, {
      etherType,
      filter: vrrpFilter({ family, vrids }),
      receiveBufferBytes: RECEIVE_BUFFER_BYTES,
    }));
    this.#claims = opened.use(openSocket(options, {
      etherType: CLAIMS[family].etherType,
      filter: CLAIMS[family].filter(),
      receiveBufferBytes: RECEIVE_BUFFER_BYTES,
    }));
    // Without a filter it would say of every frame that it is urgent.
    this.#urgent = vrids === "any" ? undefined : opened.use(openSocket(options, {
      etherType,
      filter: urgentFilter({ family, keen: vrids }),
      receiveBufferBytes: URGENT_BUFFER_BYTES,
    }));
    this.#vrrp.joinMulticast(VRRP_MULTICAST_MAC[family]);
    this.#group = this.#joinGroup(options.log);
    if (this.#group !== undefined) opened.use(this.#group);
    opened.move();
  }

  /** Frames reach us without it, unless a switch in between goes by the reports of IGMP or MLD. */
  #joinGroup(log: Log): MulticastGroup | undefined {
    try {
      return new MulticastGroup({
        interfaceName: this.name,
        ifindex: this.ifindex,
        group: VRRP_GROUP[this.family].bytes,
      });
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      const snooping = `a switch with ${SNOOPED[this.family]} snooping`;
      log.warning(`${error.message}: ${snooping} may keep advertisements from us`);
      return undefined;
    }
  }

  /**
   * Whether the interface that was opened still lives here. Name and index may be another's by now,
   * of which no notification speaks when the kernel had to drop some.
   */
  get attached(): boolean {
    return this.#vrrp.bound;
  }

  /** The interface is gone, or the daemon ends. */
  get closed(): boolean {
    return this.#vrrp.fd.closed;
  }

  get vrrpFd(): Fd {
    return this.#vrrp.fd;
  }

  get claimsFd(): Fd {
    return this.#claims.fd;
  }

  /** Ready when there is an advertisement that must not wait; absent where the kernel cannot tell. */
  get urgentFd(): Fd | undefined {
    return this.#urgent?.fd;
  }

  /** Calls `take` for waiting advertisements and gives whether more may wait. */
  receiveAdverts(take: (index: number) => void): boolean {
    return this.#vrrp.receiveEach(this.#slots, take);
  }

  /** The same for gratuitous ARPs, or neighbour advertisements. */
  receiveClaims(take: (index: number) => void): boolean {
    return this.#claims.receiveEach(this.#slots, take);
  }

  /** From now on the advertisements of these groups are urgent, and every goodbye. */
  setKeen(keen: readonly number[]): void {
    this.#urgent?.setFilter(urgentFilter({ family: this.family, keen }));
  }

  /** Clears {@linkcode urgentFd}: the advertisements themselves are with the others. */
  forgetUrgent(): void {
    try {
      for (let look = 0; look < LOOKS_TO_FORGET; look++) {
        if (!this.#urgent?.receiveEach(this.#slots, () => {})) return;
      }
    } catch (error) {
      // The socket of the advertisements tells the same.
      if (!(error instanceof SyscallError)) throw error;
    }
  }

  /** Sends what is in `slots`; see PacketSocket.sendAll(). */
  sendAll(slots: SendSlots, refused: (index: number, error: SyscallError) => void): void {
    this.#vrrp.sendAll(slots, refused);
  }

  /**
   * As {@linkcode Symbol.dispose}, without the wait until the kernel has nobody any more who reads a
   * socket's filter: 15 ms for each, in which others are to go on.
   */
  leave(): void {
    for (const socket of [this.#urgent, this.#claims, this.#vrrp]) socket?.fd.closeElsewhere();
    this[Symbol.dispose]();
  }

  /** Leaves the groups and closes the sockets. */
  [Symbol.dispose](): void {
    this.peerOutlets[Symbol.dispose]();
    this.#group?.[Symbol.dispose]();
    this.#urgent?.close();
    this.#claims.close();
    this.#vrrp.close();
  }
}

function openSocket(
  { name, ifindex }: LinkOptions,
  special: {
    etherType: number;
    filter: ReturnType<typeof vrrpFilter>;
    receiveBufferBytes: number;
  },
): PacketSocket {
  return new PacketSocket({
    interfaceName: name,
    ifindex,
    ...special,
    sendBufferBytes: SEND_BUFFER_BYTES,
  });
}
