import { unreachable } from "../base/assert.ts";
import {
  addressBits,
  equalIp,
  type IpAddress,
  type IpPrefix,
  isLinkLocal,
  prefixContains,
} from "../base/ip.ts";
import type { MacAddress } from "../base/mac.ts";
import type { VirtualAddress } from "../config/types.ts";
import { type Change, OUR_PROTOCOL, settingChanges } from "../drivers/driver.ts";
import type { AddressInfo } from "../wire/rtnetlink.ts";
import type { Ipv4Settings, Ipv6Settings } from "../wire/rtnetlink_settings.ts";
import type { AddressGeneration } from "./address_generation.ts";
import type { KernelWish } from "./batch.ts";
import {
  BACKUP_IPV6_SETTINGS,
  BACKUP_SETTINGS,
  masterIpv6Settings,
  masterSettings,
} from "./macvlan_settings.ts";
import type { Placement, Router } from "./router.ts";
import { carries } from "./spot.ts";

/** RFC 4291 section 2.5.6. */
const LINK_LOCAL_LENGTH = 64;

/** What the kernel says of the configured interface at this moment. */
export interface InterfaceView {
  readonly addresses: readonly AddressInfo[];
  /** What it does with IPv4: a Master's macvlan does the same. */
  readonly forwarding: number;
  /** The same for IPv6. */
  readonly ipv6Forwarding: number;
  /** Whether IPv6 is switched off there. */
  readonly ipv6Disabled: boolean;
  /** Of all interfaces. */
  readonly addressGeneration: Pick<AddressGeneration, "halt" | "resume">;
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
      return isOnMacvlan(router)
        ? masterCarrierChanges(router, placement, view)
        : replacingMac(router, placement, view);
    case "releaseMac":
      return isOnMacvlan(router)
        ? carrierChanges(router, placement, { 4: BACKUP_SETTINGS, 6: BACKUP_IPV6_SETTINGS })
        : returningMac(router, placement, view);
    case "restoreMac":
      return [
        macChange(placement, { mac: router.virtualMac, ownMac: restingMac(router, placement) }),
      ];
    case "addAddresses":
      router.noteInstalled(carriedPrefixes(router, view));
      return addressChanges("addAddress", router, placement);
    case "removeAddresses": {
      const changes = addressChanges("removeAddress", router, placement).toReversed();
      router.noteInstalled([]);
      return changes;
    }
    case "restoreAddresses":
      router.noteInstalled(restoredPrefixes(router, view));
      return [
        // Whoever has switched IPv6 off there has taken its addresses away by that.
        ...(isOnMacvlan(router) ? masterCarrierChanges(router, placement, view) : []),
        ...addressChanges("addAddress", router, placement),
      ];
    default:
      return unreachable(want);
  }
}

function isOnMacvlan({ config }: Router): boolean {
  return config.interfaceType === "macvlan";
}

/** `ether` changes the interface's own MAC. */
function replacingMac(
  router: Router,
  { carrier, ownMac }: Placement,
  { addressGeneration }: InterfaceView,
): Change[] {
  if (!router.replacesMac) return [];
  return [
    ...addressGeneration.halt(carrier),
    macChange({ carrier }, { mac: router.virtualMac, ownMac }),
  ];
}

function returningMac(
  router: Router,
  { carrier, ownMac }: Placement,
  { addressGeneration }: InterfaceView,
): Change[] {
  if (!router.replacesMac) return [];
  return [macChange({ carrier }, { mac: ownMac, ownMac }), ...addressGeneration.resume(carrier)];
}

function masterCarrierChanges(
  router: Router,
  placement: Placement,
  { forwarding, ipv6Forwarding }: InterfaceView,
): Change[] {
  return carrierChanges(router, placement, {
    4: masterSettings(forwarding),
    6: masterIpv6Settings(ipv6Forwarding),
  });
}

/**
 * A macvlan has the virtual MAC all the time; what it must not do as a Backup is forward what a
 * switch floods to it. Families that it carries nothing of stay as they are.
 */
function carrierChanges(
  { config }: Router,
  { carrier }: Placement,
  settings: { readonly 4: Ipv4Settings; readonly 6: Ipv6Settings },
): Change[] {
  const target = { ifindex: carrier.ifindex, interfaceName: carrier.name };
  return settingChanges(target, {
    ...(carries(config, 4) ? settings[4] : {}),
    ...(carries(config, 6) ? settings[6] : {}),
  });
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
  return router.installed.map((prefix) => {
    const noPrefixRoute = isOnMacvlan(router) && !isOfLinkAlone(prefix.address);
    return { change, ...target, prefix, noPrefixRoute };
  });
}

/**
 * The addresses as they go on the carrier. On the interface itself the network that is there
 * decides the length where the configuration does not; on a macvlan each is a host of its own, save
 * for link-local ones of IPv6.
 */
function carriedPrefixes(router: Router, view: InterfaceView): IpPrefix[] {
  const present = view.addresses;
  return [...router.config.addresses, ...router.config.excludedAddresses]
    .filter(({ address }) => !isForeign(address, present) && !isInVain(router, address, view))
    .map((address) => ({
      address: address.address,
      length: prefixLength(router, address, present),
    }));
}

/**
 * What we have set stays ours, also when somebody else has put it back before us. What was there
 * without us and has gone now is set by us, and ours from then on.
 */
function restoredPrefixes(router: Router, view: InterfaceView): IpPrefix[] {
  const { installed } = router;
  const others = carriedPrefixes(router, view).filter(({ address }) =>
    !installed.some((ours) => equalIp(ours.address, address))
  );
  return [...installed, ...others];
}

/**
 * An IPv4 virtual router does without its IPv6 addresses where the interface has none. The mere
 * attempt would make it join the group of all nodes (33:33:00:00:00:01) for good.
 */
function isInVain(router: Router, { family }: IpAddress, { ipv6Disabled }: InterfaceView): boolean {
  const isBeside = family === 6 && router.config.protocol.family === 4;
  return ipv6Disabled && isBeside && !isOnMacvlan(router);
}

/** What was there without us is not ours to set, nor to take off. */
function isForeign(address: IpAddress, present: readonly AddressInfo[]): boolean {
  return present.some(({ prefix, protocol }) =>
    protocol !== OUR_PROTOCOL && equalIp(prefix.address, address)
  );
}

/**
 * Who is spoken to from such an address is reached over its own interface alone, and nothing else
 * would lead out of a macvlan. A route of the same network beside the parent's does no harm: nobody
 * uses one without saying by which interface.
 */
function isOfLinkAlone(address: IpAddress): boolean {
  return address.family === 6 && isLinkLocal(address);
}

function prefixLength(
  router: Router,
  { address, prefixLength }: VirtualAddress,
  present: readonly AddressInfo[],
): number {
  const whole = addressBits(address.family);
  if (isOnMacvlan(router)) return isOfLinkAlone(address) ? LINK_LOCAL_LENGTH : whole;
  if (prefixLength !== undefined) return prefixLength;
  const around = present.find(({ prefix }) =>
    !equalIp(prefix.address, address) && prefixContains(prefix, address)
  );
  return around?.prefix.length ?? whole;
}
