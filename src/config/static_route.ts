import { assert } from "../base/assert.ts";
import { formatPrefix, type IpPrefix, isLinkLocal } from "../base/ip.ts";
import { checkedAddress, checkedIp, maskLength, networkOf } from "./addresses.ts";
import type { Findings } from "./findings.ts";
import type { KeyPath } from "./key_path.ts";
import type { RawRoute } from "./schema_route.ts";
import type { StaticRoute } from "./types.ts";

/**
 * The rules between the keys of one route, which must have all that the schema requires. A virtual
 * router's route has an interface, and with it any next hop.
 */
export function checkRoute(
  route: RawRoute,
  { at, hasInterface }: { readonly at: KeyPath; readonly hasInterface: boolean },
  findings: Findings,
): void {
  const length = prefixLength(route);
  if (typeof length !== "number") {
    findings.fault({ at: [...at, length.key], problem: length.problem, hint: length.hint });
    return;
  }
  const destination = { address: checkedAddress(route.route).address, length };
  const network = formatPrefix(networkOf(destination));
  if (network !== formatPrefix(destination)) {
    findings.fault({
      at: [...at, "route"],
      problem: `${formatPrefix(destination)} is no network: bits beyond its length are set`,
      hint: `${network} is the network around it`,
    });
  }
  const nextHop = checkedIp(route.nh);
  if (nextHop.family !== destination.address.family) {
    findings.fault({
      at: [...at, "nh"],
      problem: `${route.nh} is not of the family of the destination`,
      hint: `an IPv${destination.address.family} address`,
    });
  } else if (!hasInterface && nextHop.family === 6 && isLinkLocal(nextHop)) {
    findings.fault({
      at: [...at, "nh"],
      problem: `${route.nh} is link-local, and a route here says nothing of the link`,
      hint: "a global or unique local address of the next hop, or the route among the routes of " +
        "a [[vrouter]]: its interface is that link",
    });
  }
}

/** A route that {@linkcode checkRoute} has found nothing wrong with. */
export function staticRoute(route: RawRoute): StaticRoute {
  return {
    destination: destinationOf(route),
    nextHop: checkedIp(route.nh),
    ...(route.metric === undefined ? {} : { metric: route.metric }),
    ...(route.mtu === undefined ? {} : { mtu: route.mtu }),
  };
}

function destinationOf(route: RawRoute): IpPrefix {
  const { address } = checkedAddress(route.route);
  const length = prefixLength(route);
  assert(typeof length === "number", "checkRoute() lets only routes with a length through");
  return { address, length };
}

interface LengthFault {
  readonly key: "route" | "mask";
  readonly problem: string;
  readonly hint: string;
}

function prefixLength({ route, mask }: RawRoute): number | LengthFault {
  const { address, prefixLength } = checkedAddress(route);
  if (mask === undefined) {
    return prefixLength ?? {
      key: "route",
      problem: `${route} has no length`,
      hint: address.family === 4
        ? 'a mask beside it, or route = "network/length"'
        : 'route = "network/length"',
    };
  }
  if (prefixLength !== undefined || address.family === 6) {
    const hint = "IPv4 destinations without a /length have a mask, others have none";
    return { key: "mask", problem: `${mask} stands beside ${route}`, hint };
  }
  return maskLength(checkedIp(mask)) ?? {
    key: "mask",
    problem: `${mask} is no mask: its ones are not all at the front`,
    hint: "such as 255.255.255.0",
  };
}
