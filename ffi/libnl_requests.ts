import { libnl } from "./libnl.ts";
import { made, succeeded } from "./libnl_error.ts";
import { NlMessage } from "./libnl_message.ts";

const AF_INET = 2;
const AF_INET6 = 10;
const AF_LLC = 26;
const IPV4_SIZE = 4;
const CREATE_NEW = 0x600;
const IFA_F_NODAD = 0x02;
const IFA_F_NOPREFIXROUTE = 0x200;
const IFA_CACHEINFO = 6;
const IFA_PROTO = 11;
/** struct ifa_cacheinfo: preferred for 0 seconds, valid for ever, and two instants. */
const NEVER_PREFERRED = Uint32Array.of(0, 0xffff_ffff, 0, 0);
const IFF_UP = 1;
const IFINFOMSG_BYTES = 16;
const IFLA_GROUP = 27;
const IN6_ADDR_GEN_MODE_NONE = 1;
const MACVLAN_MODE_BRIDGE = 4;
const RTAX_MTU = 2;
const RTM_DELLINK = 17;
const RT_TABLE_MAIN = 254;
const RT_SCOPE_UNIVERSE = 0;

type Pointer = Deno.PointerObject;
type Bytes = Uint8Array<ArrayBuffer>;
/** Completes a description and puts the message made of it into `result`; gives libnl's code. */
type Builder = (object: Pointer, result: BigUint64Array<ArrayBuffer>) => number;

/** An IP address of 4 or 16 bytes in network byte order, and the length of its network in bits. */
export interface Network {
  readonly address: Bytes;
  readonly length: number;
}

/** An object of libnl that lives for one request. */
class Handle implements Disposable {
  readonly pointer: Pointer;
  readonly #free: (pointer: Pointer) => void;

  constructor(object: Deno.PointerValue, free: (pointer: Pointer) => void) {
    this.pointer = made(object, operation);
    this.#free = free;
  }

  [Symbol.dispose](): void {
    this.#free(this.pointer);
  }
}

function operation(): string {
  return "describe a change to libnl";
}

function cString(text: string): Bytes {
  return new TextEncoder().encode(`${text}\0`);
}

function done(result: number): void {
  succeeded(result, operation);
}

/** Others that keep the address count a reference of their own. */
function nlAddress(family: number, bytes: Bytes): Handle {
  const address = libnl().nl_addr_build(family, bytes, BigInt(bytes.length));
  return new Handle(address, libnl().nl_addr_put);
}

/** `address` has 4 or 16 bytes in network byte order. */
function ipAddress(address: Bytes): Handle {
  return nlAddress(address.length === IPV4_SIZE ? AF_INET : AF_INET6, address);
}

function network({ address, length }: Network): Handle {
  const handle = ipAddress(address);
  libnl().nl_addr_set_prefixlen(handle.pointer, length);
  return handle;
}

export interface AddressWish {
  readonly ifindex: number;
  readonly network: Network;
}

/**
 * No IPv6 address is asked for first (IFA_F_NODAD), nor the source of the machine's own connections.
 * `protocol` is the mark (IFA_PROTO), which the library has no setter for.
 */
export function addAddressRequest(
  wish: AddressWish & { readonly noPrefixRoute: boolean; readonly protocol: number },
): NlMessage {
  const isIpv6 = wish.network.address.length !== IPV4_SIZE;
  const request = describeAddress(wish, (address, result) => {
    const flags = (isIpv6 ? IFA_F_NODAD : 0) | (wish.noPrefixRoute ? IFA_F_NOPREFIXROUTE : 0);
    if (flags !== 0) libnl().rtnl_addr_set_flags(address, flags);
    return libnl().rtnl_addr_build_add_request(address, CREATE_NEW, result);
  }).put(IFA_PROTO, Uint8Array.of(wish.protocol));
  return isIpv6 ? request.put(IFA_CACHEINFO, new Uint8Array(NEVER_PREFERRED.buffer)) : request;
}

export function removeAddressRequest(wish: AddressWish): NlMessage {
  return describeAddress(
    wish,
    (address, result) => libnl().rtnl_addr_build_delete_request(address, 0, result),
  );
}

function describeAddress(wish: AddressWish, build: Builder): NlMessage {
  using local = network(wish.network);
  using address = new Handle(libnl().rtnl_addr_alloc(), libnl().rtnl_addr_put);
  libnl().rtnl_addr_set_ifindex(address.pointer, wish.ifindex);
  done(libnl().rtnl_addr_set_local(address.pointer, local.pointer));
  return NlMessage.build((result) => build(address.pointer, result));
}

/** `mac` has 6 bytes. */
export function setMacRequest(ifindex: number, mac: Bytes): NlMessage {
  using address = nlAddress(AF_LLC, mac);
  return changeLink(ifindex, (link) => libnl().rtnl_link_set_addr(link, address.pointer));
}

export function setUpRequest(ifindex: number): NlMessage {
  return changeLink(ifindex, (link) => libnl().rtnl_link_set_flags(link, IFF_UP));
}

