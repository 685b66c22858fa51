import { formatPrefix } from "../../src/base/ip.ts";
import type { DriverName } from "../../src/drivers/driver.ts";
import { NetlinkDriver } from "../../src/drivers/netlink.ts";
import { type Bench, ipJson, type IpObject } from "./bench.ts";

type Field = string | number | boolean | undefined;
type Thing = Readonly<Record<string, Field>>;

/** What a case leaves on a bench, in words that are the same for every bench. */
export interface EndState {
  readonly addresses: readonly Thing[];
  readonly routes: readonly Thing[];
  readonly links: readonly Thing[];
}

/**
 * All that two drivers may leave differently where both can do what is asked: these fields are not
 * compared, and have to differ.
 */
export const DIFFERENCES: readonly {
  readonly driver: DriverName;
  readonly of: keyof EndState;
  readonly field: string;
  readonly why: string;
}[] = [
  { driver: "ioctl", of: "addresses", field: "label", why: "an alias has a label of its own" },
  { driver: "ioctl", of: "addresses", field: "protocol", why: "ioctl cannot mark an address" },
  { driver: "ioctl", of: "routes", field: "protocol", why: "ioctl cannot mark a route" },
];

export async function endState(bench: Bench): Promise<EndState> {
  const [addresses, routes, links] = await Promise.all([
    ipJson("-4", "addr", "show"),
    ipJson("-N", "route", "show", "table", "main"),
    ipJson("link", "show"),
  ]);
  const isOf = ({ ifname }: IpObject) => ifname.startsWith(bench.name);
  const marks = marksOf();
  return renamed(bench, {
    addresses: addresses.filter(isOf).flatMap((link) => addressThings(link, marks)),
    routes: routes.map(routeThing),
    links: links.filter(isOf).map(linkThing),
  });
}

/** `ip` of Debian 12 does not show who has set an address. */
function marksOf(): ReadonlyMap<string, number> {
  using lists = new NetlinkDriver();
  return new Map(
    lists.addresses().map(({ ifindex, prefix, protocol }) => [
      `${ifindex} ${formatPrefix(prefix)}`,
      protocol,
    ]),
  );
}

function addressThings(link: IpObject, marks: ReadonlyMap<string, number>): Thing[] {
  return (link.addr_info ?? []).map((
    { local, prefixlen, label, broadcast, noprefixroute, secondary },
  ) => ({
    on: link.ifname,
    address: `${local}/${prefixlen}`,
    label,
    broadcast,
    noprefixroute,
    secondary,
    protocol: marks.get(`${link.ifindex} ${local}/${prefixlen}`),
  }));
}

function routeThing({ dst, dev, gateway, metric, metrics, protocol, prefsrc }: IpObject): Thing {
  return { dst, dev, gateway, metric, mtu: metrics?.[0]?.mtu, protocol, prefsrc };
}

function linkThing(link: IpObject): Thing {
  return {
    name: link.ifname,
    up: link.flags.includes("UP"),
    mac: link.address,
    kind: link.linkinfo?.info_kind,
    mode: link.linkinfo?.info_data?.mode,
    generates: link.inet6_addr_gen_mode,
  };
}

function renamed(bench: Bench, state: EndState): EndState {
  return JSON.parse(JSON.stringify(state).replaceAll(bench.name, "near"));
}

/** Leaves out what `driver` may leave differently than the others. */
export function comparable(state: EndState, driver: DriverName): EndState {
  const rows = DIFFERENCES.filter((row) => row.driver === driver);
  const without = (of: keyof EndState) => {
    const fields = rows.filter((row) => row.of === of).map(({ field }) => field);
    return state[of].map((thing) =>
      Object.fromEntries(Object.entries(thing).filter(([key]) => !fields.includes(key)))
    );
  };
  return { addresses: without("addresses"), routes: without("routes"), links: without("links") };
}
