import { assert } from "../base/assert.ts";
import type { Family, IpAddress } from "../base/ip.ts";
import { BROADCAST_MAC, type MacAddress } from "../base/mac.ts";
import { ok, type Result } from "../base/result.ts";
import * as adverts from "./advert.ts";
import * as ah from "./ah.ts";
import * as arp from "./arp.ts";
import { putBytes, subView } from "./bytes.ts";
import * as ethernet from "./ethernet.ts";
import { TRAILER_SIZE } from "./hmac_trailer.ts";
import * as ipv4 from "./ipv4.ts";
import * as ipv6 from "./ipv6.ts";
import * as packets from "./packet.ts";
import { type Reject, reject } from "./reject.ts";
import { VRRP_GROUP, VRRP_TTL } from "./vrrp.ts";
import * as vrrp3 from "./vrrp3.ts";

/** A received frame down to its VRRP message, which is not read yet. */
export interface Packet extends packets.IpPacket {
  readonly sourceMac: MacAddress;
  readonly destinationMac: MacAddress;
}

/**
 * Takes an Ethernet frame apart, without padding. What the header checksum and the TTL must be is
 * the receiver's to say.
 */
export function parse(view: DataView): Result<Packet, Reject> {
  const frame = ethernet.parse(view);
  if (!frame.ok) return frame;
  const { etherType, payload, source: sourceMac, destination: destinationMac } = frame.value;
  const family = FAMILY_OF[etherType];
  if (family === undefined) {
    return reject("etherType", `Ethernet type 0x${etherType.toString(16)}`);
  }
  const packet = packets.parse(payload, family);
  return packet.ok ? ok({ ...packet.value, sourceMac, destinationMac }) : packet;
}

const FAMILY_OF: Readonly<Record<number, Family>> = {
  [ethernet.ETHER_TYPE.ipv4]: 4,
  [ethernet.ETHER_TYPE.ipv6]: 6,
};

/** All that an advertisement needs on its way over Ethernet; the family is that of its source. */
export interface AdvertFrame {
  readonly advert: adverts.Advert;
  /** Of version 3 over IPv4; default: with pseudo-header. */
  readonly checksumForm?: vrrp3.ChecksumForm;
  readonly sourceMac: MacAddress;
  /** Default: the group's. */
  readonly destinationMac?: MacAddress;
  readonly source: IpAddress;
  /** Default: the group, 224.0.0.18 or ff02::12. */
  readonly destination?: IpAddress;
  /** 16 bits; of IPv4. */
  readonly ipId: number;
  /** Appends 6 zero bytes after the IP packet: rVRRPd 0.1.3 takes no other length. */
  readonly pad: boolean;
  /** Leaves room, and zeros in it, for what is to be filled in each time that it is sent. */
  readonly room?: SealKind | undefined;
}

/** An authentication header in front of the message (IPv4 only), or a trailer behind it. */
export type SealKind = "ah" | "trailer";

type FrameLayout = Pick<AdvertFrame, "advert" | "source" | "room">;

const PADDING_SIZE = 6;
const AH_SIZE = ah.size({ icv: new Uint8Array(ah.ICV_SIZE) });

/** The length of the whole frame; it may be under Ethernet's minimum. */
export function advertSize(frame: FrameLayout & Pick<AdvertFrame, "pad">): number {
  return ethernet.size() + packetSize(frame) + (frame.pad ? PADDING_SIZE : 0);
}

function packetSize(layout: FrameLayout): number {
  const trailer = layout.room === "trailer" ? TRAILER_SIZE : 0;
  return messageAt(layout) + adverts.size(layout.advert) + trailer;
}

/** Where in the IP packet the message begins. */
function messageAt({ source, room }: FrameLayout): number {
  const header = source.family === 4 ? ipv4.size() : ipv6.size();
  return header + (room === "ah" ? AH_SIZE : 0);
}

/** The parts of a frame that its seal is made of and goes into; all in the frame's own memory. */
export interface SealableFrame {
  /** The whole IP packet. */
  readonly packet: DataView;
  readonly message: DataView;
  /** Empty where there is no room for one. */
  readonly trailer: DataView;
}

/** Takes a frame of {@linkcode emitAdvert} apart. */
export function sealableFrame(view: DataView, layout: FrameLayout): SealableFrame {
  const at = messageAt(layout);
  const packet = subView(view, { at: ethernet.size(), length: packetSize(layout) });
  const message = subView(packet, { at, length: adverts.size(layout.advert) });
  const trailer = subView(packet, {
    at: at + message.byteLength,
    length: packet.byteLength - at - message.byteLength,
  });
  return { packet, message, trailer };
}

