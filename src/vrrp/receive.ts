import { assert } from "../base/assert.ts";
import { equalIp, formatIp, type IpAddress } from "../base/ip.ts";
import { err, ok, type Result } from "../base/result.ts";
import { MS_PER_CS, MS_PER_S } from "../base/units.ts";
import type { AddressList } from "../wire/address_list.ts";
import type { Packet } from "../wire/frame.ts";
import * as hmacTrailer from "../wire/hmac_trailer.ts";
import { type Reject, reject } from "../wire/reject.ts";
import { VRRP_GROUP, VRRP_TTL } from "../wire/vrrp.ts";
import * as vrrp2 from "../wire/vrrp2.ts";
import * as vrrp3 from "../wire/vrrp3.ts";
import { checkAuth, needsGuard } from "./auth.ts";
import type { Candidate, Guard } from "./guard.ts";
import type { Instant } from "./stamp_clock.ts";
import { type HeardAdvert, OWNER_PRIORITY, type RouterConfig } from "./types.ts";

/** An advertisement that passed every check. */
export interface Accepted {
  readonly advert: HeardAdvert;
  /** The sender lists other addresses than we do, which was no reason to drop it. */
  readonly otherAddresses: boolean;
}

/** Whom a virtual router listens to in unicast. */
export interface UnicastRules {
  readonly peers: readonly IpAddress[];
  /** 1–255; unset: that of a neighbour. */
  readonly ttlMin?: number;
  /** The address that peers send to; unset where nothing can be sent from here either. */
  readonly own?: IpAddress | undefined;
}

/**
 * Whether the packet came whole, went where it should, and not through a router (RFC 3768 section
 * 7.1). `config` is that of its group, where the group is one of ours; `unicast`, where that one
 * listens to peers instead of the multicast group.
 */
export function acceptPacket(
  packet: Packet,
  config: Pick<RouterConfig, "rfc3768"> | undefined,
  unicast?: UnicastRules,
): Result<Packet, Reject> {
  // rVRRPd gets it wrong with more than one address in the list; the VRRP checksum still stands.
  if (!packet.ipChecksumOk && config?.rfc3768 !== false) {
    return reject("ipChecksum", "wrong IPv4 header checksum");
  }
  if (!acceptsTtl(packet, unicast)) {
    return reject("ttl", `${packet.family === 4 ? "TTL" : "hop limit"} ${packet.ttl}`);
  }
  if (!isDestination(packet, unicast)) {
    return reject("notForUs", `sent to ${formatIp(packet.destination)}`);
  }
  const heeded = unicast?.peers.some((peer) => equalIp(peer, packet.source)) ?? true;
  return heeded ? ok(packet) : reject("notAPeer", "it is none of unicast_peers");
}

/** keepalived leaves the hop limit of IPv6 unicast to the kernel, whose default is 64. */
const KERNEL_HOP_LIMIT = 64;

function acceptsTtl({ ttl, family }: Packet, unicast: UnicastRules | undefined): boolean {
  if (unicast?.ttlMin !== undefined) return ttl >= unicast.ttlMin;
  return ttl === VRRP_TTL || (unicast !== undefined && family === 6 && ttl === KERNEL_HOP_LIMIT);
}

function isDestination(
  { destination, family }: Packet,
  unicast: UnicastRules | undefined,
): boolean {
  const isGroup = equalIp(destination, VRRP_GROUP[family]);
  if (unicast === undefined) return isGroup;
  return unicast.own === undefined ? !isGroup : equalIp(destination, unicast.own);
}

/** What a message says, apart from whom it is for and how it is authenticated. */
interface Content extends Pick<HeardAdvert, "priority" | "intervalMs" | "checksumForm"> {
  readonly list: AddressList;
}

/**
 * Whether `packet`, which passed {@linkcode acceptPacket}, is an advertisement for this virtual
 * router that may change its state; in the order of RFC 3768 and RFC 9568 section 7.1. The guard, of
 * those who need one, comes after all that is not signed, for it remembers what it has seen.
 */
export function acceptAdvert(
  config: RouterConfig,
  packet: Packet,
  guarded?: { readonly guard: Guard; readonly arrival: Instant },
): Result<Accepted, Reject> {
  assert(guarded !== undefined || !needsGuard(config.auth), "what is signed is judged by a guard");
  const parts = config.auth.type === "hmac-sha256"
    ? hmacTrailer.split(packet.message, packet.family)
    : { message: packet.message };
  const read = config.version === 2
    ? readVersion2(config, parts.message)
    : readVersion3(packet, parts);
  if (!read.ok) return read;
  if (packet.ah !== undefined && config.auth.type !== "rfc2338-ah") {
    return reject("authType", "it has an authentication header");
  }
  const fresh = guarded?.guard.check({ packet, ...parts }, guarded.arrival);
  if (fresh?.ok === false) return fresh;
  const { list, ...content } = read.value;
  const otherAddresses = !listsOurs(config, list);
  if (otherAddresses && dropsOtherAddresses(config, content.priority)) {
    return rejectList(list);
  }
  const { source: from, sourceMac: fromMac } = packet;
  return ok({ advert: { ...content, from, fromMac }, otherAddresses });
}

function readVersion2(config: RouterConfig, message: DataView): Result<Content, Reject> {
  const parsed = vrrp2.read(message);
  if (!parsed.ok) return parsed;
  const { priority, advertIntervalS, list } = parsed.value;
  const intervalMs = advertIntervalS * MS_PER_S;
  if (intervalMs !== config.advertIntervalMs) {
    const ours = config.advertIntervalMs / MS_PER_S;
    return reject("advertInterval", `interval ${advertIntervalS} s, ours is ${ours} s`);
  }
  const authentic = checkAuth(config.auth, parsed.value);
  if (!authentic.ok) return authentic;
  return ok({ priority, intervalMs, list });
}

/**
 * Another interval is the Master's right. That the first IPv6 address is to be link-local, erratum
 * 8300 would have us demand: keepalived sends its addresses in any order, and to be deaf to it would
 * make two Masters. An interval of 0 (erratum 8301) would make every Backup time out at once.
 */
function readVersion3(
  { family, source, destination, message: payload }: Packet,
  { message }: Pick<Candidate, "message">,
): Result<Content, Reject> {
  // Over IPv6 it is the kernel that sums up, and knows of no trailer that would not count.
  const covered = family === 6 ? payload : message;
  const parsed = vrrp3.read(message, { source, destination }, covered);
  if (!parsed.ok) return parsed;
  const { priority, advertIntervalCs, list, checksumForm } = parsed.value;
  if (advertIntervalCs === 0) return reject("advertInterval", "interval 0");
  const content = { priority, intervalMs: advertIntervalCs * MS_PER_CS, list };
  // Over IPv6 there is one reading only.
  return ok(family === 4 ? { ...content, checksumForm } : content);
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

/** The addresses are formatted where a line is logged: of a flood of long lists that is one. */
function rejectList(list: AddressList): Result<never, Reject> {
  return err({
    reason: "addressList",
    get detail() {
      return `addresses ${list.toAddresses().map(formatIp).join(", ")}`;
    },
  });
}

/**
 * The same set: order and repetition do not count. With `rfc3768 = false` addresses of the sender's
 * own interface stand beside the virtual ones.
 */
function listsOurs(
  { addresses: ours, rfc3768 }: RouterConfig,
  theirs: AddressList,
): boolean {
  if (theirs.isExactly(ours)) return true;
  return (!rfc3768 || theirs.isWithin(ours)) && theirs.includesAll(ours);
}
