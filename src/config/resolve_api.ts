import { assert } from "../base/assert.ts";
import { formatIp } from "../base/ip.ts";
import { parseHost } from "./host.ts";
import type { RawApi } from "./schema_api.ts";
import type { ApiConfig, ListenAddress } from "./types.ts";

const DEFAULT_HOST = "0.0.0.0:7080";

export function resolveApi(keys: RawApi): ApiConfig {
  const { host = DEFAULT_HOST } = keys;
  return {
    users: keys.users,
    ...(keys.secret === undefined ? {} : { secret: keys.secret }),
    hosts: (typeof host === "string" ? [host] : host).map(listenAddress),
    ...(keys.tls ? { tls: { keyFile: keys.tls_key, certificateFile: keys.tls_cert } } : {}),
    write: keys.write,
    sessionTtlS: keys.session_ttl,
    metrics: keys.metrics,
    console: keys.console,
  };
}

function listenAddress(text: string): ListenAddress {
  const host = parseHost(text);
  assert(host !== undefined, "the schema lets only addresses with a port through");
  return { address: formatIp(host.address), port: host.port };
}
