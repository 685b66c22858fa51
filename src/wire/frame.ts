import { assert } from "../base/assert.ts";
import type { Family, IpAddress } from "../base/ip.ts";
import { BROADCAST_MAC, type MacAddress } from "../base/mac.ts";
import { ok, type Result } from "../base/result.ts";
import * as ah from "./ah.ts";
import * as arp from "./arp.ts";
import { putBytes, subView } from "./bytes.ts";
import * as ethernet from "./ethernet.ts";
import { TRAILER_SIZE } from "./hmac_trailer.ts";
import * as ipv4 from "./ipv4.ts";
import { type Reject, reject } from "./reject.ts";
import { VRRP_GROUP, VRRP_TTL } from "./vrrp.ts";
import * as vrrp2 from "./vrrp2.ts";

/** A received frame down to its VRRP message, which is not read yet. */
export interface Packet {
  readonly family: Family;
  readonly sourceMac: MacAddress;
  readonly destinationMac: MacAddress;
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly ttl: number;
  readonly protocol: number;
  readonly ipChecksumOk: boolean;
  /** Lies in the frame's own memory: read it before the receive buffer is used again. */
  readonly message: DataView;
  /** Where an authentication header stands in front of the message. */
  readonly ah?: AuthenticatedPacket;
}

/** What the integrity check value of an authentication header is to be checked with. */
export interface AuthenticatedPacket {
  readonly header: ah.AhHeader;
  /** The whole IP packet, in the frame's own memory. */
  readonly packet: DataView;
}

/**
 * Takes an Ethernet frame apart, without padding. What the header checksum and the TTL must be is
 * the receiver's to say.
 */
export function parse(view: DataView): Result<Packet, Reject> {
  const frame = ethernet.parse(view);
  if (!frame.ok) return frame;
  const { etherType } = frame.value;
  if (etherType !== ethernet.ETHER_TYPE.ipv4) {
    return reject("etherType", `Ethernet type 0x${etherType.toString(16)}`);
  }
  const packet = ipv4.parse(frame.value.payload);
  if (!packet.ok) return packet;
  const { protocol, payload } = packet.value;
  const inner = protocol === ipv4.PROTOCOL.ah
    ? parseAuthenticated(frame.value.payload, payload)
    : ok({ message: payload });
  if (!inner.ok) return inner;
  if (protocol !== ipv4.PROTOCOL.vrrp && protocol !== ipv4.PROTOCOL.ah) {
    return reject("protocol", `IP protocol ${protocol}`);
  }
  return ok({
    family: 4,
    sourceMac: frame.value.source,
    destinationMac: frame.value.destination,
    source: packet.value.source,
    destination: packet.value.destination,
    ttl: packet.value.ttl,
    protocol,
    ipChecksumOk: packet.value.checksumOk,
    ...inner.value,
  });
}

function parseAuthenticated(
  outer: DataView,
  payload: DataView,
): Result<Pick<Packet, "message" | "ah">, Reject> {
  const parsed = ah.parse(payload);
  if (!parsed.ok) return parsed;
  const { payload: message, ...header } = parsed.value;
  if (header.nextHeader !== ipv4.PROTOCOL.vrrp) {
    return reject("protocol", `IP protocol ${header.nextHeader} behind an authentication header`);
  }
  // Without what stands behind the packet, such as padding.
  const length = payload.byteOffset - outer.byteOffset + payload.byteLength;
  return ok({ message, ah: { header, packet: subView(outer, { at: 0, length }) } });
}

/** All that a version 2 advertisement needs on its way over Ethernet. */
export interface AdvertFrame {
  readonly advert: vrrp2.Vrrp2Advert;
  readonly sourceMac: MacAddress;
  /** Default: the group's. */
  readonly destinationMac?: MacAddress;
  readonly source: IpAddress;
  /** Default: the group, 224.0.0.18. */
  readonly destination?: IpAddress;
  /** 16 bits. */
  readonly ipId: number;
  /** Appends 6 zero bytes after the IP packet: rVRRPd 0.1.3 takes no other length. */
  readonly pad: boolean;
  /** Leaves room, and zeros in it, for what is to be filled in each time that it is sent. */
  readonly room?: SealKind | undefined;
}

/** An authentication header in front of the message, or a trailer behind it. */
export type SealKind = "ah" | "trailer";

const PADDING_SIZE = 6;
const AH_SIZE = ah.size({ icv: new Uint8Array(ah.ICV_SIZE) });

/** The length of the whole frame; it may be under Ethernet's minimum. */
export function advertSize(frame: Pick<AdvertFrame, "advert" | "pad" | "room">): number {
  return ethernet.size() + packetSize(frame) + (frame.pad ? PADDING_SIZE : 0);
}

function packetSize({ advert, room }: Pick<AdvertFrame, "advert" | "room">): number {
  const trailer = room === "trailer" ? TRAILER_SIZE : 0;
  return messageAt(room) + vrrp2.size(advert) + trailer;
}

/** Where in the IP packet the message begins. */
function messageAt(room: SealKind | undefined): number {
  return ipv4.size() + (room === "ah" ? AH_SIZE : 0);
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
export function sealableFrame(
  view: DataView,
  { advert, room }: Pick<AdvertFrame, "advert" | "room">,
): SealableFrame {
  const packet = subView(view, { at: ethernet.size(), length: packetSize({ advert, room }) });
  const message = subView(packet, { at: messageAt(room), length: vrrp2.size(advert) });
  const trailer = subView(packet, {
    at: messageAt(room) + message.byteLength,
    length: packet.byteLength - messageAt(room) - message.byteLength,
  });
  return { packet, message, trailer };
}

/** Writes the whole frame into a view of exactly {@linkcode advertSize} bytes. */
export function emitAdvert(frame: AdvertFrame, view: DataView): void {
  assert(view.byteLength === advertSize(frame), "the view is as long as the frame");
  const { packet, message, trailer } = sealableFrame(view, frame);
  ethernet.emit({
    destination: frame.destinationMac ?? ethernet.VRRP_MULTICAST_MAC[4],
    source: frame.sourceMac,
    etherType: ethernet.ETHER_TYPE.ipv4,
  }, view);
  ipv4.emit({
    typeOfService: ipv4.TOS_NETWORK_CONTROL,
    id: frame.ipId,
    dontFragment: false,
    ttl: VRRP_TTL,
    protocol: frame.room === "ah" ? ipv4.PROTOCOL.ah : ipv4.PROTOCOL.vrrp,
    source: frame.source,
    destination: frame.destination ?? VRRP_GROUP[4],
  }, packet);
  if (frame.room === "ah") emitUnsealedAh(frame.source, packet);
  vrrp2.emit(frame.advert, message);
  putBytes(trailer, 0, new Uint8Array(trailer.byteLength));
  if (frame.pad) {
    putBytes(view, ethernet.size() + packet.byteLength, new Uint8Array(PADDING_SIZE));
  }
}

/** As keepalived has it: the sender's address is the index of its security parameters. */
function emitUnsealedAh({ bytes }: IpAddress, packet: DataView): void {
  const header = subView(packet, { at: ipv4.size(), length: AH_SIZE });
  const spi = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  const icv = new Uint8Array(ah.ICV_SIZE);
  ah.emit({ nextHeader: ipv4.PROTOCOL.vrrp, spi, sequence: 0, icv }, header);
}

/** Gives a frame of {@linkcode emitAdvert}, which is kept and sent many times, its next IP id. */
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
