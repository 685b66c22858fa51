import type { Machine, World } from "./world.ts";

/** Everything of a machine that a router changes and must put back, in a form to compare deeply. */
export interface MachineState {
  readonly links: unknown;
  readonly addresses: unknown;
  readonly memberships: unknown;
  readonly routes: unknown;
  readonly ipv6Routes: unknown;
  readonly rules: unknown;
  readonly firewall: string;
  readonly settings: readonly string[];
}

const SETTINGS = [
  "net/ipv4/conf",
  "net/ipv6/conf",
  "net/ipv4/ip_forward",
  "net/ipv4/igmp_link_local_mcast_reports",
];

/** Promiscuity and allmulti counts come with the links' details. */
export async function machineState(world: World, machine: Machine): Promise<MachineState> {
  const json = async (...args: string[]): Promise<unknown> =>
    JSON.parse(await world.run(machine, ["ip", "-j", ...args]));
  return {
    links: await json("-d", "link"),
    addresses: await json("-d", "addr"),
    memberships: sorted(await json("maddr")),
    routes: await json("-d", "route", "show", "table", "all"),
    ipv6Routes: await json("-6", "-d", "route", "show", "table", "all"),
    rules: await json("rule"),
    firewall: await world.run(machine, ["nft", "list", "ruleset"]),
    settings: await settings(world, machine),
  };
}

/** The groups of a link have no order: one that is left and joined again comes to another place. */
function sorted(links: unknown): unknown {
  const byText = (a: unknown, b: unknown) => JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
  const list = links as readonly { readonly maddr?: readonly unknown[] }[];
  return list.map(({ maddr = [], ...link }) => ({ ...link, maddr: maddr.toSorted(byText) }));
}

async function settings(world: World, machine: Machine): Promise<string[]> {
  const paths = SETTINGS.map((path) => `/proc/sys/${path}`);
  // Some settings cannot be read while they are unset: -s keeps that quiet, true ignores its code.
  const text = await world.run(machine, ["sh", "-c", `grep -rs . ${paths.join(" ")} || true`]);
  return text.split("\n").filter((line) => line !== "").sort();
}
