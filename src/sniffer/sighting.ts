import type { IpAddress } from "../base/ip.ts";
import type { MacAddress } from "../base/mac.ts";
import type { ArpPacket } from "../wire/arp.ts";
import type { AhHeader } from "../wire/ah.ts";
import type { HmacTrailer } from "../wire/hmac_trailer.ts";
import type { ChecksumForm } from "../wire/vrrp3.ts";

/** A frame as it was caught, not looked into yet. */
export interface CaughtFrame {
  /** Since 1970, whole microseconds. */
  readonly timestampUs: number;
  readonly bytes: DataView;
  /** Length on the wire; more than `bytes` where the capture cut the frame. */
  readonly wireBytes: number;
  /** Unknown for frames from a file. */
  readonly direction?: "in" | "out";
}

/**
 * All that could be read in one frame. Unlike a receiver's codec, which stops at the first fault, this
 * goes on as far as the bytes do, and lists what is wrong.
 */
export interface Sighting {
  readonly frame: CaughtFrame;
  /** Absent where the frame is shorter than its header. */
  readonly ethernet?: EthernetInfo;
  readonly ip?: IpInfo;
  readonly content: Content;
  /** What a receiver would find fault with, in the order in which it looks. */
  readonly problems: readonly string[];
}

export interface EthernetInfo {
  readonly source: MacAddress;
  readonly destination: MacAddress;
  /** VLAN numbers, the outermost first. */
  readonly vlans: readonly number[];
  /** Of what the tags, if any, stand in front of. */
  readonly etherType: number;
}

export interface IpInfo {
  readonly source: IpAddress;
  readonly destination: IpAddress;
  /** Or hop limit. */
  readonly ttl: number;
  readonly protocol: number;
  /** Or traffic class. */
  readonly typeOfService: number;
  /** Of header and payload as the header says, without Ethernet's padding. */
  readonly lengthBytes: number;
  /** What follows the packet in its frame. */
  readonly paddingBytes: number;
  /** IPv4 options or IPv6 extension headers. */
  readonly optionBytes: number;
  /** IPv4 only. */
  readonly ipv4?: Ipv4Info;
  /** IPv6 only. */
  readonly flowLabel?: number;
}

export interface Ipv4Info {
  readonly id: number;
  readonly dontFragment: boolean;
  readonly checksum: number;
  readonly checksumOk: boolean;
}

export type Content =
  | { readonly kind: "vrrp"; readonly vrrp: VrrpInfo; readonly ah?: AhHeader }
  | { readonly kind: "carp"; readonly carp: CarpInfo }
  | { readonly kind: "arp"; readonly arp: ArpPacket }
  | { readonly kind: "na"; readonly neighbor: NeighborInfo }
  /** Something else that is in order; `what` names it. */
  | { readonly kind: "other"; readonly what: string }
  /** Too little or too wrong to say what it is. */
  | { readonly kind: "malformed" };

export interface VrrpInfo {
  readonly version: number;
  readonly type: number;
  readonly vrid: number;
  readonly priority: number;
  /** As the message says; `addresses` may be fewer. */
  readonly addressCount: number;
  /** Absent in versions that have neither form. */
  readonly interval?: AdvertInterval;
  readonly addresses: readonly IpAddress[];
  /** Without an HMAC trailer. */
  readonly messageBytes: number;
  readonly checksum: ChecksumInfo;
  /** The byte of version 2. */
  readonly authType?: number;
  readonly auth: AuthInfo;
}

export type AdvertInterval =
  | { readonly unit: "s"; readonly value: number }
  | { readonly unit: "cs"; readonly value: number; readonly reservedBits: number };

export interface ChecksumInfo {
  readonly value: number;
  /** Unknown where the message is not there as a whole, or of no version that we know. */
  readonly verdict: "right" | "wrong" | "unknown";
  /**
   * Version 3 over IPv4: by which readings it is right. "group" is keepalived's former one, which takes
   * the group's address also for what goes to a single neighbour: wrong, but known.
   */
  readonly readings?: readonly (ChecksumForm | "group")[];
}

/** Never holds a password: whether there is one is all that is told, where its place is there. */
export type AuthInfo =
  | { readonly name: "none" }
  | { readonly name: "rfc2338-simple"; readonly passwordPresent?: boolean }
  | { readonly name: "rfc2338-ah" }
  | { readonly name: "p0-t8-sha256" | "p1-b8-shake256"; readonly digest: Uint8Array }
  | { readonly name: "hmac-sha256"; readonly trailer: HmacTrailer }
  | { readonly name: "unknown"; readonly type: number };

/** CARP, which shares protocol number, group and first byte with VRRP (OpenBSD's ip_carp.h). */
export interface CarpInfo {
  readonly vhid: number;
  readonly advSkew: number;
  readonly advBaseS: number;
  readonly checksum: number;
  readonly checksumOk: boolean;
}

/** A neighbour advertisement (RFC 4861 section 4.4). */
export interface NeighborInfo {
  readonly target: IpAddress;
  readonly router: boolean;
  readonly solicited: boolean;
  readonly override: boolean;
  readonly targetMac?: MacAddress;
  readonly checksumOk: boolean;
}
