import {
  equalIp,
  type Family,
  formatIp,
  formatPrefix,
  type IpAddress,
  type IpPrefix,
  isLinkLocal,
  prefixContains,
} from "../base/ip.ts";
import type { MacAddress } from "../base/mac.ts";
import { OUR_PROTOCOL } from "../drivers/driver.ts";
import type { NetlinkMessage } from "../wire/netlink.ts";
import {
  type AddressInfo,
  type LinkInfo,
  parseAddress,
  parseForwarding,
  parseIpv6Link,
  parseLink,
  RTM,
} from "../wire/rtnetlink.ts";
import type { Ipv4Settings, Ipv6Settings } from "../wire/rtnetlink_settings.ts";

const SCOPE_GLOBAL = 0;
const SCOPE_LINK = 253;
/** RFC 791: a smaller MTU cannot carry IPv4, and the kernel forgets all that the link had of it. */
const LEAST_MTU = 68;
/** RFC 8200 section 5: the same for IPv6. */
export const LEAST_IPV6_MTU = 1280;

/** What the kernel says of interfaces and their addresses, kept up to date by its notifications. */
export class InterfaceTable {
  readonly #links = new Map<number, LinkInfo>();
  readonly #indices = new Map<string, number>();
  readonly #addresses = new Map<number, AddressSet>();
  readonly #removals = new Map<number, number>();
  readonly #ipv6Losses = new Map<number, number>();
  #lowered = new Set<number>();
  /** All of them as text, put together when it is asked for. */
  #everywhere: ReadonlySet<string> | undefined;

  /** Forgets everything and starts from a full list. */
  replace(links: readonly LinkInfo[], addresses: readonly AddressInfo[]): void {
    const present = new Set(links.map(({ index }) => index));
    for (const index of this.#links.keys()) {
      if (!present.has(index)) this.noteReplaced(index);
    }
    this.#links.clear();
    this.#indices.clear();
    this.#addresses.clear();
    this.#everywhere = undefined;
    for (const link of links) this.#setLink(link);
    for (const address of addresses) this.#addAddress(address);
  }

  /** Takes a notification in; gives the index of the interface it was about, if it was about one. */
  apply(message: NetlinkMessage): number | undefined {
    switch (message.type) {
      case RTM.newLink:
      case RTM.delLink:
        return this.#applyLink(message);
      case RTM.newAddress:
      case RTM.delAddress:
        return this.#applyAddress(message);
      case RTM.newNetconf:
        return this.#applyForwarding(message);
      default:
        return undefined;
    }
  }

