import { type Family, ipFromBytes, type IpPrefix, IPV4_SIZE, IPV6_SIZE } from "../base/ip.ts";
import { MAC_SIZE, type MacAddress } from "../base/mac.ts";
import {
  type Attribute,
  cString,
  FLAG,
  type NetlinkMessage,
  type NetlinkRequest,
  parseAttributes,
  readCString,
  readU16,
  readU32,
  u32,
  u8,
} from "./netlink.ts";
import {
  type Ipv4Settings,
  type Ipv6Settings,
  numberedSettings,
  readIpv4Settings,
  readIpv6Settings,
  type Settings,
} from "./rtnetlink_settings.ts";

/** Message types of rtnetlink(7). */
export const RTM = {
  newLink: 16,
  delLink: 17,
  getLink: 18,
  newAddress: 20,
  delAddress: 21,
  getAddress: 22,
  newRoute: 24,
  delRoute: 25,
  getRoute: 26,
  newNetconf: 80,
} as const;

/** Multicast groups of rtnetlink(7), as a bit mask for bind(). */
export const GROUP = {
  link: 0x1,
  ipv4Address: 0x10,
  ipv4Route: 0x40,
  ipv6Address: 0x100,
  ipv6Route: 0x400,
  /** What a link has of IPv6, told when that is switched on. */
  ipv6Link: 0x800,
  ipv4Netconf: 0x800000,
  ipv6Netconf: 0x1000000,
} as const;

const AF = { unspecified: 0, ipv4: 2, ipv6: 10 } as const;

/** struct ifinfomsg. */
const LINK_AT = { family: 0, type: 2, index: 4, flags: 8, change: 12 } as const;
const LINK_SIZE = 16;
/** struct ifaddrmsg. */
export const ADDRESS_AT = { family: 0, prefixLength: 1, flags: 2, scope: 3, index: 4 } as const;
export const ADDRESS_SIZE = 8;

/** struct netconfmsg, padded to four bytes. */
const NETCONF_AT = { family: 0 } as const;
const NETCONF_SIZE = 4;
const NETCONFA = { ifindex: 1, forwarding: 2 } as const;

const IFLA = {
  address: 1,
  name: 3,
  mtu: 4,
  link: 5,
  protocolInfo: 12,
  linkInfo: 18,
  afSpec: 26,
  group: 27,
} as const;
const IFLA_INFO = { kind: 1, data: 2 } as const;
const IFLA_MACVLAN_MODE = 1;
const MACVLAN_MODE_BRIDGE = 4;
const IFLA_INET_CONF = 1;
const IFLA_INET6_CONF = 2;
const IFLA_INET6_ADDR_GEN_MODE = 8;
const ADDR_GEN_MODE_NONE = 1;

/** Attributes of an address. */
export const IFA = {
  address: 1,
  local: 2,
  label: 3,
  cacheInfo: 6,
  flags: 8,
  protocol: 11,
} as const;

const IFA_F = { optimistic: 0x04, dadFailed: 0x08, tentative: 0x40 } as const;

const ARPHRD_ETHER = 1;
const IFF = { up: 0x1, lowerUp: 0x10000 } as const;

export interface LinkInfo {
  readonly index: number;
  readonly name: string;
  readonly ethernet: boolean;
  /** Switched on by the administrator. */
  readonly adminUp: boolean;
  /** Switched on, and the carrier is there. */
  readonly up: boolean;
  /** In bytes; absent in some notifications. */
  readonly mtu?: number;
  /** Absent where the link has none of 6 bytes. */
  readonly mac?: MacAddress;
  /** Link group; 0 unless somebody set one. */
  readonly group: number;
  /** `macvlan`, `bridge` …; absent for hardware. */
  readonly kind?: string;
  readonly parentIndex?: number;
  /** Per-interface IPv4 settings, as under /proc/sys/net/ipv4/conf; absent in some notifications. */
  readonly ipv4Settings?: Ipv4Settings;
  /** Those under /proc/sys/net/ipv6/conf; absent also where the link knows no IPv6. */
  readonly ipv6Settings?: Ipv6Settings;
}

/** All that is known of a link's settings. */
export function settingsOf({ ipv4Settings, ipv6Settings }: LinkInfo): Settings {
  return { ...ipv4Settings, ...ipv6Settings };
}

export interface AddressInfo {
  readonly ifindex: number;
  readonly prefix: IpPrefix;
  /** 0 is global, 253 link, 254 host (rt_scope_t). */
  readonly scope: number;
  /** Who set it; 0 where the kernel does not know (before Linux 5.18). */
  readonly protocol: number;
  /** Nobody may use it: the kernel still asks whether another has it, or another does (RFC 4862). */
  readonly dad?: "running" | "failed";
}

/** An IPv4 address under the name that it has in `ip addr`, for example `eth0:1`. */
export interface LabelledAddress extends AddressInfo {
  readonly label: string;
}

/** A request without its number, which the sender gives. */
export type Request = Omit<NetlinkRequest, "sequence">;

export function dumpLinks(): Request {
  return { type: RTM.getLink, flags: FLAG.dump, fixed: linkHeader({}), attributes: [] };
}