/** `settings` are pairs of an IPV4_DEVCONF_* number and its value. */
export function setIpv4Request(
  ifindex: number,
  settings: readonly (readonly [number, number])[],
): NlMessage {
  return changeLink(ifindex, (link) => {
    for (const [number, value] of settings) {
      done(libnl().rtnl_link_inet_set_conf(link, number, value));
    }
  });
}

export function noAddressGenerationRequest(ifindex: number): NlMessage {
  return changeLink(ifindex, (link) => {
    done(libnl().rtnl_link_inet6_set_addr_gen_mode(link, IN6_ADDR_GEN_MODE_NONE));
  });
}

function changeLink(ifindex: number, describe: (link: Pointer) => void): NlMessage {
  using present = linkOf(ifindex);
  using wanted = new Handle(libnl().rtnl_link_alloc(), libnl().rtnl_link_put);
  describe(wanted.pointer);
  return NlMessage.build((result) =>
    libnl().rtnl_link_build_change_request(present.pointer, wanted.pointer, 0, result)
  );
}

function linkOf(ifindex: number): Handle {
  const link = new Handle(libnl().rtnl_link_alloc(), libnl().rtnl_link_put);
  libnl().rtnl_link_set_ifindex(link.pointer, ifindex);
  return link;
}

/** A macvlan in bridge mode, down. */
export function addMacvlanRequest(wish: {
  readonly name: string;
  readonly parentIndex: number;
  readonly mac: Bytes;
  readonly group: number;
}): NlMessage {
  using link = new Handle(libnl().rtnl_link_macvlan_alloc(), libnl().rtnl_link_put);
  using mac = nlAddress(AF_LLC, wish.mac);
  libnl().rtnl_link_set_name(link.pointer, cString(wish.name));
  libnl().rtnl_link_set_link(link.pointer, wish.parentIndex);
  libnl().rtnl_link_set_addr(link.pointer, mac.pointer);
  libnl().rtnl_link_set_group(link.pointer, wish.group);
  done(libnl().rtnl_link_macvlan_set_mode(link.pointer, MACVLAN_MODE_BRIDGE));
  return NlMessage.build((result) =>
    libnl().rtnl_link_build_add_request(link.pointer, CREATE_NEW, result)
  );
}

export function deleteLinkRequest(ifindex: number): NlMessage {
  using link = linkOf(ifindex);
  return NlMessage.build((result) => libnl().rtnl_link_build_delete_request(link.pointer, result));
}

/** libnl has no builder for a request that names no link. */
export function deleteLinkGroupRequest(group: number): NlMessage {
  const fixed = new Uint8Array(IFINFOMSG_BYTES);
  const value = new Uint8Array(Uint32Array.of(group).buffer);
  return NlMessage.of({ type: RTM_DELLINK, flags: 0, fixed }).put(IFLA_GROUP, value);
}

/** Of the main table. */
export interface RouteWish {
  readonly destination: Network;
  readonly nextHop: Bytes;
  /** Of the interface that has the next hop; the kernel finds it where this is absent. */
  readonly ifindex?: number;
  readonly metric?: number;
  /** In bytes. */
  readonly mtu?: number;
  /** rtm_protocol. */
  readonly protocol: number;
}

export function addRouteRequest(wish: RouteWish): NlMessage {
  const { mtu } = wish;
  return describeRoute(wish, (route, result) => {
    if (mtu !== undefined) done(libnl().rtnl_route_set_metric(route, RTAX_MTU, mtu));
    return libnl().rtnl_route_build_add_request(route, CREATE_NEW, result);
  });
}

export function removeRouteRequest(wish: RouteWish): NlMessage {
  return describeRoute(
    wish,
    (route, result) => libnl().rtnl_route_build_del_request(route, 0, result),
  );
}

function describeRoute(
  { destination, nextHop, ifindex, metric, protocol }: RouteWish,
  build: Builder,
): NlMessage {
  using to = network(destination);
  using gateway = ipAddress(nextHop);
  using route = new Handle(libnl().rtnl_route_alloc(), libnl().rtnl_route_put);
  done(libnl().rtnl_route_set_dst(route.pointer, to.pointer));
  libnl().rtnl_route_set_table(route.pointer, RT_TABLE_MAIN);
  libnl().rtnl_route_set_scope(route.pointer, RT_SCOPE_UNIVERSE);
  libnl().rtnl_route_set_protocol(route.pointer, protocol);
  if (metric !== undefined) libnl().rtnl_route_set_priority(route.pointer, metric);
  const hop = made(libnl().rtnl_route_nh_alloc(), operation);
  libnl().rtnl_route_nh_set_gateway(hop, gateway.pointer);
  if (ifindex !== undefined) libnl().rtnl_route_nh_set_ifindex(hop, ifindex);
  // From here on the next hop is freed with the route.
  libnl().rtnl_route_add_nexthop(route.pointer, hop);
  return NlMessage.build((result) => build(route.pointer, result));
}
