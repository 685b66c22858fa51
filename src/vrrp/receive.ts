import { compareIp, equalIp, formatIp, type IpAddress } from "../base/ip.ts";
import { ok, type Result } from "../base/result.ts";
import { MS_PER_S } from "../base/units.ts";
import { AUTH_TYPE, equalAuthData } from "../wire/auth.ts";
import type { Packet } from "../wire/frame.ts";
import { type Reject, reject } from "../wire/reject.ts";
import { VRRP_GROUP, VRRP_TTL } from "../wire/vrrp.ts";
import * as vrrp2 from "../wire/vrrp2.ts";
import { type HeardAdvert, OWNER_PRIORITY, type RouterConfig } from "./types.ts";

/** An advertisement that passed every check. */
export interface Accepted {
  readonly advert: HeardAdvert;
  /** The sender lists other addresses than we do, which was no reason to drop it. */
  readonly otherAddresses: boolean;
}

/**
 * The checks that need no virtual router: where the packet went and how far it came (RFC 3768
 * section 7.1). They come before the group is looked up, so a stranger's packet costs little.
 */
export function acceptPacket(packet: Packet): Result<Packet, Reject> {
  if (!packet.ipChecksumOk) return reject("ipChecksum", "wrong IPv4 header checksum");
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
  const authentic = checkAuth(config, advert);
  if (!authentic.ok) return authentic;
  const otherAddresses = !sameAddresses(config.addresses, advert.addresses);
  if (otherAddresses && dropsOtherAddresses(config, advert.priority)) {
    const list = advert.addresses.map(formatIp).join(", ");
    return reject("addressList", `addresses ${list}`);
  }
  const { source: from, sourceMac: fromMac } = packet;
  return ok({ advert: { priority: advert.priority, intervalMs, from, fromMac }, otherAddresses });
}

function checkAuth(config: RouterConfig, advert: vrrp2.Vrrp2Advert): Result<void, Reject> {
  const expected = config.auth.type === "none" ? AUTH_TYPE.none : AUTH_TYPE.simplePassword;
  if (advert.authType !== expected) {
    return reject("authType", `authentication type ${advert.authType}, ours is ${expected}`);
  }
  // Without authentication the data is ignored (RFC 3768 section 5.3.10).
  if (config.auth.type === "none" || equalAuthData(advert.authData, config.auth.data)) {
    return ok(undefined);
  }
  return reject("authData", "another password");
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

/** The same set: order and repetition do not count. */
function sameAddresses(ours: readonly IpAddress[], theirs: readonly IpAddress[]): boolean {
  if (ours.length === theirs.length && ours.every((one, index) => matches(one, theirs[index]))) {
    return true;
  }
  return includesAll(ours, theirs) && includesAll(theirs, ours);
}

function includesAll(set: readonly IpAddress[], subset: readonly IpAddress[]): boolean {
  return subset.every((one) => set.some((other) => compareIp(one, other) === 0));
}

function matches(one: IpAddress, other: IpAddress | undefined): boolean {
  return other !== undefined && equalIp(one, other);
}
