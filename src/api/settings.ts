import type { ApiConfig, DaemonConfig } from "../config/types.ts";
import type { RouterName } from "../runtime/snapshot.ts";

/** What the API goes by. It is copied to the API's thread, and renewed with the configuration. */
export interface ApiSettings {
  /** A path, "" for none; the same for as long as the process lives. */
  readonly controlSocket: string;
  readonly listen: ListenPlan;
  readonly users: readonly string[];
  readonly secret?: string;
  readonly tls: boolean;
  readonly write: boolean;
  readonly sessionTtlS: number;
  readonly metrics: "open" | "user" | "off";
  readonly console: boolean;
  readonly daemon: DaemonFacts;
  /**
   * JSON of the configuration in the words of its file, with every key there is, `null` where it is
   * absent, and secrets "***": a text costs the engine's thread little to copy.
   */
  readonly published: string;
  /** Another one with every change of the configuration, whoever makes it. */
  readonly revision: string;
  /** Which virtual routers are not as the file says, or not in it at all. */
  readonly changedRouters: readonly RouterName[];
  /** What it says of static routes. */
  readonly staticRoutes: readonly PublishedRoute[];
}

/** Where to listen; without `tls` in clear text. */
export type ListenPlan = Pick<ApiConfig, "hosts" | "tls">;

/** What does not change while the daemon runs, or seldom. */
export interface DaemonFacts extends
  Pick<
    DaemonConfig,
    "debug" | "timeZone" | "timeFormat" | "workingDir" | "mainLog" | "errorLog"
  > {
  readonly version: string;
  readonly pid: number;
}

export interface PublishedRoute {
  readonly destination: string;
  readonly mask: string;
  readonly next_hop: string;
  readonly metric: number;
  readonly mtu: number;
  /** A client has added or changed it since the file was read. */
  readonly origin?: "api";
}
