import { checked } from "./errno.ts";
import { Fd } from "./fd.ts";
import { AF_INET, AF_INET6 } from "./inet_address.ts";
import { IP_MREQN, IPV6_MREQ } from "./layout.ts";
import { libc } from "./libc.ts";

const SOCK_DGRAM_CLOEXEC = 2 | 0o2000000;
const IPPROTO_IP = 0;
const IP_ADD_MEMBERSHIP = 35;
const IPPROTO_IPV6 = 41;
const IPV6_ADD_MEMBERSHIP = 20;
const IPV4_SIZE = 4;

export interface MulticastGroupOptions {
  /** For messages only. */
  readonly interfaceName: string;
  readonly ifindex: number;
  /** Group address, 4 or 16 bytes in network byte order. */
  readonly group: Uint8Array<ArrayBuffer>;
}

/**
 * Membership in a multicast group on one interface (ip(7), IP_ADD_MEMBERSHIP; ipv6(7),
 * IPV6_ADD_MEMBERSHIP). It makes the kernel send IGMP or MLD reports, without which a snooping switch
 * keeps the group's frames from us; a packet socket's own membership only opens the interface's
 * hardware filter.
 */
export class MulticastGroup implements Disposable {
  readonly #fd: Fd;

  /** Throws {@linkcode SyscallError}: ENODEV where the interface is gone, ENOBUFS at igmp_max_memberships. */
  constructor(options: MulticastGroupOptions) {
    const what = `join the multicast group on ${options.interfaceName}`;
    const isIpv4 = options.group.length === IPV4_SIZE;
    const family = isIpv4 ? AF_INET : AF_INET6;
    this.#fd = new Fd(checked(libc().socket(family, SOCK_DGRAM_CLOEXEC, 0), () => what));
    const request = isIpv4 ? ipv4Request(options) : ipv6Request(options);
    const joined = libc().setsockopt(
      this.#fd.number,
      isIpv4 ? IPPROTO_IP : IPPROTO_IPV6,
      isIpv4 ? IP_ADD_MEMBERSHIP : IPV6_ADD_MEMBERSHIP,
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

function ipv4Request({ group, ifindex }: MulticastGroupOptions): Uint8Array<ArrayBuffer> {
  const request = new Uint8Array(IP_MREQN.size);
  request.set(group, IP_MREQN.at.imr_multiaddr);
  new DataView(request.buffer).setInt32(IP_MREQN.at.imr_ifindex, ifindex, true);
  return request;
}

function ipv6Request({ group, ifindex }: MulticastGroupOptions): Uint8Array<ArrayBuffer> {
  const request = new Uint8Array(IPV6_MREQ.size);
  request.set(group, IPV6_MREQ.at.ipv6mr_multiaddr);
  new DataView(request.buffer).setInt32(IPV6_MREQ.at.ipv6mr_interface, ifindex, true);
  return request;
}
