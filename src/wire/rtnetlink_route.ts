import {
  type Family,
  type IpAddress,
  ipFromBytes,
  type IpPrefix,
  IPV4_SIZE,
  IPV6_SIZE,
} from "../base/ip.ts";
import { copyBytes } from "./bytes.ts";
import {
  type Attribute,
  FLAG,
  type NetlinkMessage,
  parseAttributes,
  readU32,
  u32,
} from "./netlink.ts";
import { addressFamily, type Request, RTM } from "./rtnetlink.ts";

/** struct rtmsg. */
const AT = {
  family: 0,
  destinationLength: 1,
  table: 4,
  protocol: 5,
  scope: 6,
  type: 7,
  flags: 8,
} as const;
const SIZE = 12;

const RTA = { destination: 1, outInterface: 4, gateway: 5, priority: 6, metrics: 8 } as const;
const RTAX_MTU = 2;

const RT_TABLE_MAIN = 254;
const RT_SCOPE_UNIVERSE = 0;
const RTN_UNICAST = 1;
const FAMILY_SIZE: ReadonlyMap<number, number> = new Map([
  [addressFamily(4), IPV4_SIZE],
  [addressFamily(6), IPV6_SIZE],
]);
/** An entry of the kernel's cache, not of the table. */
const RTM_F_CLONED = 0x200;

export interface RouteChange {
  readonly destination: IpPrefix;
  readonly nextHop: IpAddress;
  /** Of the interface that has the next hop; the kernel finds it where this is absent. */
  readonly ifindex?: number | undefined;
  readonly metric?: number;
  /** In bytes. */
  readonly mtu?: number;
  /** Who sets it (rtm_protocol). */
  readonly protocol: number;
}

export interface RouteInfo {
  readonly destination: IpPrefix;
  /** Absent where the route leads straight onto a link, over several next hops or nowhere. */
  readonly nextHop?: IpAddress;
  readonly ifindex?: number;
  readonly metric: number;
  /** In bytes; absent where the interface's holds. */
  readonly mtu?: number;
  /** Who set it (rtm_protocol): 2 the kernel, 3 `ip route` without a word, 4 an administrator. */
  readonly protocol: number;
}

/**
 * Adds a route of the main table. Fails with EEXIST where destination and metric are taken, even
 * by a route through another next hop, with ENETUNREACH where no interface has the next hop.
 */
export function addRoute(change: RouteChange): Request {
  const { mtu } = change;
  const metrics = { type: RTA.metrics, value: [{ type: RTAX_MTU, value: u32(mtu ?? 0) }] };
  return {
    type: RTM.newRoute,
    flags: FLAG.create | FLAG.exclusive,
    fixed: header(change),
    attributes: [...routeAttributes(change), ...(mtu === undefined ? [] : [metrics])],
  };
}

/**
 * Removes the route of this destination, next hop, metric and protocol; one that differs in any of
 * them stays. For IPv4 the metric 0 stands for every metric. Fails with ESRCH where there is none.
 */
export function removeRoute(change: RouteChange): Request {
  return {
    type: RTM.delRoute,
    flags: 0,
    fixed: header(change),
    attributes: routeAttributes(change),
  };
}

/** Asks for the routes of the main table; `protocol` 0 means those of every protocol. */
export function dumpRoutes(
  filter: { readonly family: Family; readonly protocol: number },
): Request {
  const fixed = new Uint8Array(SIZE);
  fixed[AT.family] = addressFamily(filter.family);
  fixed[AT.table] = RT_TABLE_MAIN;
  fixed[AT.protocol] = filter.protocol;
  return { type: RTM.getRoute, flags: FLAG.dump, fixed, attributes: [] };
}

function header({ destination, protocol }: RouteChange): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(SIZE);
  bytes[AT.family] = addressFamily(destination.address.family);
  bytes[AT.destinationLength] = destination.length;
  bytes[AT.table] = RT_TABLE_MAIN;
  bytes[AT.protocol] = protocol;
  bytes[AT.scope] = RT_SCOPE_UNIVERSE;
  bytes[AT.type] = RTN_UNICAST;
  return bytes;
}

function routeAttributes({ destination, nextHop, ifindex, metric }: RouteChange): Attribute[] {
  return [
    { type: RTA.destination, value: destination.address.bytes },
    { type: RTA.gateway, value: nextHop.bytes },
    ...(ifindex === undefined ? [] : [{ type: RTA.outInterface, value: u32(ifindex) }]),
    ...(metric === undefined ? [] : [{ type: RTA.priority, value: u32(metric) }]),
  ];
}

/**
 * Reads RTM_NEWROUTE or RTM_DELROUTE; `undefined` where it is cut short or speaks of another table
 * than the main one, of another family or of the kernel's cache.
 */
export function parseRoute({ payload }: NetlinkMessage): RouteInfo | undefined {
  if (payload.byteLength < SIZE || payload.getUint8(AT.table) !== RT_TABLE_MAIN) return undefined;
  if ((readU32(payload, AT.flags) & RTM_F_CLONED) !== 0) return undefined;
  const attributes = parseAttributes(payload, SIZE);
  const destination = readDestination(payload, attributes.get(RTA.destination));
  if (destination === undefined) return undefined;
  const nextHop = readAddress(attributes.get(RTA.gateway));
  const ifindex = readNumber(attributes.get(RTA.outInterface));
  const metrics = attributes.get(RTA.metrics);
  const mtu = metrics && readNumber(parseAttributes(metrics).get(RTAX_MTU));
  return {
    destination,
    ...(nextHop === undefined ? {} : { nextHop }),
    ...(ifindex === undefined ? {} : { ifindex }),
    metric: readNumber(attributes.get(RTA.priority)) ?? 0,
    ...(mtu === undefined ? {} : { mtu }),
    protocol: payload.getUint8(AT.protocol),
  };
}

/** The default route has no attribute for its destination. */
function readDestination(payload: DataView, value: DataView | undefined): IpPrefix | undefined {
  const size = FAMILY_SIZE.get(payload.getUint8(AT.family));
  const address = value === undefined && size !== undefined
    ? ipFromBytes(new Uint8Array(size))
    : readAddress(value);
  if (address === undefined || address.bytes.length !== size) return undefined;
  return { address, length: payload.getUint8(AT.destinationLength) };
}

function readAddress(view: DataView | undefined): IpAddress | undefined {
  if (view?.byteLength !== IPV4_SIZE && view?.byteLength !== IPV6_SIZE) return undefined;
  return ipFromBytes(copyBytes(view, { at: 0, length: view.byteLength }));
}

function readNumber(view: DataView | undefined): number | undefined {
  return view === undefined || view.byteLength < 4 ? undefined : readU32(view);
}
