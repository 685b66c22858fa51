import { readU32 } from "./netlink.ts";

/** IPV4_DEVCONF_* of linux/ip.h: the settings that the daemon reads or writes. */
const IPV4_SETTING = {
  forwarding: 1,
  proxyArp: 3,
  sendRedirects: 6,
  rpFilter: 8,
  arpFilter: 13,
  /** An int: -1 is 0xffff_ffff here. */
  mediumId: 14,
  arpAnnounce: 18,
  arpIgnore: 19,
  promoteSecondaries: 20,
  acceptLocal: 23,
  proxyArpPvlan: 25,
} as const;

export type Ipv4SettingName = keyof typeof IPV4_SETTING;
export type Ipv4Settings = Readonly<Partial<Record<Ipv4SettingName, number>>>;

export function isIpv4SettingName(text: string): text is Ipv4SettingName {
  return Object.hasOwn(IPV4_SETTING, text);
}

/** DEVCONF_* of linux/ipv6.h, and what the setting is called under /proc/sys/net/ipv6/conf. */
const IPV6_SETTING = {
  disableIpv6: { number: 26, file: "disable_ipv6" },
  ipv6Forwarding: { number: 0, file: "forwarding" },
  acceptRa: { number: 3, file: "accept_ra" },
  autoconf: { number: 5, file: "autoconf" },
  routerSolicitations: { number: 7, file: "router_solicitations" },
  keepAddrOnDown: { number: 42, file: "keep_addr_on_down" },
  addrGenMode: { number: 47, file: "addr_gen_mode" },
} as const;

/** None of them is called like one of {@linkcode Ipv4SettingName}. */
export type Ipv6SettingName = keyof typeof IPV6_SETTING;
export type Ipv6Settings = Readonly<Partial<Record<Ipv6SettingName, number>>>;

export function isIpv6SettingName(text: string): text is Ipv6SettingName {
  return Object.hasOwn(IPV6_SETTING, text);
}

/**
 * Each setting that is given by the name of its file with its value, a signed number: rtnetlink reads
 * these, and only files set them.
 */
export function filedSettings(settings: Ipv6Settings): [string, number][] {
  return Object.entries(IPV6_SETTING).flatMap(([name, { file }]): [string, number][] => {
    const value = settings[name as Ipv6SettingName];
    return value === undefined ? [] : [[file, value | 0]];
  });
}

/** Settings of both families. */
export type SettingName = Ipv4SettingName | Ipv6SettingName;
export type Settings = Ipv4Settings & Ipv6Settings;

/** Each setting that is given by its number (IPV4_DEVCONF_*), with its value. */
export function numberedSettings(settings: Ipv4Settings): [number, number][] {
  return Object.entries(IPV4_SETTING).flatMap(([name, number]): [number, number][] => {
    const value = settings[name as Ipv4SettingName];
    return value === undefined ? [] : [[number, value]];
  });
}

/** The kernel gives the settings as an array of 32-bit numbers, counted from 1. */
export function readIpv4Settings(conf: DataView): Ipv4Settings {
  const settings: Partial<Record<Ipv4SettingName, number>> = {};
  for (const [name, number] of Object.entries(IPV4_SETTING)) {
    const at = (number - 1) * 4;
    if (at + 4 <= conf.byteLength) settings[name as Ipv4SettingName] = readU32(conf, at);
  }
  return settings;
}

/** Here the array counts from 0. */
export function readIpv6Settings(conf: DataView): Ipv6Settings {
  const settings: Partial<Record<Ipv6SettingName, number>> = {};
  for (const [name, { number }] of Object.entries(IPV6_SETTING)) {
    const at = number * 4;
    if (at + 4 <= conf.byteLength) settings[name as Ipv6SettingName] = readU32(conf, at);
  }
  return settings;
}
