import { equalIp, type IpAddress, isLinkLocal } from "../base/ip.ts";
import { equalMac, type MacAddress } from "../base/mac.ts";
import { OUR_PROTOCOL } from "../drivers/driver.ts";
import type { FaultReason, LinkFacts } from "../vrrp/types.ts";
import type { AddressInfo, LinkInfo } from "../wire/rtnetlink.ts";
import { forwardsIpv6, linkLocalAddress, ownAddresses, primaryAddress } from "./interfaces.ts";
import type { Router } from "./router.ts";

/** Whether a virtual router can run on its interface as it is now, and what it gives. */
export type Verdict =
  | {
    readonly ready: true;
    readonly link: LinkInfo;
    readonly facts: LinkFacts;
    /** What advertisements list besides the virtual addresses; see Placement. */
    readonly listedAddresses: readonly IpAddress[];
    readonly isIpv6Router: boolean;
  }
  | { readonly ready: false; readonly reason: FaultReason };

/** One interface as the kernel describes it, or why there is none for these virtual routers. */
export interface PresentInterface {
  readonly link: LinkInfo | "interfaceMissing" | "interfaceFollowed";
  readonly addresses: readonly AddressInfo[];
  /** Those that are there without us. */
  readonly own: readonly AddressInfo[];
  /** Whether any interface of the machine has this address. */
  readonly machineHas: (address: IpAddress) => boolean;
}

/** Judges the interface for one virtual router; the first thing that is missing is the reason. */
export function judge(router: Router, present: PresentInterface): Verdict {
  const { link, addresses } = present;
  if (typeof link === "string") return { ready: false, reason: link };
  if (!link.ethernet || link.mac === undefined) return { ready: false, reason: "notEthernet" };
  if (!link.up) return { ready: false, reason: "interfaceDown" };
  const owner = owns(router, addresses);
  const source = router.config.source ?? primary(router, { own: present.own, owner });
  // The kernel would go on sending from an address that is gone, and nobody could answer it.
  if (source === undefined || lacksSource(router, present)) {
    return { ready: false, reason: "noAddress" };
  }
  if (owner && router.config.interfaceType === "macvlan") {
    return { ready: false, reason: "ownerOnMacvlan" };
  }
  if (router.blockedBy !== undefined) return { ready: false, reason: router.blockedBy };
  if (router.tracked.down !== undefined) return { ready: false, reason: "trackedDown" };
  const facts = {
    source,
    mac: ownMac(router, link.mac),
    owner,
    ...(router.refusedLast ? { refusedLast: true } as const : {}),
  };
  return {
    ready: true,
    link,
    facts,
    listedAddresses: listedAddresses(router, present.own),
    isIpv6Router: forwardsIpv6(link),
  };
}

/**
 * In unicast the source may be the address of any interface, a loopback for example. To the group
 * one may send from an address that nobody has.
 */
function lacksSource(
  { config: { source, unicast } }: Pick<Router, "config">,
  { machineHas }: Pick<PresentInterface, "machineHas">,
): boolean {
  return unicast !== undefined && source !== undefined && !machineHas(source);
}

/** Of the configured interface, also where a macvlan carries the virtual addresses. */
function listedAddresses(
  { config }: Router,
  own: readonly AddressInfo[],
): readonly IpAddress[] {
  const { rfc3768, addresses } = config.protocol;
  if (rfc3768) return [];
  return ownAddresses(own, addresses)
    .map(({ prefix }) => prefix.address)
    .filter(({ family }) => family === 4);
}

/**
 * Never a virtual address, unless we own it (RFC 9568 section 7.2). Of IPv6 it is link-local, except
 * where peers are spoken to that link-local addresses do not reach.
 */
function primary(
  router: Router,
  { own, owner }: { own: readonly AddressInfo[]; owner: boolean },
): IpAddress | undefined {
  const { protocol: { addresses: virtual, family }, unicast } = router.config;
  const [first] = virtual;
  const candidates = owner ? own : ownAddresses(own, virtual);
  if (family === 6 && (unicast?.peers ?? []).every(isLinkLocal)) {
    return linkLocalAddress(candidates, router.placement?.source);
  }
  // The first virtual address of IPv6 is link-local, and no global network holds it.
  const near = family === 6 ? virtual.find((address) => !isLinkLocal(address)) ?? first : first;
  return near === undefined ? undefined : primaryAddress(candidates, near);
}

/** Addresses that we have set ourselves make nobody their owner. */
function owns(router: Router, addresses: readonly AddressInfo[]): boolean {
  if (!router.config.mayOwn || router.installed.length > 0) return false;
  return router.config.protocol.addresses.every((virtual) =>
    addresses.some(({ prefix, protocol, dad }) =>
      protocol !== OUR_PROTOCOL && dad === undefined && equalIp(prefix.address, virtual)
    )
  );
}

/** While we have replaced the interface's MAC, its own one is what we noted before. */
function ownMac(router: Router, present: MacAddress): MacAddress {
  const noted = router.placement?.ownMac;
  const replaced = router.replacesMac && equalMac(present, router.virtualMac);
  return replaced && noted !== undefined ? noted : present;
}
