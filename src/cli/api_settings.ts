import metadata from "../../deno.json" with { type: "json" };
import type { ApiSettings, PublishedRoute } from "../api/settings.ts";
import { addressBits, formatIp, ipFromBytes } from "../base/ip.ts";
import type { ApiConfig, DaemonConfig, StaticRoute } from "../config/types.ts";
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

/**
 * What the API goes by under this configuration; `undefined` where there is nobody whom it could
 * answer. `controlSocket` is its path, "" for none.
 */
export function apiSettings(
  { config, published }: ReadConfig,
  controlSocket: string,
): ApiSettings | undefined {
  if (config === undefined || published === undefined) return undefined;
  const clients = config.clientApi === "disabled" ? undefined : config.api;
  if (clients === undefined && controlSocket === "") return undefined;
  return {
    controlSocket,
    ...clientSettings(clients ?? NO_CLIENTS),
    daemon: daemonFacts(config),
    published,
    staticRoutes: config.staticRoutes.map(publishedRoute),
  };
}

function clientSettings(api: ApiConfig) {
  return {
    listen: { hosts: api.hosts, ...(api.tls === undefined ? {} : { tls: api.tls }) },
    users: api.users,
    ...(api.secret === undefined ? {} : { secret: api.secret }),
    tls: api.tls !== undefined,
    write: api.write,
    sessionTtlS: api.sessionTtlS,
    metrics: api.metrics,
    console: api.console,
  };
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
