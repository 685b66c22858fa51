/**
 * Sizes and offsets of the C structures that cross the fence, in bytes. All fields are in the
 * machine's byte order (little-endian on both architectures) unless a name says `Be`.
 * `tests/ffi/layout_test.ts` compares every number with the C compiler's `offsetof`.
 */
export interface Layout {
  readonly size: number;
  readonly at: Readonly<Record<string, number>>;
}

export type Architecture = "x86_64" | "aarch64";

/** struct sockaddr_ll, packet(7). */
export const SOCKADDR_LL = {
  size: 20,
  at: {
    sll_family: 0,
    sll_protocol: 2,
    sll_ifindex: 4,
    sll_hatype: 8,
    sll_pkttype: 10,
    sll_halen: 11,
    sll_addr: 12,
  },
} as const satisfies Layout;

/** struct packet_mreq, packet(7). */
export const PACKET_MREQ = {
  size: 16,
  at: { mr_ifindex: 0, mr_type: 4, mr_alen: 6, mr_address: 8 },
} as const satisfies Layout;

/** struct ip_mreqn, ip(7). */
export const IP_MREQN = {
  size: 12,
  at: { imr_multiaddr: 0, imr_address: 4, imr_ifindex: 8 },
} as const satisfies Layout;

/** struct sock_filter, linux/filter.h. */
export const SOCK_FILTER = {
  size: 8,
  at: { code: 0, jt: 2, jf: 3, k: 4 },
} as const satisfies Layout;

/** struct sock_fprog, linux/filter.h. */
export const SOCK_FPROG = { size: 16, at: { len: 0, filter: 8 } } as const satisfies Layout;

/** struct sockaddr_nl, netlink(7). */
export const SOCKADDR_NL = {
  size: 12,
  at: { nl_family: 0, nl_pid: 4, nl_groups: 8 },
} as const satisfies Layout;

/** struct itimerspec, timerfd_create(2). */
export const ITIMERSPEC = {
  size: 32,
  at: { interval_sec: 0, interval_nsec: 8, value_sec: 16, value_nsec: 24 },
} as const satisfies Layout;

/** struct timespec, clock_gettime(2). */
export const TIMESPEC = { size: 16, at: { tv_sec: 0, tv_nsec: 8 } } as const satisfies Layout;

/** struct epoll_event, epoll_ctl(2): packed on x86_64 and nowhere else. */
const EPOLL_EVENT: Readonly<Record<Architecture, Layout & { at: { events: 0; data: number } }>> = {
  x86_64: { size: 12, at: { events: 0, data: 4 } },
  aarch64: { size: 16, at: { events: 0, data: 8 } },
};

export function epollEvent(
  architecture: Architecture = Deno.build.arch,
): Layout & { at: { events: 0; data: number } } {
  return EPOLL_EVENT[architecture];
}
