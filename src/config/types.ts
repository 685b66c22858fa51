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
  /** Absent without an `[api]` table, which is also what `clientApi` goes by. */
  readonly api?: ApiConfig;
  /** "" turns it off. */
  readonly controlSocket: string;
  readonly stateDir: string;
  /** Where the numbers of hmac-sha256 outlive a boot. */
  readonly replayDir: string;
  readonly scriptUser: string;
  readonly routers: readonly VirtualRouterConfig[];
  readonly staticRoutes: readonly StaticRoute[];
}

/** The client API; nothing in it matters to a virtual router. */
export interface ApiConfig {
  /** Lines that parseUserLine() reads. */
  readonly users: readonly string[];
  /** Signs sessions; unset: they end with the process. */
  readonly secret?: string;
  readonly hosts: readonly ListenAddress[];
  /** Absent: no TLS. */
  readonly tls?: { readonly keyFile: string; readonly certificateFile: string };
  readonly write: boolean;
  readonly sessionTtlS: number;
  readonly metrics: "open" | "user" | "off";
  readonly console: boolean;
}

export interface ListenAddress {
  readonly address: string;
  /** 1–65535. */
  readonly port: number;
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
  /** The configuration gives that name; otherwise it is ours to choose. */
  readonly choosesName?: true;
  readonly socketFilter: boolean;
  readonly padFrames: boolean;
  readonly accept: boolean;
  /** Sends router advertisements while it is Master; IPv6 alone. */
  readonly routerAdvert?: true;
  /** Of advertisements: `unicast_src` or `source`; unset: the interface's primary address. */
  readonly source?: IpAddress;
  /** Absent where advertisements go to the multicast group. */
  readonly unicast?: UnicastConfig;
  /** Set while this virtual router is Master. */
  readonly routes: readonly StaticRoute[];
  readonly tracking: TrackingConfig;
  /** Absent where nothing is to run. */
  readonly notify?: NotifyConfig;
}

/** A program by its absolute path, and its arguments; no shell ever sees them. */
export type Command = readonly [program: string, ...words: string[]];

/** What runs when a virtual router changes its state. */
export interface NotifyConfig {
  readonly onMaster?: Command;
  readonly onBackup?: Command;
  readonly onFault?: Command;
  /** At the end, in whatever state it was before. */
  readonly onStop?: Command;
  /**
   * When it is Master no longer, but Backup, in Fault or at its end; nothing is told of changes
   * between these. Of the classic command line.
   */
  readonly onMasterEnd?: Command;
  /** On every change, after the program of the state itself. */
  readonly onChange?: Command;
  readonly timeoutMs: number;
  /** Whether group, interface, state … follow the command's own words; the environment has them anyway. */
  readonly appendsWords: boolean;
}

/** What the priority of a virtual router follows; each thing is in its list once. */
export interface TrackingConfig {
  readonly interfaces: readonly TrackedInterface[];
  readonly routes: readonly TrackedRoute[];
  readonly files: readonly TrackedFile[];
  readonly scripts: readonly TrackedScript[];
}

/** -253 to 253: added while up (positive) or while down (negative); 0: down is Fault. */
type TrackingWeight = number;

export interface TrackedInterface {
  readonly name: string;
  readonly weight: TrackingWeight;
}

/** Up while the main table has a route to just this destination. */
export interface TrackedRoute {
  readonly destination: IpPrefix;
  readonly weight: TrackingWeight;
}

/** The number in it times the weight is added to the priority; weight 0: any but 0 is Fault. */
export interface TrackedFile {
  /** Absolute. */
  readonly path: string;
  readonly weight: TrackingWeight;
}

/** What runs is the same wherever the name is the same; the weights may differ. */
export interface TrackedScript {
  readonly name: string;
  readonly command: Command;
  /** From start to start. */
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Good runs in a row until it is up. */
  readonly rise: number;
  /** Failed runs in a row until it is down. */
  readonly fall: number;
  readonly weight: TrackingWeight;
}

/** Those that are spoken to, and that alone are listened to. */
export interface UnicastConfig {
  /** Each once, of the virtual router's family; at least one. */
  readonly peers: readonly IpAddress[];
  /** The least TTL or hop limit that is accepted, 1–255; unset: that of a neighbour. */
  readonly ttlMin?: number;
}

export interface StaticRoute {
  readonly destination: IpPrefix;
  readonly nextHop: IpAddress;
  readonly metric?: number;
  readonly mtu?: number;
}
