import { unreachable } from "../base/assert.ts";
import { addressBits, equalIp, type IpAddress, type IpPrefix, prefixContains } from "../base/ip.ts";
import type { VirtualAddress } from "../config/types.ts";
import { type Change, OUR_PROTOCOL } from "../drivers/driver.ts";
import type { AddressInfo } from "../wire/rtnetlink.ts";
import type { KernelWish } from "./batch.ts";
import type { Placement, Router } from "./router.ts";

/** What the kernel says of the configured interface at this moment. */
export interface InterfaceView {
  readonly addresses: readonly AddressInfo[];
  /** What it does with IPv4: a Master's macvlan does the same. */
  readonly forwarding: number;
}

/**
 * Turns one wish of the protocol into changes, and notes on the router which addresses are ours to
 * take off again: the interface may look different by then.
 */
export function kernelChanges(
  { router, placement, want }: KernelWish,
  view: InterfaceView,
): Change[] {
  switch (want) {
    case "assumeMac":
      return macChanges(router, placement, {
        mac: router.virtualMac,
        forwarding: view.forwarding,
      });
    case "releaseMac":
      return macChanges(router, placement, { mac: placement.ownMac, forwarding: 0 });
    case "addAddresses":
      router.noteInstalled(carriedPrefixes(router, view.addresses));
      return addressChanges("addAddress", router, placement);
    case "removeAddresses": {
      const changes = addressChanges("removeAddress", router, placement).toReversed();
      router.noteInstalled([]);
      return changes;
    }
    default:
      return unreachable(want);
  }
}

/**
 * `ether` changes the interface's own MAC. A macvlan has the virtual one all the time; what it must
 * not do as a Backup is forward what a switch floods to it.
 */
function macChanges(
  router: Router,
  { carrier }: Placement,
  { mac, forwarding }: { mac: Placement["ownMac"]; forwarding: number },
): Change[] {
  const target = { ifindex: carrier.ifindex, interfaceName: carrier.name };
  if (router.config.interfaceType === "macvlan") {
    return [{ change: "setIpv4", ...target, settings: { forwarding } }];
  }
  return router.replacesMac ? [{ change: "setMac", ...target, mac }] : [];
}

function addressChanges(
  change: "addAddress" | "removeAddress",
  router: Router,
  { carrier }: Placement,
): Change[] {
  const target = { ifindex: carrier.ifindex, interfaceName: carrier.name };
  const noPrefixRoute = router.config.interfaceType === "macvlan";
  return router.installed.map((prefix) => ({ change, ...target, prefix, noPrefixRoute }));
}

/**
 * The addresses as they go on the carrier. On the interface itself the network that is there
 * decides the length where the configuration does not; on a macvlan each is a host of its own.
 */
function carriedPrefixes(router: Router, present: readonly AddressInfo[]): IpPrefix[] {
  return [...router.config.addresses, ...router.config.excludedAddresses]
    .filter(({ address }) => address.family === 4 && !isForeign(address, present))
    .map((address) => ({
      address: address.address,
      length: prefixLength(router, address, present),
    }));
}

/** What was there without us is not ours to set, nor to take off. */
function isForeign(address: IpAddress, present: readonly AddressInfo[]): boolean {
  return present.some(({ prefix, protocol }) =>
    protocol !== OUR_PROTOCOL && equalIp(prefix.address, address)
  );
}

function prefixLength(
  router: Router,
  { address, prefixLength }: VirtualAddress,
  present: readonly AddressInfo[],
): number {
  const whole = addressBits(address.family);
  if (router.config.interfaceType === "macvlan") return whole;
  if (prefixLength !== undefined) return prefixLength;
  const around = present.find(({ prefix }) =>
    !equalIp(prefix.address, address) && prefixContains(prefix, address)
  );
  return around?.prefix.length ?? whole;
}
