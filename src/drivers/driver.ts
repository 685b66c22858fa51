import type { IpAddress, IpPrefix } from "../base/ip.ts";
import type { MacAddress } from "../base/mac.ts";
import type { AddressInfo, LinkInfo } from "../wire/rtnetlink.ts";
import {
  type Ipv4Settings,
  type Ipv6Settings,
  isIpv4SettingName,
  type Settings,
} from "../wire/rtnetlink_settings.ts";
import type { RouteInfo } from "../wire/rtnetlink_route.ts";

/**
 * Our mark on addresses and routes: VRRP's own protocol number, which neither the kernel nor the
 * daemons of iproute2's rt_protos use.
 */
export const OUR_PROTOCOL = 112;

/** One wish to the kernel. `interfaceName` is for messages; the index says which link is meant. */
export type Change =
  /** IPv6 addresses are there at once: nobody is asked whether another has them (IFA_F_NODAD). */
  | AddressWish & { readonly change: "addAddress"; readonly noPrefixRoute: boolean }
  | AddressWish & { readonly change: "removeAddress" }
  | LinkWish & {
    readonly change: "setMac";
    readonly mac: MacAddress;
    /** The interface's own one, to go back to; what it has now where it is absent. */
    readonly ownMac?: MacAddress;
  }
  | LinkWish & { readonly change: "setUp" }
  | LinkWish & { readonly change: "setIpv4"; readonly settings: Ipv4Settings }
  /** Setting `disableIpv6` to 1 also takes every IPv6 address from the link. */
  | LinkWish & { readonly change: "setIpv6"; readonly settings: Ipv6Settings }
  | LinkWish & { readonly change: "noAddressGeneration" }
  | LinkWish & { readonly change: "deleteLink" }
  | {
    readonly change: "addMacvlan";
    readonly interfaceName: string;
    readonly parentIndex: number;
    readonly mac: MacAddress;
    readonly group: number;
  }
  | { readonly change: "deleteLinkGroup"; readonly group: number }
  | { readonly change: "addRoute"; readonly route: Route }
  | {
    readonly change: "removeRoute";
    readonly route: Route;
    /** Who has set it (rtm_protocol); we where it is absent. */
    readonly protocol?: number;
  };

/** A route of the main table through a neighbour. */
export interface Route {
  readonly destination: IpPrefix;
  readonly nextHop: IpAddress;
  /**
   * Of the interface that has the next hop, which must be said of a link-local one of IPv6: of others
   * the kernel finds it.
   */
  readonly ifindex?: number;
  /** Of several routes to one destination the lowest wins; 0 where it is absent. */
  readonly metric?: number;
  /** In bytes; the interface's where it is absent. */
  readonly mtu?: number;
}

interface LinkWish {
  readonly interfaceName: string;
  readonly ifindex: number;
}

interface AddressWish extends LinkWish {
  readonly prefix: IpPrefix;
}

/** What the kernel gives an IPv6 route that is set without a metric (IP6_RT_PRIO_USER). */
const USUAL_IPV6_METRIC = 1024;

/** The metric that the route has in the kernel's table. */
export function metricOf(
  { destination, metric = 0 }: Pick<Route, "destination" | "metric">,
): number {
  return metric === 0 && destination.address.family === 6 ? USUAL_IPV6_METRIC : metric;
}

/** The changes that make settings of both families. */
export function settingChanges(link: LinkWish, settings: Settings): Change[] {
  const names = Object.entries(settings);
  const ipv4 = Object.fromEntries(names.filter(([name]) => isIpv4SettingName(name)));
  const ipv6 = Object.fromEntries(names.filter(([name]) => !isIpv4SettingName(name)));
  const { ifindex, interfaceName } = link;
  const changes: Change[] = [
    { change: "setIpv4", ifindex, interfaceName, settings: ipv4 },
    { change: "setIpv6", ifindex, interfaceName, settings: ipv6 },
  ];
  return changes.filter((change) =>
    "settings" in change && Object.keys(change.settings).length > 0
  );
}

/** A change that the kernel refused. */
export class DriverError extends Error {
  override readonly name = "DriverError";
  readonly change: Change;
  /** Symbolic errno, for example `EPERM`. */
  readonly code: string;

  constructor(change: Change, code: string, detail: string) {
    super(detail);
    this.change = change;
    this.code = code;
  }
}

export type DriverName = "netlink" | "libnl" | "ioctl";

/** Changes the kernel's network configuration, and says what it is. */
export interface Driver extends Disposable {
  readonly name: DriverName;
  /** What it refuses with EOPNOTSUPP whatever the object is. */
  readonly cannot: readonly Change["change"][];
  /**
   * Carries the changes out in order, as one batch where the kernel takes one. A change that is
   * refused does not stop the ones after it; the refusals come back.
   */
  apply(changes: readonly Change[]): readonly DriverError[];
  links(): readonly LinkInfo[];
  /** Addresses of all interfaces, those of IPv4 first. */
  addresses(): readonly AddressInfo[];
  /**
   * Routes of the main table, those of IPv4 first: all, or those of one routing protocol. A router with the whole
   * Internet's table should name one, because the kernel then leaves the others out of the list.
   */
  routes(filter?: { readonly protocol: number }): readonly RouteInfo[];
}

/**
 * Codes that say of a change that it is so already, or that what it would undo is gone. They are
 * no refusals where the caller only wants the end state.
 */
const SO_ALREADY: Readonly<Record<Change["change"], readonly string[]>> = {
  addAddress: ["EEXIST"],
  removeAddress: ["EADDRNOTAVAIL", "ENODEV"],
  setMac: [],
  setUp: [],
  setIpv4: [],
  setIpv6: [],
  noAddressGeneration: ["EAFNOSUPPORT"],
  addMacvlan: [],
  deleteLink: ["ENODEV"],
  deleteLinkGroup: ["ENODEV"],
  // EEXIST says only that destination and metric are taken: the next hop may be another one.
  addRoute: [],
  removeRoute: ["ESRCH"],
};

/** Whether the refusal means that there was nothing to do. */
export function isSoAlready({ change, code }: DriverError): boolean {
  return SO_ALREADY[change.change].includes(code);
}
