import type { Change, DriverName } from "../../src/drivers/driver.ts";
import { ip } from "../../src/base/ip.ts";
import { type Bench, prefix } from "./bench.ts";

/** Abilities that are finer than a kind of change. */
type Shade =
  | "addressWithoutRoute"
  | "ipv6Address"
  | "ipv6Route"
  | "largeMetric"
  | "mark"
  | "routeMtu";

export type Ability = Change["change"] | Shade;

export const DRIVER_NAMES: readonly DriverName[] = ["netlink", "libnl", "ioctl"];

/** What no list of a driver's says because it depends on more than the kind of change. */
const LACKING: Readonly<Record<DriverName, readonly Shade[]>> = {
  netlink: [],
  libnl: [],
  ioctl: ["addressWithoutRoute", "ipv6Address", "ipv6Route", "largeMetric", "mark", "routeMtu"],
};

export function can(
  driver: { readonly name: DriverName; readonly cannot: readonly string[] },
  ability: Ability,
): boolean {
  return !driver.cannot.includes(ability) &&
    !LACKING[driver.name].some((lacking) => lacking === ability);
}

interface Row {
  /** The first cell of the README's table. */
  readonly row: string;
  /** What a driver without the ability refuses; absent where it is passed over without a word. */
  readonly wish?: (bench: Bench) => Change;
}

export const ABILITIES: Readonly<Record<Ability, Row>> = {
  addAddress: { row: "add an IPv4 address" },
  removeAddress: { row: "remove an IPv4 address" },
  addressWithoutRoute: {
    row: "… without a route to its network",
    wish: (bench) => bench.addAddress("10.9.0.5/24", true),
  },
  mark: { row: "… marked as ours (Linux 5.18)" },
  ipv6Address: {
    row: "add, remove an IPv6 address",
    wish: (bench) => bench.addAddress("2001:db8::5/64"),
  },
  setMac: { row: "change an interface's MAC" },
  setUp: { row: "bring a link up" },
  setIpv4: {
    row: "change an interface's settings",
    wish: (bench) => ({ change: "setIpv4", ...bench.target, settings: { arpIgnore: 1 } }),
  },
  setIpv6: {
    row: "… of IPv6, by files",
    wish: (bench) => ({ change: "setIpv6", ...bench.target, settings: { disableIpv6: 1 } }),
  },
  noAddressGeneration: {
    row: "keep IPv6 addresses off a link",
    wish: (bench) => ({ change: "noAddressGeneration", ...bench.target }),
  },
  addMacvlan: { row: "make a macvlan", wish: (bench) => bench.addMacvlan("vr7") },
  deleteLink: {
    row: "delete a link",
    wish: (bench) => ({ change: "deleteLink", ...bench.target }),
  },
  deleteLinkGroup: {
    row: "delete a group of links",
    wish: ({ group }) => ({ change: "deleteLinkGroup", group }),
  },
  addRoute: { row: "add an IPv4 route" },
  removeRoute: { row: "remove an IPv4 route" },
  routeMtu: {
    row: "… with an MTU",
    wish: (bench) => bench.addRoute({ mtu: 1400 }),
  },
  largeMetric: {
    row: "… with a metric above 32766",
    wish: (bench) => bench.addRoute({ metric: 32_767 }),
  },
  ipv6Route: {
    row: "add, remove an IPv6 route",
    wish: (bench) =>
      bench.addRoute({ destination: prefix("2001:db8:1::/48"), nextHop: ip("2001:db8::9") }),
  },
};