/** Writes the whole frame into a view of exactly {@linkcode advertSize} bytes. */
export function emitAdvert(frame: AdvertFrame, view: DataView): void {
  assert(view.byteLength === advertSize(frame), "the view is as long as the frame");
  const { source } = frame;
  const destination = frame.destination ?? VRRP_GROUP[source.family];
  const { packet, message, trailer } = sealableFrame(view, frame);
  ethernet.emit({
    destination: frame.destinationMac ?? ethernet.VRRP_MULTICAST_MAC[source.family],
    source: frame.sourceMac,
    etherType: source.family === 4 ? ethernet.ETHER_TYPE.ipv4 : ethernet.ETHER_TYPE.ipv6,
  }, view);
  if (source.family === 4) emitIpv4(frame, destination, packet);
  else emitIpv6(frame, destination, packet);
  adverts.emit(frame.advert, { source, destination, form: frame.checksumForm }, message);
  putBytes(trailer, 0, new Uint8Array(trailer.byteLength));
  if (frame.pad) {
    putBytes(view, ethernet.size() + packet.byteLength, new Uint8Array(PADDING_SIZE));
  }
}

function emitIpv4(
  { source, ipId, room }: AdvertFrame,
  destination: IpAddress,
  packet: DataView,
): void {
  ipv4.emit({
    typeOfService: ipv4.TOS_NETWORK_CONTROL,
    id: ipId,
    dontFragment: false,
    ttl: VRRP_TTL,
    protocol: room === "ah" ? ipv4.PROTOCOL.ah : ipv4.PROTOCOL.vrrp,
    source,
    destination,
  }, packet);
  if (room === "ah") emitUnsealedAh(source, packet);
}

function emitIpv6({ source, room }: AdvertFrame, destination: IpAddress, packet: DataView): void {
  assert(room !== "ah", "no authentication header stands in an IPv6 packet");
  ipv6.emit({
    trafficClass: ipv4.TOS_NETWORK_CONTROL,
    flowLabel: 0,
    hopLimit: VRRP_TTL,
    protocol: ipv4.PROTOCOL.vrrp,
    source,
    destination,
  }, packet);
}

/**
 * Makes the checksum of a frame whose trailer has been filled in. Over IPv6 it covers the trailer
 * too, because it is a kernel that makes or checks it at other senders and receivers; over IPv4 it
 * does not, and nothing is left to do.
 */
export function sumUpSigned({ packet, message, trailer }: SealableFrame): void {
  const isIpv6 = packet.getUint8(ipv6.AT.versionClassFlow) >> 4 === 6;
  if (!isIpv6 || trailer.byteLength === 0) return;
  const length = message.byteLength + trailer.byteLength;
  const payload = subView(packet, { at: ipv6.size(), length });
  vrrp3.writeChecksum(payload, { ...ipv6.endsOf(packet), form: "rfc5798" });
}

/** As keepalived has it: the sender's address is the index of its security parameters. */
function emitUnsealedAh({ bytes }: IpAddress, packet: DataView): void {
  const header = subView(packet, { at: ipv4.size(), length: AH_SIZE });
  const spi = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  const icv = new Uint8Array(ah.ICV_SIZE);
  ah.emit({ nextHeader: ipv4.PROTOCOL.vrrp, spi, sequence: 0, icv }, header);
}

/** Gives an IPv4 frame of {@linkcode emitAdvert}, which is kept and sent many times, its next IP id. */
export function patchIpId(view: DataView, id: number): void {
  const at = ethernet.size();
  ipv4.patchId(subView(view, { at, length: view.byteLength - at }), id);
}

/** 42 bytes, under Ethernet's minimum: padding is left to the device. */
export function gratuitousArpSize(): number {
  return ethernet.size() + arp.size();
}

/** Writes the broadcast that tells the segment `address` is at `sourceMac`. */
export function emitGratuitousArp(
  { sourceMac, address }: { readonly sourceMac: MacAddress; readonly address: IpAddress },
  view: DataView,
): void {
  assert(view.byteLength === gratuitousArpSize(), "the view is as long as the frame");
  ethernet.emit({
    destination: BROADCAST_MAC,
    source: sourceMac,
    etherType: ethernet.ETHER_TYPE.arp,
  }, view);
  const packet = subView(view, { at: ethernet.size(), length: arp.size() });
  arp.emit(arp.gratuitousRequest({ mac: sourceMac, address }), packet);
}
