import { assert } from "../base/assert.ts";
import type { Family, IpAddress } from "../base/ip.ts";
import { BROADCAST_MAC, type MacAddress } from "../base/mac.ts";
import { ok, type Result } from "../base/result.ts";
import * as arp from "./arp.ts";
import { putBytes, subView } from "./bytes.ts";
import * as ethernet from "./ethernet.ts";
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
  const { protocol } = packet.value;
  if (protocol !== ipv4.PROTOCOL.vrrp) return reject("protocol", `IP protocol ${protocol}`);
  return ok({
    family: 4,
    sourceMac: frame.value.source,
    destinationMac: frame.value.destination,
    source: packet.value.source,
    destination: packet.value.destination,
    ttl: packet.value.ttl,
    protocol,
    ipChecksumOk: packet.value.checksumOk,
    message: packet.value.payload,
  });
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
}

const PADDING_SIZE = 6;

/** The length of the whole frame; it may be under Ethernet's minimum. */
export function advertSize({ advert, pad }: Pick<AdvertFrame, "advert" | "pad">): number {
  return ethernet.size() + ipv4.size() + vrrp2.size(advert) + (pad ? PADDING_SIZE : 0);
}

/** Writes the whole frame into a view of exactly {@linkcode advertSize} bytes. */
export function emitAdvert(frame: AdvertFrame, view: DataView): void {
  assert(view.byteLength === advertSize(frame), "the view is as long as the frame");
  const length = ipv4.size() + vrrp2.size(frame.advert);
  const packet = subView(view, { at: ethernet.size(), length });
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
    protocol: ipv4.PROTOCOL.vrrp,
    source: frame.source,
    destination: frame.destination ?? VRRP_GROUP[4],
  }, packet);
  vrrp2.emit(frame.advert, subView(packet, { at: ipv4.size(), length: vrrp2.size(frame.advert) }));
  if (frame.pad) putBytes(view, ethernet.size() + length, new Uint8Array(PADDING_SIZE));
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
