import { formatIp, ip, ipFromBytes } from "../../src/base/ip.ts";
import * as checksum from "../../src/wire/checksum.ts";
import { pseudoHeaderSum } from "../../src/wire/pseudo_header.ts";
import { fromHex } from "./bytes.ts";
import type { CapturedFrame } from "./capture.ts";
import { LINK_LOCAL } from "./world.ts";

export const SOLICITATION = 135;
export const ADVERTISEMENT = 136;
const ROUTER_ADVERTISEMENT = 134;
export const FLAG = { router: 0x80, solicited: 0x40, override: 0x20 } as const;
const AT = { source: 22, destination: 38, type: 54, flags: 58, target: 62, options: 78 } as const;
/** A pcap-filter(7) expression. */
export const ICMPV6 = "ip6 proto 58";

export interface SeenNeighbor {
  readonly tMs: number;
  readonly type: number;
  readonly from: string;
  readonly toMac: string;
  readonly hopLimit: number;
  readonly source: string;
  readonly destination: string;
  readonly target: string;
  readonly flags: number;
  /** That of the link-layer option, if it has one. */
  readonly mac: string | undefined;
}

/** Neighbour solicitations and advertisements, read byte by byte. */
export function neighbors(frames: readonly CapturedFrame[]): SeenNeighbor[] {
  return frames.flatMap(({ tMs, frame: { buffer, byteOffset, byteLength } }) => {
    const bytes = new Uint8Array(buffer, byteOffset, byteLength);
    const type = bytes[AT.type] ?? 0;
    if (type !== SOLICITATION && type !== ADVERTISEMENT) return [];
    const address = (at: number) => formatIp(ipFromBytes(bytes.slice(at, at + 16)));
    const option = bytes.length >= AT.options + 8 ? macAt(bytes, AT.options + 2) : undefined;
    return [{
      tMs,
      type,
      from: macAt(bytes, 6),
      toMac: macAt(bytes, 0),
      hopLimit: bytes[21] ?? 0,
      source: address(AT.source),
      destination: address(AT.destination),
      target: address(AT.target),
      flags: bytes[AT.flags] ?? 0,
      mac: option,
    }];
  });
}

function macAt(bytes: Uint8Array, at: number): string {
  return Array.from(bytes.slice(at, at + 6), (one) => one.toString(16).padStart(2, "0")).join(":");
}

export function isUnsolicited({ type, flags }: SeenNeighbor): boolean {
  return type === ADVERTISEMENT && (flags & FLAG.solicited) === 0;
}

/** The ICMPv6 messages of the router advertisements among them, in hexadecimal. */
export function routerAdverts(frames: readonly CapturedFrame[]): string[] {
  return frames.flatMap(({ frame: { buffer, byteOffset, byteLength } }) => {
    const bytes = new Uint8Array(buffer, byteOffset, byteLength);
    if (bytes[AT.type] !== ROUTER_ADVERTISEMENT) return [];
    return bytes.slice(AT.type).toHex();
  });
}

/** What the host says unasked: its link-local address is at `mac`, with O set. */
export function unsolicited(mac: string): Uint8Array<ArrayBuffer> {
  const own = mac.replaceAll(":", "");
  const host = "fe800000000000000000" + "00fffe000003";
  const everybody = "ff020000000000000000000000000001";
  const headers = `333300000001${own}86dd 6000000000203aff ${host} ${everybody}`;
  const bytes = fromHex(`${headers} 88000000 20000000 ${host} 0201${own}`);
  const view = new DataView(bytes.buffer);
  const length = bytes.length - AT.type;
  const ends = { source: ip(LINK_LOCAL.host), destination: ip("ff02::1"), protocol: 58, length };
  const message = new DataView(bytes.buffer, AT.type);
  const sum = checksum.combine(pseudoHeaderSum(ends), checksum.sum(message));
  view.setUint16(AT.type + 2, checksum.finish(sum));
  return bytes;
}