export function dumpAddresses(family: Family): Request {
  const fixed = new Uint8Array(ADDRESS_SIZE);
  fixed[ADDRESS_AT.family] = addressFamily(family);
  return { type: RTM.getAddress, flags: FLAG.dump, fixed, attributes: [] };
}

/** Creates a macvlan in bridge mode, down (RTM_NEWLINK; fails with EEXIST for a name in use). */
export function newMacvlan(options: {
  readonly name: string;
  readonly parentIndex: number;
  readonly mac: MacAddress;
  readonly group: number;
}): Request {
  return {
    type: RTM.newLink,
    flags: FLAG.create | FLAG.exclusive,
    fixed: linkHeader({}),
    attributes: [
      { type: IFLA.name, value: cString(options.name) },
      { type: IFLA.link, value: u32(options.parentIndex) },
      { type: IFLA.address, value: options.mac },
      { type: IFLA.group, value: u32(options.group) },
      {
        type: IFLA.linkInfo,
        value: [
          { type: IFLA_INFO.kind, value: cString("macvlan") },
          {
            type: IFLA_INFO.data,
            value: [{ type: IFLA_MACVLAN_MODE, value: u32(MACVLAN_MODE_BRIDGE) }],
          },
        ],
      },
    ],
  };
}

export function setLinkUp(index: number): Request {
  return setLink(linkHeader({ index, flags: IFF.up, change: IFF.up }), []);
}

/** Fails with EBUSY or EOPNOTSUPP where the driver cannot do it while the link is up. */
export function setLinkMac(index: number, mac: MacAddress): Request {
  return setLink(linkHeader({ index }), [{ type: IFLA.address, value: mac }]);
}

/** Sets what /proc/sys/net/ipv4/conf/NAME/ holds, in the same write as everything else. */
export function setIpv4Settings(index: number, settings: Ipv4Settings): Request {
  const values = numberedSettings(settings).map(([type, value]) => ({ type, value: u32(value) }));
  const conf = { type: AF.ipv4, value: [{ type: IFLA_INET_CONF, value: values }] };
  return setLink(linkHeader({ index }), [{ type: IFLA.afSpec, value: [conf] }]);
}

/** No link-local address by itself. Fails with EAFNOSUPPORT where the link knows no IPv6. */
export function disableAddressGeneration(index: number): Request {
  const mode = { type: IFLA_INET6_ADDR_GEN_MODE, value: u8(ADDR_GEN_MODE_NONE) };
  return setLink(linkHeader({ index }), [
    { type: IFLA.afSpec, value: [{ type: AF.ipv6, value: [mode] }] },
  ]);
}

export function deleteLink(index: number): Request {
  return { type: RTM.delLink, flags: 0, fixed: linkHeader({ index }), attributes: [] };
}

/** Deletes every link of a group at once; fails with ENODEV where there is none. */
export function deleteLinkGroup(group: number): Request {
  const attributes = [{ type: IFLA.group, value: u32(group) }];
  return { type: RTM.delLink, flags: 0, fixed: linkHeader({}), attributes };
}

function setLink(fixed: Uint8Array<ArrayBuffer>, attributes: readonly Attribute[]): Request {
  return { type: RTM.newLink, flags: 0, fixed, attributes };
}

function linkHeader(
  fields: { index?: number; flags?: number; change?: number },
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(LINK_SIZE);
  bytes.set(u32(fields.index ?? 0), LINK_AT.index);
  bytes.set(u32(fields.flags ?? 0), LINK_AT.flags);
  bytes.set(u32(fields.change ?? 0), LINK_AT.change);
  return bytes;
}

/** AF_INET or AF_INET6. */
export function addressFamily(family: Family): number {
  return family === 4 ? AF.ipv4 : AF.ipv6;
}

/** Reads RTM_NEWLINK or RTM_DELLINK; `undefined` where it is cut short or speaks of a bridge port. */
export function parseLink(message: NetlinkMessage): LinkInfo | undefined {
  const { payload } = message;
  if (payload.byteLength < LINK_SIZE || payload.getUint8(LINK_AT.family) !== AF.unspecified) {
    return undefined;
  }
  const attributes = parseAttributes(payload, LINK_SIZE);
  const name = attributes.get(IFLA.name);
  if (name === undefined) return undefined;
  const flags = readU32(payload, LINK_AT.flags);
  return {
    index: readU32(payload, LINK_AT.index),
    name: readCString(name),
    ethernet: readU16(payload, LINK_AT.type) === ARPHRD_ETHER,
    adminUp: (flags & IFF.up) !== 0,
    up: (flags & IFF.up) !== 0 && (flags & IFF.lowerUp) !== 0,
    group: readNumber(attributes.get(IFLA.group)) ?? 0,
    ...optionalLinkFields(attributes),
  };
}

