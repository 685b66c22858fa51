import type { Ipv4Settings, Ipv6Settings } from "../wire/rtnetlink_settings.ts";

/** medium_id = -1: no answers for others, whatever proxy_arp is (kernel, ip-sysctl). */
const NO_PROXY_MEDIUM = 0xffff_ffff;

/**
 * rp_filter. Strict (1) takes all that arrives on a macvlan for spoofed, even ARP questions, because
 * the way back to every neighbour leads through the parent. The greater of a link's value and that
 * of `all` counts, so this one outweighs a strict `all`. Unlike 0, it lets nothing in at all while the
 * link has no address: neither what is to be forwarded nor what is for an address of another link.
 */
const LOOSE = 2;

/**
 * A macvlan that answers for its own addresses only and never with another's name, and is as good
 * as deaf while it has none. All of it is set, also where it is the kernel's usual value, because a
 * new link begins with what somebody has put into `default`.
 */
export const CHILD_SETTINGS: Ipv4Settings = {
  // Else it answers for the parent's own address with the virtual MAC.
  arpIgnore: 1,
  arpAnnounce: 2,
  // Else no answer: the way to who asks never leads out of this link.
  arpFilter: 0,
  rpFilter: LOOSE,
  acceptLocal: 0,
  // Else a Master answers for every neighbour, because the way to each leads out of another link,
  // the parent. With proxy_arp on in `all`, only the medium keeps it from that.
  proxyArp: 0,
  mediumId: NO_PROXY_MEDIUM,
  proxyArpPvlan: 0,
  // Removing one address must not take others of its network along.
  promoteSecondaries: 1,
  sendRedirects: 0,
  forwarding: 0,
};

/**
 * What a take-over sets. The filter once more: udev gives every new link the settings of sysctl.conf,
 * often a strict one among them, and does so after we have made ours.
 */
export function masterSettings(forwarding: number): Ipv4Settings {
  return { forwarding, rpFilter: LOOSE };
}

export const BACKUP_SETTINGS: Ipv4Settings = { forwarding: 0 };

/**
 * A macvlan without IPv6, which is what keeps a Backup's from it: unlike with IPv4, a link's own
 * `forwarding` says only whether it behaves like a router, and with `all` it forwards what a switch
 * floods to the virtual MAC, address or not.
 */
const NO_IPV6: Ipv6Settings = { disableIpv6: 1 };

/** Of a macvlan that is to carry IPv6 addresses. It never takes a prefix or a route from a router. */
const IPV6_CHILD_SETTINGS: Ipv6Settings = {
  ...NO_IPV6,
  ipv6Forwarding: 0,
  acceptRa: 0,
  autoconf: 0,
  routerSolicitations: 0,
};

export function childIpv6Settings(
  { carriesIpv6 }: { readonly carriesIpv6: boolean },
): Ipv6Settings {
  return carriesIpv6 ? IPV6_CHILD_SETTINGS : NO_IPV6;
}

/** `forwarding` is the parent's: neighbours are told by it that the address is a router's. */
export function masterIpv6Settings(forwarding: number): Ipv6Settings {
  return { disableIpv6: 0, ipv6Forwarding: forwarding };
}

export const BACKUP_IPV6_SETTINGS: Ipv6Settings = { disableIpv6: 1, ipv6Forwarding: 0 };

/**
 * Of every interface with IPv6 virtual routers: when it is lowered and raised again, it has its own
 * global addresses back. Without this they would be gone for good.
 */
export const IPV6_PARENT_SETTINGS: Ipv6Settings = { keepAddrOnDown: 1 };

/** Of the interface that carries macvlans of ours. */
const PARENT_SETTINGS: Ipv4Settings = {
  // Else it answers for the virtual addresses too, with its own MAC.
  arpIgnore: 1,
  // Else its own questions may say that a virtual address is to be found at its own MAC.
  arpAnnounce: 2,
  // Else it answers for virtual addresses whose Master is another router.
  proxyArp: 0,
  proxyArpPvlan: 0,
  sendRedirects: 0,
};

/** `strictByAll`: whether `net.ipv4.conf.all.rp_filter` is 1. */
export function parentSettings({ strictByAll }: { readonly strictByAll: boolean }): Ipv4Settings {
  return strictByAll ? { ...PARENT_SETTINGS, rpFilter: LOOSE } : PARENT_SETTINGS;
}
