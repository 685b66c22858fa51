import assert from "node:assert/strict";
import { type Family, formatIp } from "../../src/base/ip.ts";
import { formatMac } from "../../src/base/mac.ts";
import * as ethernet from "../../src/wire/ethernet.ts";
import * as ipv4 from "../../src/wire/ipv4.ts";
import * as ipv6 from "../../src/wire/ipv6.ts";
import * as vrrp3 from "../../src/wire/vrrp3.ts";
import type { CapturedFrame } from "./capture.ts";

/** What to capture of version 3: advertisements, ARP and neighbour advertisements. */
export const VERSION_3_FILTER =
  "ip proto 112 or ip6 proto 112 or arp or (icmp6 and ip6[40] == 136)";

export interface SeenAdvert3 {
  readonly tMs: number;
  readonly family: Family;
  readonly vrid: number;
  readonly priority: number;
  readonly intervalCs: number;
  readonly checksumForm: vrrp3.ChecksumForm;
  readonly addresses: readonly string[];
  readonly source: string;
  readonly sourceMac: string;
  readonly destination: string;
  /** TTL or hop limit. */
  readonly ttl: number;
}

/** The version 3 advertisements of a capture, of both families; anything that is none is left out. */
export function adverts3(frames: readonly CapturedFrame[]): SeenAdvert3[] {
  return frames.flatMap(({ tMs, frame }) => {
    const packet = ipIn(frame);
    if (packet === undefined || packet.protocol !== ipv4.PROTOCOL.vrrp) return [];
    const { source, destination, ttl, payload, sourceMac } = packet;
    const parsed = vrrp3.parse(payload, { source, destination });
    if (!parsed.ok) return [];
    const { advert, checksumForm } = parsed.value;
    return [{
      tMs,
      family: source.family,
      vrid: advert.vrid,
      priority: advert.priority,
      intervalCs: advert.advertIntervalCs,
      checksumForm,
      addresses: advert.addresses.map(formatIp),
      source: formatIp(source),
      sourceMac,
      destination: formatIp(destination),
      ttl,
    }];
  });
}

function ipIn(view: DataView) {
  const seen = ethernet.parse(view);
  if (!seen.ok) return undefined;
  const { etherType, payload } = seen.value;
  const sourceMac = formatMac(seen.value.source);
  if (etherType === ethernet.ETHER_TYPE.ipv4) {
    const packet = ipv4.parse(payload);
    return packet.ok ? { ...packet.value, sourceMac } : undefined;
  }
  if (etherType !== ethernet.ETHER_TYPE.ipv6) return undefined;
  const packet = ipv6.parse(payload);
  return packet.ok ? { ...packet.value, ttl: packet.value.hopLimit, sourceMac } : undefined;
}

/**
 * Who was Master of a virtual router, in order. Farewells do not count, nor the one advertisement
 * that a Master may have on its way while it hears its successor.
 */
export function reigns(seen: readonly SeenAdvert3[]): string[] {
  const senders = seen.filter(({ priority }) => priority > 0).map(({ source }) => source);
  const settled = senders.filter((sender, index) => {
    const before = senders[index - 1];
    const wasMaster = senders.indexOf(sender) < index - 1;
    return !(wasMaster && sender !== before && senders[index + 1] === before);
  });
  return settled.filter((sender, index) => sender !== settled[index - 1]);
}

/** From the last advertisement of the one to the first of the other, which is not a farewell. */
export function gapMs(
  adverts: readonly SeenAdvert3[],
  { from, to }: { readonly from: string; readonly to: string },
): number {
  const first = adverts.findIndex(({ source }) => source === to);
  assert.ok(first > 0, `${to} never followed ${from}`);
  const last = adverts.slice(0, first).findLast(({ source }) => source === from);
  return (adverts[first]?.tMs ?? NaN) - (last?.tMs ?? NaN);
}