function optionalLinkFields(attributes: Map<number, DataView>): Partial<LinkInfo> {
  const mac = attributes.get(IFLA.address);
  const mtu = readNumber(attributes.get(IFLA.mtu));
  const parentIndex = readNumber(attributes.get(IFLA.link));
  const kind = nested(attributes.get(IFLA.linkInfo)).get(IFLA_INFO.kind);
  const families = nested(attributes.get(IFLA.afSpec));
  const conf = nested(families.get(AF.ipv4)).get(IFLA_INET_CONF);
  const conf6 = nested(families.get(AF.ipv6)).get(IFLA_INET6_CONF);
  return {
    ...(mac?.byteLength === MAC_SIZE ? { mac: copy(mac) } : {}),
    ...(mtu === undefined ? {} : { mtu }),
    ...(parentIndex === undefined ? {} : { parentIndex }),
    ...(kind === undefined ? {} : { kind: readCString(kind) }),
    ...(conf === undefined ? {} : { ipv4Settings: readIpv4Settings(conf) }),
    ...(conf6 === undefined ? {} : { ipv6Settings: readIpv6Settings(conf6) }),
  };
}

/**
 * Reads the IPv6 settings in an RTM_NEWLINK of the group `ipv6Link`; `undefined` for any other
 * message.
 */
export function parseIpv6Link(
  { payload }: NetlinkMessage,
): { readonly ifindex: number; readonly settings: Ipv6Settings } | undefined {
  if (payload.byteLength < LINK_SIZE || payload.getUint8(LINK_AT.family) !== AF.ipv6) {
    return undefined;
  }
  const info = nested(parseAttributes(payload, LINK_SIZE).get(IFLA.protocolInfo));
  const conf = info.get(IFLA_INET6_CONF);
  if (conf === undefined) return undefined;
  return { ifindex: readU32(payload, LINK_AT.index), settings: readIpv6Settings(conf) };
}

/** Reads RTM_NEWADDR or RTM_DELADDR; `undefined` where it is cut short or of another family. */
export function parseAddress(message: NetlinkMessage): AddressInfo | undefined {
  const { payload } = message;
  if (payload.byteLength < ADDRESS_SIZE) return undefined;
  const attributes = parseAttributes(payload, ADDRESS_SIZE);
  // On a point-to-point interface IFA_ADDRESS is the other end's; IFA_LOCAL is always ours.
  const local = attributes.get(IFA.local) ?? attributes.get(IFA.address);
  if (local?.byteLength !== IPV4_SIZE && local?.byteLength !== IPV6_SIZE) return undefined;
  const protocol = attributes.get(IFA.protocol);
  const dad = duplicateDetection(readNumber(attributes.get(IFA.flags)) ?? 0);
  return {
    ifindex: readU32(payload, ADDRESS_AT.index),
    prefix: {
      address: ipFromBytes(copy(local)),
      length: payload.getUint8(ADDRESS_AT.prefixLength),
    },
    scope: payload.getUint8(ADDRESS_AT.scope),
    protocol: protocol === undefined || protocol.byteLength < 1 ? 0 : protocol.getUint8(0),
    ...(dad === undefined ? {} : { dad }),
  };
}

/** An optimistic address may be used before the kernel is sure of it (RFC 4429). */
function duplicateDetection(flags: number): AddressInfo["dad"] {
  if ((flags & IFA_F.dadFailed) !== 0) return "failed";
  const isTentative = (flags & IFA_F.tentative) !== 0 && (flags & IFA_F.optimistic) === 0;
  return isTentative ? "running" : undefined;
}

/** {@linkcode parseAddress} for addresses that have a label: those of IPv4. */
export function parseLabelledAddress(message: NetlinkMessage): LabelledAddress | undefined {
  const address = parseAddress(message);
  if (address === undefined) return undefined;
  const label = parseAttributes(message.payload, ADDRESS_SIZE).get(IFA.label);
  return label === undefined ? undefined : { ...address, label: readCString(label) };
}

/** What one interface now does with packets of one family for others. */
export interface ForwardingInfo {
  readonly ifindex: number;
  readonly family: Family;
  readonly forwarding: number;
}

/** Reads RTM_NEWNETCONF; `undefined` where it speaks of another family or of something else. */
export function parseForwarding(message: NetlinkMessage): ForwardingInfo | undefined {
  const { payload } = message;
  if (payload.byteLength < NETCONF_SIZE) return undefined;
  const family = familyOf(payload.getUint8(NETCONF_AT.family));
  const attributes = parseAttributes(payload, NETCONF_SIZE);
  const ifindex = readNumber(attributes.get(NETCONFA.ifindex));
  const forwarding = readNumber(attributes.get(NETCONFA.forwarding));
  if (family === undefined || ifindex === undefined || forwarding === undefined) return undefined;
  return { ifindex, family, forwarding };
}

function familyOf(number: number): Family | undefined {
  if (number === AF.ipv4) return 4;
  return number === AF.ipv6 ? 6 : undefined;
}

function nested(view: DataView | undefined): Map<number, DataView> {
  return view === undefined ? new Map() : parseAttributes(view);
}

function readNumber(view: DataView | undefined): number | undefined {
  return view === undefined || view.byteLength < 4 ? undefined : readU32(view);
}

function copy(view: DataView): Uint8Array<ArrayBuffer> {
  return new Uint8Array(view.byteLength).map((_, index) => view.getUint8(index));
}
