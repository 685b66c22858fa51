import { formatIp, formatPrefix, type IpPrefix, isLinkLocal } from "../../base/ip.ts";
import type { MacAddress } from "../../base/mac.ts";
import { metricOf, type Route } from "../../drivers/driver.ts";
import type { Family } from "../../base/ip.ts";
import type { SettingName } from "../../wire/rtnetlink_settings.ts";

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
  | { readonly note: "links"; readonly group: number }
  /** A table of nftables that does not go with the process that made it. */
  | { readonly note: "table"; readonly name: string };

interface LinkNote {
  readonly ifindex: number;
  readonly name: string;
}

/** A setting under /proc/sys/net/ipv4/conf or .../ipv6/conf of an interface that is not ours. */
export interface SettingNote extends LinkNote {
  readonly note: "setting";
  /** The interface's hardware address: with the index it outlives a change of name. */
  readonly mac: MacAddress;
  readonly setting: SettingName;
  readonly before: number;
  readonly ours: number;
}

/** What one process has to itself. */
export type Claim = RouterClaim | MacClaim;

/** A virtual router that one process runs, and no other may. */
export interface RouterClaim {
  readonly interface: string;
  readonly vrid: number;
  readonly family: Family;
}

/** An interface has one MAC, so that only one virtual router can put its own there. */
export interface MacClaim {
  readonly macOf: string;
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
    case "table":
      return tableKey(note.name);
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
    readonly setting: SettingName;
  },
): string {
  return `setting ${ifindex} ${setting}`;
}

export function routeKey(route: Route): string {
  const { destination, nextHop, ifindex } = route;
  // Elsewhere the kernel has found the interface, and what we asked for does not name it.
  const isOfLink = nextHop.family === 6 && isLinkLocal(nextHop) && ifindex !== undefined;
  const through = `${formatIp(nextHop)}${isOfLink ? `%${ifindex}` : ""}`;
  return `route ${formatPrefix(destination)} ${through} ${metricOf(route)}`;
}

export function linksKey(group: number): string {
  return `links ${group}`;
}

export function tableKey(name: string): string {
  return `table ${name}`;
}

export function claimKey(claim: Claim): string {
  if ("macOf" in claim) return `mac of ${claim.macOf}`;
  const { interface: name, vrid, family } = claim;
  return `${name} ${vrid} ${family}`;
}
