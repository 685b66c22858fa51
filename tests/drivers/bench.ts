import assert from "node:assert/strict";
import { ip, type IpPrefix, parsePrefix } from "../../src/base/ip.ts";
import { type MacAddress, parseMac } from "../../src/base/mac.ts";
import type { Change, Driver, Route } from "../../src/drivers/driver.ts";
import { run } from "../support/command.ts";

/** Far from the groups that the daemon itself uses. */
const FIRST_GROUP = 0x1000;

/** The same on every bench, so that what is left behind can be compared. */
const NEAR_MAC = "02:00:00:00:00:01";
const FAR_MAC = "02:00:00:00:00:02";

let benchesMade = 0;

/** A driver under test and a cable of its own in the namespace that the tests run in. */
export class Bench implements AsyncDisposable {
  readonly driver: Driver;
  /** The end of the cable that the driver works on; both ends are up. */
  readonly name: string;
  readonly ifindex: number;
  /** A link group that no other bench uses; the one after it is free as well. */
  readonly group: number;

  private constructor(driver: Driver, where: { name: string; ifindex: number; group: number }) {
    this.driver = driver;
    this.name = where.name;
    this.ifindex = where.ifindex;
    this.group = where.group;
  }

  static async create(driver: Driver): Promise<Bench> {
    const count = benchesMade++;
    const name = `near${count}`;
    await run(["ip", "-batch", "-"], {
      stdin: [
        `link add ${name} address ${NEAR_MAC} type veth peer name far${count} address ${FAR_MAC}`,
        `link set ${name} up`,
        `link set far${count} up`,
        "",
      ].join("\n"),
    });
    const group = FIRST_GROUP + 2 * count;
    return new Bench(driver, { name, ifindex: await ifindexOf(name), group });
  }

  /** The name of a further link of this bench; at most 15 characters. */
  child(suffix: string): string {
    return `${this.name}.${suffix}`;
  }

  get target(): { readonly ifindex: number; readonly interfaceName: string } {
    return { ifindex: this.ifindex, interfaceName: this.name };
  }

  addAddress(text: string, noPrefixRoute = false): Change {
    return { change: "addAddress", ...this.target, prefix: prefix(text), noPrefixRoute };
  }

  removeAddress(text: string): Change {
    return { change: "removeAddress", ...this.target, prefix: prefix(text) };
  }

  /** By 10.9.0.254, which is a neighbour once the link has an address of 10.9.0.0/24. */
  addRoute(differences: Partial<Route> = {}): Change {
    return { change: "addRoute", route: route(differences) };
  }

  removeRoute(differences: Partial<Route> = {}): Change {
    return { change: "removeRoute", route: route(differences) };
  }

  addMacvlan(
    suffix: string,
    options: { group?: number; mac?: MacAddress } = {},
  ): Extract<Change, { change: "addMacvlan" }> {
    return {
      change: "addMacvlan",
      interfaceName: this.child(suffix),
      parentIndex: this.ifindex,
      mac: options.mac ?? mac("00:00:5e:00:01:07"),
      group: options.group ?? this.group,
    };
  }

  /** Carries changes out that no driver may refuse. */
  apply(...changes: readonly Change[]): void {
    const errors = this.driver.apply(changes);
    assert.deepEqual(errors.map(({ message }) => message), []);
  }

  /** The codes with which changes are refused, in order. */
  refusals(...changes: readonly Change[]): string[] {
    return this.driver.apply(changes).map(({ code }) => code);
  }

  /** The kernel's addresses on the link as `ip` tells them, without those of IPv6. */
  async addresses(): Promise<string[]> {
    const [link] = await ipJson("-4", "addr", "show", "dev", this.name);
    return (link?.addr_info ?? []).map(({ local, prefixlen }) => `${local}/${prefixlen}`);
  }

  /** The destinations of the routes that lead over the link. */
  async routes(): Promise<string[]> {
    return (await ipJson("route", "show", "dev", this.name)).map(({ dst }) => dst ?? "");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.driver[Symbol.dispose]();
    // Whatever stands on it goes with it.
    await run(["ip", "link", "del", this.name]);
  }
}

/** As much of what `ip -j` prints as the tests look at. */
export interface IpObject {
  readonly ifindex: number;
  readonly ifname: string;
  readonly address?: string;
  readonly flags: readonly string[];
  readonly mtu: number;
  readonly group: string;
  /** The name of the link below; null where it is in no namespace of ours. */
  readonly link?: string | null;
  readonly link_type: string;
  readonly linkinfo?: {
    readonly info_kind?: string;
    readonly info_data?: { readonly mode?: string };
  };
  readonly inet6_addr_gen_mode?: string;
  readonly addr_info?: readonly {
    readonly family: string;
    readonly local: string;
    readonly prefixlen: number;
    readonly noprefixroute?: boolean;
    readonly label?: string;
    readonly broadcast?: string;
    readonly secondary?: boolean;
  }[];
  readonly dst?: string;
  readonly dev?: string;
  readonly prefsrc?: string;
  readonly gateway?: string;
  readonly metric?: number;
  readonly metrics?: readonly { readonly mtu?: number }[];
  readonly protocol?: string;
}

export async function ipJson(...args: readonly string[]): Promise<readonly IpObject[]> {
  return JSON.parse(await run(["ip", "-d", "-j", ...args]));
}

export async function linkOf(name: string): Promise<IpObject> {
  const [link] = await ipJson("link", "show", "dev", name);
  assert.ok(link, name);
  return link;
}

export async function ifindexOf(name: string): Promise<number> {
  return (await linkOf(name)).ifindex;
}

function route(differences: Partial<Route>): Route {
  return { destination: prefix("10.50.0.0/16"), nextHop: ip("10.9.0.254"), ...differences };
}

export function prefix(text: string): IpPrefix {
  const parsed = parsePrefix(text);
  assert.ok(parsed, text);
  return parsed;
}

export function mac(text: string): MacAddress {
  const parsed = parseMac(text);
  assert.ok(parsed, text);
  return parsed;
}
