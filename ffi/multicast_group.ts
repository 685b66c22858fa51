import { checked } from "./errno.ts";
import { Fd } from "./fd.ts";
import { IP_MREQN } from "./layout.ts";
import { libc } from "./libc.ts";

const AF_INET = 2;
const SOCK_DGRAM_CLOEXEC = 2 | 0o2000000;
const IPPROTO_IP = 0;
const IP_ADD_MEMBERSHIP = 35;

export interface MulticastGroupOptions {
  /** For messages only. */
  readonly interfaceName: string;
  readonly ifindex: number;
  /** Group address, 4 bytes in network byte order. */
  readonly group: Uint8Array<ArrayBuffer>;
}

/**
 * Membership in an IPv4 multicast group on one interface (ip(7), IP_ADD_MEMBERSHIP). It makes the
 * kernel send IGMP reports, without which a snooping switch keeps the group's frames from us; a
 * packet socket's own membership only opens the interface's hardware filter.
 */
export class MulticastGroup implements Disposable {
  readonly #fd: Fd;

  /** Throws {@linkcode SyscallError}: ENODEV where the interface is gone, ENOBUFS at igmp_max_memberships. */
  constructor(options: MulticastGroupOptions) {
    const what = `join the multicast group on ${options.interfaceName}`;
    this.#fd = new Fd(checked(libc().socket(AF_INET, SOCK_DGRAM_CLOEXEC, 0), () => what));
    const request = new Uint8Array(IP_MREQN.size);
    request.set(options.group, IP_MREQN.at.imr_multiaddr);
    new DataView(request.buffer).setInt32(IP_MREQN.at.imr_ifindex, options.ifindex, true);
    const joined = libc().setsockopt(
      this.#fd.number,
      IPPROTO_IP,
      IP_ADD_MEMBERSHIP,
      request,
      request.length,
    );
    try {
      checked(joined, () => what);
    } catch (error) {
      this.#fd.close();
      throw error;
    }
  }

  /** Leaves the group. */
  [Symbol.dispose](): void {
    this.#fd.close();
  }
}
