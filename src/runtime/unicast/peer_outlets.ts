import { SyscallError } from "../../../ffi/errno.ts";
import type { SendSlots } from "../../../ffi/frame_slots.ts";
import { RawSocket } from "../../../ffi/raw_socket.ts";
import { formatIp, type IpAddress, ipFromBytes } from "../../base/ip.ts";
import type { Outlet } from "../outlet.ts";

/** What advertisements to peers are sent from. */
export interface PeerSide {
  /** An address of this machine. */
  readonly source: IpAddress;
  /** The IP protocol number of the advertisements: VRRP, or AH in front of it. */
  readonly protocol: number;
}

/** Sends by the kernel's routes, because peers may be behind a gateway. */
class PeerOutlet implements Outlet, Disposable {
  readonly name: string;
  readonly ifindex: number;
  readonly #socket: RawSocket;

  constructor(link: Pick<Outlet, "name" | "ifindex">, { source, protocol }: PeerSide) {
    this.name = link.name;
    this.ifindex = link.ifindex;
    this.#socket = new RawSocket({
      interfaceName: link.name,
      ifindex: link.ifindex,
      source: source.bytes,
      sourceText: formatIp(source),
      protocol,
    });
  }

  get closed(): boolean {
    return this.#socket.closed;
  }

  sendAll(slots: SendSlots, refused: (index: number, error: SyscallError) => void): void {
    this.#socket.sendAll(slots, (index, errno) => {
      const to = formatIp(ipFromBytes(slots.destinationOf(index)));
      refused(index, new SyscallError(`send to ${to} on ${this.name}`, errno));
    });
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }
}

/** The sockets of one interface for unicast, one for each source and protocol. */
export class PeerOutlets implements Disposable {
  readonly #link: Pick<Outlet, "name" | "ifindex">;
  readonly #outlets = new Map<string, PeerOutlet>();

  constructor(link: Pick<Outlet, "name" | "ifindex">) {
    this.#link = link;
  }

  /** Throws {@linkcode SyscallError}: EADDRNOTAVAIL where the source is no address of the machine. */
  open(side: PeerSide): Outlet {
    const key = `${side.protocol} ${formatIp(side.source)}`;
    const known = this.#outlets.get(key);
    if (known !== undefined) return known;
    const opened = new PeerOutlet(this.#link, side);
    this.#outlets.set(key, opened);
    return opened;
  }

  /** Closes those that are not in use any more: the source has changed. */
  closeAllBut(used: ReadonlySet<Outlet>): void {
    for (const [key, outlet] of this.#outlets) {
      if (used.has(outlet)) continue;
      outlet[Symbol.dispose]();
      this.#outlets.delete(key);
    }
  }

  [Symbol.dispose](): void {
    this.closeAllBut(new Set());
  }
}
