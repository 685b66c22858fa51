import { formatIp } from "../../src/base/ip.ts";
import { formatMac } from "../../src/base/mac.ts";
import * as arp from "../../src/wire/arp.ts";
import * as ethernet from "../../src/wire/ethernet.ts";
import * as frame from "../../src/wire/frame.ts";
import * as hmacTrailer from "../../src/wire/hmac_trailer.ts";
import * as vrrp2 from "../../src/wire/vrrp2.ts";
import type { CapturedFrame } from "./capture.ts";

export interface SeenAdvert {
  readonly tMs: number;
  readonly vrid: number;
  readonly priority: number;
  readonly authType: number;
  readonly addresses: readonly string[];
  readonly source: string;
  readonly sourceMac: string;
  readonly destination: string;
}

/** A gratuitous ARP: the segment is told where an address lives. */
export interface SeenClaim {
  readonly tMs: number;
  readonly address: string;
  readonly mac: string;
}

/** An ARP packet in its frame. */
export interface SeenArp {
  readonly frameSource: string;
  readonly senderMac: string;
  readonly senderAddress: string;
  readonly targetAddress: string;
}

/** The version 2 advertisements of a capture; anything that is none is left out. */
export function adverts(frames: readonly CapturedFrame[]): SeenAdvert[] {
  return frames.flatMap(({ tMs, frame: view }) => {
    const packet = frame.parse(view);
    if (!packet.ok) return [];
    const { message } = hmacTrailer.split(packet.value.message, 4);
    const advert = vrrp2.parse(message);
    if (!advert.ok) return [];
    const { vrid, priority, authType } = advert.value;
    const addresses = advert.value.addresses.map(formatIp);
    const source = formatIp(packet.value.source);
    const sourceMac = formatMac(packet.value.sourceMac);
    const destination = formatIp(packet.value.destination);
    return [{ tMs, vrid, priority, authType, addresses, source, sourceMac, destination }];
  });
}

export function claims(frames: readonly CapturedFrame[]): SeenClaim[] {
  return frames.flatMap(({ tMs, frame: view }) => {
    const packet = arpIn(view)?.packet;
    if (packet === undefined || !arp.isGratuitous(packet)) return [];
    const { senderAddress, senderMac } = packet;
    return [{ tMs, address: formatIp(senderAddress), mac: formatMac(senderMac) }];
  });
}

/** All ARP packets of a capture: questions, answers and announcements. */
export function arps(frames: readonly CapturedFrame[]): SeenArp[] {
  return frames.flatMap(({ frame: view }) => {
    const seen = arpIn(view);
    if (seen === undefined) return [];
    const { senderMac, senderAddress, targetAddress } = seen.packet;
    return [{
      frameSource: formatMac(seen.frameSource),
      senderMac: formatMac(senderMac),
      senderAddress: formatIp(senderAddress),
      targetAddress: formatIp(targetAddress),
    }];
  });
}

function arpIn(view: DataView) {
  const seen = ethernet.parse(view);
  if (!seen.ok || seen.value.etherType !== ethernet.ETHER_TYPE.arp) return undefined;
  const packet = arp.parse(seen.value.payload);
  return packet.ok ? { frameSource: seen.value.source, packet: packet.value } : undefined;
}
