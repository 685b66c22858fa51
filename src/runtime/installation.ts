import { unreachable } from "../base/assert.ts";
import { addressBits, equalIp, type IpAddress, type IpPrefix, prefixContains } from "../base/ip.ts";
import type { MacAddress } from "../base/mac.ts";
import type { VirtualAddress } from "../config/types.ts";
import { type Change, OUR_PROTOCOL } from "../drivers/driver.ts";
import type { AddressInfo, Ipv4Settings } from "../wire/rtnetlink.ts";
import type { KernelWish } from "./batch.ts";
import { BACKUP_SETTINGS, masterSettings } from "./macvlan_settings.ts";
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
        settings: masterSettings(view.forwarding),
      });
    case "releaseMac":
      return macChanges(router, placement, { mac: placement.ownMac, settings: BACKUP_SETTINGS });
    case "restoreMac":
      return [
        macChange(placement, { mac: router.virtualMac, ownMac: restingMac(router, placement) }),
      ];
    case "addAddresses":
      router.noteInstalled(carriedPrefixes(router, view.addresses));
      return addressChanges("addAddress", router, placement);
    case "removeAddresses": {
      const changes = addressChanges("removeAddress", router, placement).toReversed();
      router.noteInstalled([]);
      return changes;
    }
    case "restoreAddresses":
      router.noteInstalled(restoredPrefixes(router, view.addresses));
      return addressChanges("addAddress", router, placement);
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
  { carrier, ownMac }: Placement,
  { mac, settings }: { mac: MacAddress; settings: Ipv4Settings },
): Change[] {
  if (router.config.interfaceType === "macvlan") {
    const target = { ifindex: carrier.ifindex, interfaceName: carrier.name };
    return [{ change: "setIpv4", ...target, settings }];
  }
  return router.replacesMac ? [macChange({ carrier }, { mac, ownMac })] : [];
}

/** What the carrier's MAC is while we are not Master on it. */
function restingMac(router: Router, { ownMac }: Placement): MacAddress {
  return router.replacesMac ? ownMac : router.virtualMac;
}

function macChange(
  { carrier }: Pick<Placement, "carrier">,
  macs: { readonly mac: MacAddress; readonly ownMac: MacAddress },
): Change {
  return { change: "setMac", ifindex: carrier.ifindex, interfaceName: carrier.name, ...macs };
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

/**
 * What we have set stays ours, also when somebody else has put it back before us. What was there
 * without us and has gone now is set by us, and ours from then on.
 */
function restoredPrefixes(router: Router, present: readonly AddressInfo[]): IpPrefix[] {
  const { installed } = router;
  const others = carriedPrefixes(router, present).filter(({ address }) =>
    !installed.some((ours) => equalIp(ours.address, address))
  );
  return [...installed, ...others];
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
