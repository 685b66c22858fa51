import { formatIp, formatPrefix, type IpPrefix } from "../../base/ip.ts";
import type { MacAddress } from "../../base/mac.ts";
import type { Route } from "../../drivers/driver.ts";
import type { Family } from "../../base/ip.ts";
import type { Ipv4SettingName } from "../../wire/rtnetlink.ts";

/**
 * Something of the machine that is about to change, with what is needed to know it again and to
 * take it back. This list is closed: nothing else is ever undone.
 */
export type Note =
  /** An address that we set. Without our mark it cannot be told from somebody else's. */
  | LinkNote & {
    readonly note: "address";
    readonly prefix: IpPrefix;
    readonly marked: boolean;
  }
  /** The interface's own hardware address, and the virtual one that takes its place. */
  | LinkNote & {
    readonly note: "mac";
    readonly before: MacAddress;
    readonly ours: MacAddress;
  }
  | SettingNote
  /** A route that we set. */
  | { readonly note: "route"; readonly route: Route; readonly marked: boolean }
  /** All links that we make carry this group. */
  | { readonly note: "links"; readonly group: number };

interface LinkNote {
  readonly ifindex: number;
  readonly name: string;
}

/** A setting under /proc/sys/net/ipv4/conf of an interface that is not ours. */
export interface SettingNote extends LinkNote {
  readonly note: "setting";
  /** The interface's hardware address: with the index it outlives a change of name. */
  readonly mac: MacAddress;
  readonly setting: Ipv4SettingName;
  readonly before: number;
  readonly ours: number;
}

/** A virtual router that one process runs, and no other may. */
export interface Claim {
  readonly interface: string;
  readonly vrid: number;
  readonly family: Family;
}

/** The same for two notes about the same thing, in whatever process. */
export function noteKey(note: Note): string {
  switch (note.note) {
    case "address":
      return addressKey(note);
    case "mac":
      return macKey(note.ifindex);
    case "setting":
      return settingKey(note);
    case "route":
      return routeKey(note.route);
    case "links":
      return linksKey(note.group);
  }
}

export function addressKey(
  { ifindex, prefix }: { readonly ifindex: number; readonly prefix: IpPrefix },
): string {
  return `address ${ifindex} ${formatPrefix(prefix)}`;
}

export function macKey(ifindex: number): string {
  return `mac ${ifindex}`;
}

export function settingKey(
  { ifindex, setting }: {
    readonly ifindex: number;
    readonly setting: Ipv4SettingName;
  },
): string {
  return `setting ${ifindex} ${setting}`;
}

export function routeKey({ destination, nextHop, metric = 0 }: Route): string {
  return `route ${formatPrefix(destination)} ${formatIp(nextHop)} ${metric}`;
}

export function linksKey(group: number): string {
  return `links ${group}`;
}

export function claimKey({ interface: name, vrid, family }: Claim): string {
  return `${name} ${vrid} ${family}`;
}