  #applyLink(message: NetlinkMessage): number | undefined {
    const link = parseLink(message);
    if (link === undefined) return this.#applyIpv6Link(message);
    if (message.type === RTM.delLink) this.#removeLink(link);
    else this.#setLink(link);
    return link.index;
  }

  #applyIpv6Link(message: NetlinkMessage): number | undefined {
    const ipv6 = message.type === RTM.newLink ? parseIpv6Link(message) : undefined;
    if (ipv6 !== undefined) this.noteIpv6Settings(ipv6.ifindex, ipv6.settings);
    return ipv6?.ifindex;
  }

  #applyForwarding(message: NetlinkMessage): number | undefined {
    const change = parseForwarding(message);
    if (change === undefined) return undefined;
    const { ifindex, family, forwarding } = change;
    if (family === 4) this.noteSettings(ifindex, { forwarding });
    else this.noteIpv6Settings(ifindex, { ipv6Forwarding: forwarding });
    return ifindex;
  }

  /** Settings that we have just made ourselves: the kernel tells nobody about those. */
  noteSettings(ifindex: number, settings: Ipv4Settings): void {
    const link = this.#links.get(ifindex);
    if (link === undefined) return;
    this.#links.set(ifindex, { ...link, ipv4Settings: { ...link.ipv4Settings, ...settings } });
  }

  /** The same for those of IPv6. */
  noteIpv6Settings(ifindex: number, settings: Ipv6Settings): void {
    const link = this.#links.get(ifindex);
    if (link === undefined) return;
    this.#links.set(ifindex, { ...link, ipv6Settings: { ...link.ipv6Settings, ...settings } });
  }

  #setLink(link: LinkInfo): void {
    const known = this.#links.get(link.index);
    if (known !== undefined) this.#forgetName(known);
    if (!link.adminUp) this.#lowered.add(link.index);
    if (link.mtu !== undefined && link.mtu < LEAST_MTU) this.noteReplaced(link.index);
    else if (link.mtu !== undefined && link.mtu < LEAST_IPV6_MTU) this.#noteIpv6Lost(link.index);
    // A notification may leave the settings out; what was known of them then stands.
    this.#links.set(link.index, { ...known, ...link });
    this.#indices.set(link.name, link.index);
  }

  /** The interfaces that were down at some time since this was last asked, whatever they are now. */
  takeLowered(): ReadonlySet<number> {
    const lowered = this.#lowered;
    this.#lowered = new Set();
    return lowered;
  }

  /** A link that we have just deleted ourselves. */
  noteDeleted(index: number): void {
    const link = this.#links.get(index);
    if (link !== undefined) this.#removeLink(link);
  }

  #removeLink(link: LinkInfo): void {
    this.#forgetName(link);
    this.#links.delete(link.index);
    this.#addresses.delete(link.index);
    this.#everywhere = undefined;
    this.noteReplaced(link.index);
  }

  /** What was made on the link of this index is gone, even where one of this index is there. */
  noteReplaced(index: number): void {
    this.#removals.set(index, this.removals(index) + 1);
  }

  #noteIpv6Lost(index: number): void {
    this.#ipv6Losses.set(index, (this.#ipv6Losses.get(index) ?? 0) + 1);
  }

  /**
   * How often a link of this index has gone, or lost all that it had of the family: the same index
   * may come back as another link.
   */
  removals(index: number, family: Family = 4): number {
    const losses = family === 4 ? 0 : this.#ipv6Losses.get(index) ?? 0;
    return (this.#removals.get(index) ?? 0) + losses;
  }

  /** The name may belong to another link by now. */
  #forgetName({ name, index }: LinkInfo): void {
    if (this.#indices.get(name) === index) this.#indices.delete(name);
  }

  #applyAddress(message: NetlinkMessage): number | undefined {
    const address = parseAddress(message);
    if (address === undefined) return undefined;
    if (message.type === RTM.newAddress) this.#addAddress(address);
    else this.#removeAddress(address);
    return address.ifindex;
  }

  #addAddress(address: AddressInfo): void {
    const present = this.#addresses.get(address.ifindex) ?? new AddressSet();
    present.add(address);
    this.#everywhere = undefined;
    this.#addresses.set(address.ifindex, present);
  }

  #removeAddress({ ifindex, prefix }: Pick<AddressInfo, "ifindex" | "prefix">): void {
    this.#addresses.get(ifindex)?.remove(prefix);
    this.#everywhere = undefined;
  }

  /** An address that we have just set ourselves: no notification need come of it. */
  noteAddress(ifindex: number, prefix: IpPrefix): void {
    this.#addAddress({ ifindex, prefix, scope: SCOPE_GLOBAL, protocol: OUR_PROTOCOL });
  }

  /** An address that we have just removed ourselves. */
  noteAddressGone(ifindex: number, prefix: IpPrefix): void {
    this.#removeAddress({ ifindex, prefix });
  }

  /** A hardware address that we have just set ourselves; its notification may still be waiting. */
  noteMac(ifindex: number, mac: MacAddress): void {
    const link = this.#links.get(ifindex);
    if (link !== undefined) this.#links.set(ifindex, { ...link, mac });
  }

  inGroup(group: number): LinkInfo[] {
    return [...this.#links.values()].filter((link) => link.group === group);
  }

  get(index: number): LinkInfo | undefined {
    return this.#links.get(index);
  }

  byName(name: string): LinkInfo | undefined {
    const index = this.#indices.get(name);
    return index === undefined ? undefined : this.#links.get(index);
  }

  /** In the kernel's order: primary addresses before secondary ones. */
  addressesOf(index: number): readonly AddressInfo[] {
    return this.#addresses.get(index)?.list ?? [];
  }

  /** Whether any of the interfaces has this address. */
  machineHas(address: IpAddress): boolean {
    this.#everywhere ??= new Set(
      this.#addresses.values().flatMap(({ list }) => list).map(({ prefix }) =>
        formatIp(prefix.address)
      ),
    );
    return this.#everywhere.has(formatIp(address));
  }

  hasAddress(index: number, prefix: IpPrefix): boolean {
    return this.#addresses.get(index)?.has(prefix) ?? false;
  }
}

