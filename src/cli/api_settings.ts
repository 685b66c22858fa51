import { Value } from "@sinclair/typebox/value";
import { resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import metadata from "../../deno.json" with { type: "json" };
import type { ApiSettings, PublishedRoute } from "../api/settings.ts";
import { addressBits, formatIp, ipFromBytes } from "../base/ip.ts";
import type { ApiConfig, DaemonConfig, StaticRoute } from "../config/types.ts";
import { type Change, placeOf, type RawTable } from "../config/changes.ts";
import { RouteSchema } from "../config/schema_route.ts";
import { staticRoute } from "../config/static_route.ts";
import type { RouterName } from "../runtime/snapshot.ts";
import type { ReadConfig } from "./config_file.ts";

/** Nobody but the control socket's owner. */
const NO_CLIENTS: ApiConfig = {
  users: [],
  hosts: [],
  write: false,
  sessionTtlS: 1,
  metrics: "off",
  console: false,
};

export interface SettingsContext {
  /** A path, "" for none. */
  readonly controlSocket: string;
  /** The directory that relative paths begin at: the daemon's own one is another. */
  readonly home: string;
  /** Of the configuration and what clients have made of it. */
  readonly revision: string;
  /** What clients have made to the configuration. */
  readonly changes: readonly Change[];
}

/**
 * What the API goes by under this configuration; `undefined` where there is nobody whom it could
 * answer.
 */
export function apiSettings(
  { config, published }: ReadConfig,
  { controlSocket, home, revision, changes }: SettingsContext,
): ApiSettings | undefined {
  if (config === undefined || published === undefined) return undefined;
  const clients = config.clientApi === "disabled" ? undefined : config.api;
  if (clients === undefined && controlSocket === "") return undefined;
  return {
    controlSocket,
    ...clientSettings(clients ?? NO_CLIENTS, home),
    daemon: daemonFacts(config),
    published,
    revision,
    changedRouters: changes.flatMap(changedRouter),
    staticRoutes: publishedRoutes(config.staticRoutes, changes),
  };
}

function clientSettings(api: ApiConfig, home: string) {
  const { hosts, tls } = api;
  return {
    listen: {
      hosts,
      ...(tls === undefined ? {} : {
        tls: {
          keyFile: resolve(home, tls.keyFile),
          certificateFile: resolve(home, tls.certificateFile),
        },
      }),
    },
    users: api.users,
    ...(api.secret === undefined ? {} : { secret: api.secret }),
    tls: tls !== undefined,
    write: api.write,
    sessionTtlS: api.sessionTtlS,
    metrics: api.metrics,
    console: api.console,
  };
}

function changedRouter(change: Change): RouterName[] {
  if (change.what === "setRouter") return [change.router];
  return change.what === "addRouter" ? [placeOf(change.table)] : [];
}

function daemonFacts(config: DaemonConfig): ApiSettings["daemon"] {
  const { debug, timeZone, timeFormat, workingDir, mainLog, errorLog } = config;
  return {
    version: metadata.version,
    pid: Deno.pid,
    debug,
    timeZone,
    timeFormat,
    workingDir,
    mainLog,
    ...(errorLog === undefined ? {} : { errorLog }),
  };
}

function publishedRoutes(
  routes: readonly StaticRoute[],
  changes: readonly Change[],
): PublishedRoute[] {
  const changed = changes.flatMap((change) =>
    change.what === "addRoute" || change.what === "setRoute" ? [routeOf(change.table)] : []
  );
  return routes.map(publishedRoute).map((route): PublishedRoute =>
    changed.some((one) => isDeepStrictEqual(one, route)) ? { ...route, origin: "api" } : route
  );
}

function routeOf(table: RawTable): PublishedRoute | undefined {
  return Value.Check(RouteSchema, table) ? publishedRoute(staticRoute(table)) : undefined;
}

/** As rVRRPd tells routes: what is not set is 0. */
function publishedRoute({ destination, nextHop, metric, mtu }: StaticRoute): PublishedRoute {
  return {
    destination: formatIp(destination.address),
    mask: maskText(destination),
    next_hop: formatIp(nextHop),
    metric: metric ?? 0,
    mtu: mtu ?? 0,
  };
}

function maskText({ address, length }: StaticRoute["destination"]): string {
  if (address.family === 6) return String(length);
  const bits = addressBits(address.family);
  const bytes = Uint8Array.from({ length: bits / 8 }, (_, index) => {
    const ones = Math.min(8, Math.max(0, length - 8 * index));
    return 0xff & (0xff << (8 - ones));
  });
  return formatIp(ipFromBytes(bytes));
}
