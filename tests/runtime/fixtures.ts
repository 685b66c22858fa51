import { ip, type IpAddress, parsePrefix } from "../../src/base/ip.ts";
import { assert } from "../../src/base/assert.ts";
import type { VirtualAddress, VirtualRouterConfig } from "../../src/config/types.ts";
import type { Change, Driver, DriverError } from "../../src/drivers/driver.ts";
import type { Log } from "../../src/log.ts";
import { Deadlines } from "../../src/runtime/deadlines.ts";
import { Link } from "../../src/runtime/link.ts";
import { type Placement, Router } from "../../src/runtime/router.ts";
import type { AddressInfo, LinkInfo } from "../../src/wire/rtnetlink.ts";
import type { RouteInfo } from "../../src/wire/rtnetlink_route.ts";
import { config as protocolConfig, mac, NOW_MS } from "../vrrp/fixtures.ts";

export { mac, NOW_MS };

export const OWN_MAC = "02:00:00:00:00:05";

type ConfigDifferences = Partial<Omit<VirtualRouterConfig, "protocol">> & {
  readonly protocol?: Parameters<typeof protocolConfig>[0];
};

/** On eth0, `ether` with the virtual MAC; the addresses follow from the protocol's. */
export function routerConfig(differences: ConfigDifferences = {}): VirtualRouterConfig {
  const { protocol: protocolDifferences, ...others } = differences;
  const protocol = protocolConfig(protocolDifferences);
  return {
    interface: "eth0",
    protocol,
    addresses: protocol.addresses.map((address): VirtualAddress => ({ address })),
    excludedAddresses: [],
    mayOwn: true,
    driver: "netlink",
    interfaceType: "ether",
    virtualMac: true,
    virtualInterface: `standby${protocol.vrid}`,
    socketFilter: true,
    padFrames: false,
    accept: true,
    routes: [],
    tracking: { interfaces: [], routes: [], files: [], scripts: [] },
    ...others,
  };
}

export function router(differences: ConfigDifferences = {}): Router {
  const tables = { deadlines: new Deadlines(1), retries: new Deadlines(1) };
  return new Router(routerConfig(differences), { ...tables, index: 0, nowMs: NOW_MS });
}

/** eth0 as it should be: Ethernet, up, with a MAC of its own. */
export function link(differences: Partial<LinkInfo> = {}): LinkInfo {
  return {
    index: 3,
    name: "eth0",
    ethernet: true,
    adminUp: true,
    up: true,
    mac: mac(OWN_MAC),
    group: 0,
    ...differences,
  };
}

/** A global address on eth0 that somebody else has set. */
export function address(text: string, differences: Partial<AddressInfo> = {}): AddressInfo {
  const prefix = parsePrefix(text);
  assert(prefix !== undefined, `"${text}" is no address with prefix`);
  return { ifindex: 3, prefix, scope: 0, protocol: 0, ...differences };
}

export function addresses(...texts: readonly string[]): IpAddress[] {
  return texts.map(ip);
}

/** On eth0 itself; its sockets do not exist, so nothing can be sent there. */
export function placement(differences: Partial<Placement> = {}): Placement {
  const link: Link = Object.assign(Object.create(Link.prototype), { name: "eth0", ifindex: 3 });
  return {
    link,
    source: ip("10.9.0.5"),
    ownMac: mac(OWN_MAC),
    listedAddresses: [],
    isIpv6Router: false,
    carrier: { ifindex: 3, name: "eth0" },
    ...differences,
  };
}

/** Notes what it is asked to do, does nothing, and describes the links that it is given. */
export class PaperDriver implements Driver {
  readonly name = "netlink";
  readonly cannot = [];
  readonly applied: Change[][] = [];
  present: readonly LinkInfo[] = [];
  /** What the next call refuses. */
  refuse: (change: Change) => DriverError | undefined = () => undefined;

  apply(changes: readonly Change[]): readonly DriverError[] {
    this.applied.push([...changes]);
    return changes.map(this.refuse).filter((error) => error !== undefined);
  }

  links(): readonly LinkInfo[] {
    return this.present;
  }

  addresses(): readonly AddressInfo[] {
    return [];
  }

  routes(): readonly RouteInfo[] {
    return [];
  }

  [Symbol.dispose](): void {}
}

/** Keeps every line as `level: text`. */
export class PaperLog implements Log {
  readonly busy = false;
  readonly lines: string[] = [];
  /** Apart from the others: what they say is nothing to rely on. */
  readonly debugLines: string[] = [];

  information(message: string): void {
    this.lines.push(`information: ${message}`);
  }

  warning(message: string): void {
    this.lines.push(`warning: ${message}`);
  }

  error(message: string): void {
    this.lines.push(`error: ${message}`);
  }

  debug(level: number, source: string, message: () => string): void {
    this.debugLines.push(`debug ${level} ${source}: ${message()}`);
  }
}
