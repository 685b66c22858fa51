import { run } from "./command.ts";
import { ping } from "./host.ts";
import { setSysctls } from "./sysctl.ts";
import type { TomlTable } from "./toml.ts";
import { type Machine, World } from "./world.ts";

export const VRID = 7;
export const VIRTUAL_MAC = "00:00:5e:00:02:07";
export const LINK_VIP = "fe80::100";
export const VIP = "fd00:9::100";
/** An address that both routers lead to, and the host only through the virtual router. */
export const FAR = "fd00:f::1";

export const ROUTER: TomlTable = {
  group: VRID,
  version: 3,
  vip: [LINK_VIP, VIP],
  preemption: true,
  timers: { advert: 0.2 },
};

/** How a virtual router can be carried, the interface that has its addresses, and where they are. */
export const CARRIERS = [
  { row: "ether", keys: { iftype: "ether" }, carrier: "eth0", length: 64, virtual: true },
  {
    row: "ether with vmac = false",
    keys: { iftype: "ether", vmac: false },
    carrier: "eth0",
    length: 64,
    virtual: false,
  },
  {
    row: "macvlan",
    keys: { iftype: "macvlan" },
    carrier: `standby${VRID}`,
    length: 128,
    virtual: true,
  },
] as const;

/** Two IPv6 routers, and a host that takes the virtual one for its way out. */
export async function ipv6World(): Promise<World> {
  const world = await World.create({ ipv6: true });
  for (const machine of ["r1", "r2"] as const) {
    await setSysctls(world, machine, {
      "net/ipv6/conf/all/forwarding": "1",
      // Ours warns of it otherwise.
      "net/ipv4/ip_forward": "1",
    });
    await world.ip(machine, `addr add ${FAR}/128 dev lo`);
  }
  await world.ip("host", `route add ${FAR} via ${LINK_VIP} dev eth0`);
  return world;
}

/** Whether the host reaches what is behind the virtual router. */
export function reachesFar(world: World): Promise<boolean> {
  return ping(world, "host", FAR);
}

interface Ipv6Address {
  readonly address: string;
  readonly nodad: boolean;
  readonly noPrefixRoute: boolean;
  /** Tentative, failed, or nothing of that. */
  readonly trouble: readonly string[];
}

/** The IPv6 addresses of an interface that VRRP has set. */
export async function virtualAddresses(
  world: World,
  machine: Machine,
  name: string,
): Promise<readonly Ipv6Address[]> {
  const text = await world.run(machine, ["ip", "-6", "-j", "-d", "addr", "show", "dev", name]);
  const links: readonly { readonly addr_info?: readonly Record<string, unknown>[] }[] = JSON.parse(
    text,
  );
  return links.flatMap(({ addr_info = [] }) => addr_info)
    .filter(({ local }) => local === LINK_VIP || local === VIP)
    .map((info) => ({
      address: `${info.local}/${info.prefixlen}`,
      nodad: info.nodad === true,
      noPrefixRoute: info.noprefixroute === true,
      trouble: ["tentative", "dadfailed"].filter((flag) => info[flag] === true),
    }))
    .toSorted((a, b) => a.address.localeCompare(b.address));
}

/** Throws away what the machine has learnt of its neighbours. */
export async function forgetNeighbours(world: World, machine: Machine): Promise<void> {
  await run(["ip", "-n", world.namespace(machine), "-6", "neigh", "flush", "dev", "eth0"]);
}
