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

/** struct ipv6_mreq, ipv6(7). */
export const IPV6_MREQ = {
  size: 20,
  at: { ipv6mr_multiaddr: 0, ipv6mr_interface: 16 },
} as const satisfies Layout;

/** struct mmsghdr with the struct msghdr that it begins with, recvmmsg(2). */
export const MMSGHDR = {
  size: 64,
  at: {
    msg_name: 0,
    msg_namelen: 8,
    msg_iov: 16,
    msg_iovlen: 24,
    msg_control: 32,
    msg_controllen: 40,
    msg_flags: 48,
    msg_len: 56,
  },
} as const satisfies Layout;

/** struct iovec, readv(2). */
export const IOVEC = { size: 16, at: { iov_base: 0, iov_len: 8 } } as const satisfies Layout;

/** struct cmsghdr, cmsg(3); its data follow without a gap. */
export const CMSGHDR = {
  size: 16,
  at: { cmsg_len: 0, cmsg_level: 8, cmsg_type: 12 },
} as const satisfies Layout;

/** struct tpacket_auxdata, packet(7). */
export const TPACKET_AUXDATA = {
  size: 20,
  at: { tp_status: 0, tp_vlan_tci: 16, tp_vlan_tpid: 18 },
} as const satisfies Layout;

/** struct tpacket_stats, packet(7). */
export const TPACKET_STATS = {
  size: 8,
  at: { tp_packets: 0, tp_drops: 4 },
} as const satisfies Layout;

/** struct ifreq, netdevice(7): which member of its union counts is up to the request. */
export const IFREQ = {
  size: 40,
  at: {
    ifr_name: 0,
    ifr_addr: 16,
    ifr_broadaddr: 16,
    ifr_netmask: 16,
    ifr_hwaddr: 16,
    ifr_flags: 16,
    ifr_ifindex: 16,
  },
} as const satisfies Layout;

/** struct sockaddr and struct sockaddr_in, ip(7); port and address are big-endian. */
export const SOCKADDR_IN = {
  size: 16,
  at: { sin_family: 0, sin_port: 2, sin_addr: 4 },
} as const satisfies Layout;

/** struct sockaddr_in6, ipv6(7). */
export const SOCKADDR_IN6 = {
  size: 28,
  at: { sin6_family: 0, sin6_port: 2, sin6_addr: 8 },
} as const satisfies Layout;

/** struct rtentry, net/route.h. */
export const RTENTRY = {
  size: 120,
  at: { rt_dst: 8, rt_gateway: 24, rt_genmask: 40, rt_flags: 56, rt_metric: 80 },
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

/** struct nlmsghdr, netlink(7). */
export const NLMSGHDR = {
  size: 16,
  at: { nlmsg_len: 0, nlmsg_seq: 8 },
} as const satisfies Layout;

/** struct itimerspec, timerfd_create(2). */
export const ITIMERSPEC = {
  size: 32,
  at: { interval_sec: 0, interval_nsec: 8, value_sec: 16, value_nsec: 24 },
} as const satisfies Layout;

/** struct timespec, clock_gettime(2). */
export const TIMESPEC = { size: 16, at: { tv_sec: 0, tv_nsec: 8 } } as const satisfies Layout;

/** struct rlimit, getrlimit(2). */
export const RLIMIT = { size: 16, at: { rlim_cur: 0, rlim_max: 8 } } as const satisfies Layout;

/** struct statx, statx(2). */
export const STATX = {
  size: 256,
  at: {
    stx_nlink: 16,
    stx_uid: 20,
    stx_gid: 24,
    stx_mode: 28,
    stx_ino: 32,
    stx_size: 40,
    stx_dev_major: 136,
    stx_dev_minor: 140,
  },
} as const satisfies Layout;

/** struct inotify_event, inotify(7); its name follows. */
export const INOTIFY_EVENT = {
  size: 16,
  at: { wd: 0, mask: 4, cookie: 8, len: 12 },
} as const satisfies Layout;

/** struct dirent64, getdents64(2); the name ends with a zero, and the next entry follows. */
export const DIRENT64 = {
  size: 280,
  at: { d_ino: 0, d_reclen: 16, d_type: 18, d_name: 19 },
} as const satisfies Layout;

/** struct sockaddr_un, unix(7). */
export const SOCKADDR_UN = {
  size: 110,
  at: { sun_family: 0, sun_path: 2 },
} as const satisfies Layout;

/** struct passwd, getpwnam(3). */
export const PASSWD = {
  size: 48,
  at: { pw_uid: 16, pw_gid: 20, pw_dir: 32 },
} as const satisfies Layout;

/** What posix_spawn(3) and sigemptyset(3) are given; only the C library looks into them. */
/** Of the C library, which has a function for each, but none that takes a policy with a flag. */
export const POSIX_SPAWNATTR = {
  size: 336,
  at: { __sp: 264, __policy: 268 },
} as const satisfies Layout;
export const POSIX_SPAWN_FILE_ACTIONS = { size: 80, at: {} } as const satisfies Layout;
export const SIGSET = { size: 128, at: {} } as const satisfies Layout;

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
