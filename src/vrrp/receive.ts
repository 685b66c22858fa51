import { compareIp, equalIp, formatIp, type IpAddress } from "../base/ip.ts";
import { ok, type Result } from "../base/result.ts";
import { MS_PER_S } from "../base/units.ts";
import type { Packet } from "../wire/frame.ts";
import { type Reject, reject } from "../wire/reject.ts";
import { VRRP_GROUP, VRRP_TTL } from "../wire/vrrp.ts";
import * as vrrp2 from "../wire/vrrp2.ts";
import { checkAuth } from "./auth.ts";
import { type HeardAdvert, OWNER_PRIORITY, type RouterConfig } from "./types.ts";

/** An advertisement that passed every check. */
export interface Accepted {
  readonly advert: HeardAdvert;
  /** The sender lists other addresses than we do, which was no reason to drop it. */
  readonly otherAddresses: boolean;
}

/**
 * Whether the packet came whole, went where it should, and not through a router (RFC 3768 section
 * 7.1). `config` is that of its group, where the group is one of ours.
 */
export function acceptPacket(
  packet: Packet,
  config: Pick<RouterConfig, "rfc3768"> | undefined,
): Result<Packet, Reject> {
  // rVRRPd gets it wrong with more than one address in the list; the VRRP checksum still stands.
  if (!packet.ipChecksumOk && config?.rfc3768 !== false) {
    return reject("ipChecksum", "wrong IPv4 header checksum");
  }
  if (packet.ttl !== VRRP_TTL) return reject("ttl", `TTL ${packet.ttl}`);
  if (!equalIp(packet.destination, VRRP_GROUP[packet.family])) {
    return reject("notForUs", `sent to ${formatIp(packet.destination)}`);
  }
  return ok(packet);
}

/**
 * Whether `packet`, which passed {@linkcode acceptPacket}, is an advertisement for this virtual
 * router that may change its state; in the order of RFC 3768 section 7.1.
 */
export function acceptAdvert(config: RouterConfig, packet: Packet): Result<Accepted, Reject> {
  const parsed = vrrp2.parse(packet.message);
  if (!parsed.ok) return parsed;
  const advert = parsed.value;
  const intervalMs = advert.advertIntervalS * MS_PER_S;
  if (intervalMs !== config.advertIntervalMs) {
    const ours = config.advertIntervalMs / MS_PER_S;
    return reject("advertInterval", `interval ${advert.advertIntervalS} s, ours is ${ours} s`);
  }
  const authentic = checkAuth(config.auth, advert);
  if (!authentic.ok) return authentic;
  const otherAddresses = !listsOurs(config, advert.addresses);
  if (otherAddresses && dropsOtherAddresses(config, advert.priority)) {
    const list = advert.addresses.map(formatIp).join(", ");
    return reject("addressList", `addresses ${list}`);
  }
  const { source: from, sourceMac: fromMac } = packet;
  return ok({ advert: { priority: advert.priority, intervalMs, from, fromMac }, otherAddresses });
}

/** Version 2 drops unless the sender owns the addresses (RFC 3768 7.1), version 3 goes on (9568). */
function dropsOtherAddresses(config: RouterConfig, priority: number): boolean {
  switch (config.checkAddresses) {
    case "drop":
      return true;
    case "auto":
      return config.version === 2 && priority !== OWNER_PRIORITY;
    default:
      return false;
  }
}

/**
 * The same set: order and repetition do not count. With `rfc3768 = false` addresses of the sender's
 * own interface stand beside the virtual ones.
 */
function listsOurs(
  { addresses: ours, rfc3768 }: RouterConfig,
  theirs: readonly IpAddress[],
): boolean {
  if (ours.length === theirs.length && ours.every((one, index) => matches(one, theirs[index]))) {
    return true;
  }
  return includesAll(theirs, ours) && (!rfc3768 || includesAll(ours, theirs));
}

function includesAll(set: readonly IpAddress[], subset: readonly IpAddress[]): boolean {
  return subset.every((one) => set.some((other) => compareIp(one, other) === 0));
}

function matches(one: IpAddress, other: IpAddress | undefined): boolean {
  return other !== undefined && equalIp(one, other);
}
