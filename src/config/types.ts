import type { IpAddress, IpPrefix } from "../base/ip.ts";
import type { RouterConfig } from "../vrrp/types.ts";

/** A whole configuration after validation: defaults filled in, texts turned into values. */
export interface DaemonConfig {
  readonly debug: DebugLevel;
  readonly timeZone: "local" | "utc";
  readonly timeFormat: "disabled" | "short" | "rfc2822" | "iso8601";
  readonly logFormat: "text" | "json";
  readonly syslog: boolean;
  readonly pidFile: string;
  readonly workingDir: string;
  readonly mainLog: string;
  readonly errorLog?: string;
  readonly clientApi: "http" | "disabled";
  /** "" turns it off. */
  readonly controlSocket: string;
  readonly stateDir: string;
  readonly scriptUser: string;
  readonly routers: readonly VirtualRouterConfig[];
  readonly staticRoutes: readonly StaticRoute[];
}

/** 0 information, 1 low, 2 medium, 3 high, 5 extensive. */
export type DebugLevel = 0 | 1 | 2 | 3 | 5;

/** A virtual address; without `prefixLength` the interface decides it (see `vip` in the reference). */
export interface VirtualAddress {
  readonly address: IpAddress;
  readonly prefixLength?: number;
}

/** One virtual router: what the protocol knows, and where and how it lives on this machine. */
export interface VirtualRouterConfig {
  readonly interface: string;
  readonly protocol: RouterConfig;
  /** The advertised addresses, same order as `protocol.addresses`. */
  readonly addresses: readonly VirtualAddress[];
  /** Set with the others, never advertised; may be of the other family. */
  readonly excludedAddresses: readonly VirtualAddress[];
  /** Whether having all addresses already makes it their owner. */
  readonly mayOwn: boolean;
  readonly driver: "netlink" | "libnl" | "ioctl";
  readonly interfaceType: "ether" | "macvlan";
  /** false leaves all hardware addresses alone. */
  readonly virtualMac: boolean;
  /** Name of the macvlan; made unique already. */
  readonly virtualInterface: string;
  readonly socketFilter: boolean;
  readonly padFrames: boolean;
  readonly accept: boolean;
  readonly source?: IpAddress;
  /** Set while this virtual router is Master. */
  readonly routes: readonly StaticRoute[];
  /** Why this virtual router cannot run in this version; it stays in Fault and says so. */
  readonly unsupported?: string;
}

export interface StaticRoute {
  readonly destination: IpPrefix;
  readonly nextHop: IpAddress;
  readonly metric?: number;
  readonly mtu?: number;
}
