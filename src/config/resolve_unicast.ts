import { equalIp, type IpAddress } from "../base/ip.ts";
import { checkedIp } from "./addresses.ts";
import type { RawRouter } from "./schema_vrouter.ts";
import type { UnicastConfig, VirtualRouterConfig } from "./types.ts";

/** Where advertisements come from, and whom they go to. */
export function resolveUnicast(
  keys: Pick<RawRouter, "source" | "unicast_src" | "unicast_peers" | "unicast_ttl_min">,
): Pick<VirtualRouterConfig, "source" | "unicast"> {
  const { unicast_peers: peers, unicast_src, unicast_ttl_min: ttlMin } = keys;
  const written = (peers === undefined ? undefined : unicast_src) ?? keys.source;
  const source = written === undefined ? undefined : checkedIp(written);
  return {
    ...(source === undefined ? {} : { source }),
    ...(peers === undefined ? {} : { unicast: unicastConfig({ peers, ttlMin, source }) }),
  };
}

function unicastConfig({ peers, ttlMin, source }: {
  readonly peers: readonly string[];
  readonly ttlMin: number | undefined;
  readonly source: IpAddress | undefined;
}): UnicastConfig {
  const others = peers.map(checkedIp).filter((peer, index, all) =>
    all.findIndex((other) => equalIp(other, peer)) === index &&
    (source === undefined || !equalIp(peer, source))
  );
  return { peers: others, ...(ttlMin === undefined ? {} : { ttlMin }) };
}