/** One interface's addresses: with hundreds of virtual routers a search through a list is slow. */
class AddressSet {
  readonly #byPrefix = new Map<string, AddressInfo>();
  #list: readonly AddressInfo[] | undefined;

  add(address: AddressInfo): void {
    this.#byPrefix.set(formatPrefix(address.prefix), address);
    this.#list = undefined;
  }

  remove(prefix: IpPrefix): void {
    this.#byPrefix.delete(formatPrefix(prefix));
    this.#list = undefined;
  }

  has(prefix: IpPrefix): boolean {
    return this.#byPrefix.has(formatPrefix(prefix));
  }

  /** In the order in which they came. */
  get list(): readonly AddressInfo[] {
    return this.#list ??= [...this.#byPrefix.values()];
  }
}

/** Whether the link forwards IPv6; not so where it knows none. */
export function forwardsIpv6(link: LinkInfo | undefined): boolean {
  return (link?.ipv6Settings?.ipv6Forwarding ?? 0) !== 0;
}

/**
 * The addresses that are the interface's own: global ones, and those of IPv6 for the link alone; not
 * the `virtual` ones, nor any with our mark, nor one that may be another's.
 */
export function ownAddresses(
  addresses: readonly AddressInfo[],
  virtual: readonly IpAddress[],
): readonly AddressInfo[] {
  // By text in a set: with hundreds of virtual routers both lists are long.
  const excluded = new Set(virtual.map(formatIp));
  return addresses.filter(({ scope, protocol, prefix: { address }, dad }) =>
    (scope === SCOPE_GLOBAL || (scope === SCOPE_LINK && address.family === 6)) &&
    protocol !== OUR_PROTOCOL && dad === undefined && !excluded.has(formatIp(address))
  );
}

/**
 * The primary address of RFC 3768 section 1.2: the first of `candidates`; one whose network holds
 * the virtual address wins over others, because neighbours then see the source as on their link.
 */
export function primaryAddress(
  candidates: readonly AddressInfo[],
  virtualAddress: IpAddress,
): IpAddress | undefined {
  const usable = candidates.filter(({ prefix, scope }) =>
    prefix.address.family === virtualAddress.family && scope === SCOPE_GLOBAL
  );
  const onLink = usable.find(({ prefix }) => prefixContains(prefix, virtualAddress));
  return (onLink ?? usable[0])?.prefix.address;
}

/**
 * Where an IPv6 virtual router sends from (RFC 9568 section 5.1.2.1): a link-local address. The one
 * `before` stays for as long as it is there, because the kernel's lists have no order to go by.
 */
export function linkLocalAddress(
  candidates: readonly AddressInfo[],
  before: IpAddress | undefined,
): IpAddress | undefined {
  const usable = candidates.map(({ prefix }) => prefix.address)
    .filter((address) => address.family === 6 && isLinkLocal(address));
  return usable.find((address) => before !== undefined && equalIp(address, before)) ?? usable[0];
}
