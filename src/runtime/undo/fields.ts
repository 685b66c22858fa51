import { type Family, type IpPrefix, parseIp, parsePrefix } from "../../base/ip.ts";
import { type MacAddress, parseMac } from "../../base/mac.ts";
import type { Route } from "../../drivers/driver.ts";
import {
  isIpv4SettingName,
  isIpv6SettingName,
  type SettingName,
} from "../../wire/rtnetlink_settings.ts";
import { isTableName } from "../accept/table_name.ts";
import { isOurLinkGroup } from "../link_group.ts";

/*
 * Readers for the fields of an undo file, which anybody may have written: each gives `undefined`
 * for what we never write ourselves.
 */

export type Fields = Readonly<Record<string, unknown>>;

const MAX_IFINDEX = 0x7fff_ffff;
const MAX_U32 = 0xffff_ffff;

export function readFields(value: unknown): Fields | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as Fields
    : undefined;
}

export function readNumber(
  value: unknown,
  range: { readonly least: number; readonly most: number },
): number | undefined {
  const fits = typeof value === "number" && Number.isInteger(value) &&
    value >= range.least && value <= range.most;
  return fits ? value : undefined;
}

export function readIfindex(value: unknown): number | undefined {
  return readNumber(value, { least: 1, most: MAX_IFINDEX });
}

/** What the kernel takes as an interface's name (dev_valid_name), and nothing that confuses a terminal. */
export function readLinkName(value: unknown): string | undefined {
  if (typeof value !== "string" || value === "." || value === "..") {
    return undefined;
  }
  return /^[^\s/:\p{C}]{1,15}$/u.test(value) ? value : undefined;
}

export function readPrefix(value: unknown): IpPrefix | undefined {
  return typeof value === "string" ? parsePrefix(value) : undefined;
}

export function readTableName(value: unknown): string | undefined {
  return typeof value === "string" && isTableName(value) ? value : undefined;
}

export function readFamily(value: unknown): Family | undefined {
  return value === 4 || value === 6 ? value : undefined;
}

function readMac(value: unknown): MacAddress | undefined {
  return typeof value === "string" ? parseMac(value) : undefined;
}

/** One of VRRP's own (RFC 9568 section 7.3). */
export function readVirtualMac(value: unknown): MacAddress | undefined {
  const mac = readMac(value);
  return mac !== undefined && isVirtualMac(mac) ? mac : undefined;
}

/** One that an interface can have, and no virtual one: that is never its own. */
export function readOwnMac(value: unknown): MacAddress | undefined {
  const mac = readMac(value);
  return mac !== undefined && isOwnMac(mac) ? mac : undefined;
}

export function isVirtualMac(mac: MacAddress): boolean {
  const [a, b, c, d, e = 0] = mac;
  return a === 0x00 && b === 0x00 && c === 0x5e && d === 0x00 &&
    (e === 0x01 || e === 0x02);
}

/** Unicast, not all zeros, not virtual. */
export function isOwnMac(mac: MacAddress): boolean {
  const [first = 0] = mac;
  return (first & 1) === 0 && mac.some((byte) => byte !== 0) &&
    !isVirtualMac(mac);
}

export function readSettingName(value: unknown): SettingName | undefined {
  if (typeof value !== "string") return undefined;
  return isIpv4SettingName(value) || isIpv6SettingName(value) ? value : undefined;
}

/** The kernel checks most settings for nothing, so that any value may have been there before. */
export function readSettingValue(value: unknown): number | undefined {
  return readNumber(value, { least: 0, most: MAX_U32 });
}

export function readGroup(value: unknown): number | undefined {
  const group = readNumber(value, { least: 1, most: MAX_U32 });
  return group !== undefined && isOurLinkGroup(group) ? group : undefined;
}

export function readRoute(fields: Fields): Route | undefined {
  const destination = readPrefix(fields.destination);
  const nextHop = typeof fields.nextHop === "string" ? parseIp(fields.nextHop) : undefined;
  const metric = readNumber(fields.metric, { least: 0, most: MAX_U32 });
  const ifindex = readIfindex(fields.ifindex);
  const known = (fields.metric === undefined || metric !== undefined) &&
    (fields.ifindex === undefined || ifindex !== undefined);
  if (destination === undefined || nextHop === undefined || !known) {
    return undefined;
  }
  if (destination.address.family !== nextHop.family) return undefined;
  return {
    destination,
    nextHop,
    ...(ifindex === undefined ? {} : { ifindex }),
    ...(metric === undefined ? {} : { metric }),
  };
}
