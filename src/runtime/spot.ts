import type { Family } from "../base/ip.ts";
import type { VirtualRouterConfig } from "../config/types.ts";

/**
 * One interface, by its name in the configuration, in one family: what virtual routers share sockets
 * for. Those of IPv4 and of IPv6 on one interface have nothing to do with each other.
 */
export interface Spot {
  readonly interface: string;
  readonly family: Family;
}

export function spotOf(
  { interface: name, protocol }: Pick<VirtualRouterConfig, "interface" | "protocol">,
): Spot {
  return { interface: name, family: protocol.family };
}

/** The same for two spots that are one. */
export function spotKey({ interface: name, family }: Spot): string {
  return `${family} ${name}`;
}

/** Whether any of the addresses that it sets is of this family, advertised or not. */
export function carries(
  { addresses, excludedAddresses }: Pick<VirtualRouterConfig, "addresses" | "excludedAddresses">,
  family: Family,
): boolean {
  return [...addresses, ...excludedAddresses].some(({ address }) => address.family === family);
}
