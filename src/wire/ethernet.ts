import type { Family } from "../base/ip.ts";
import { MAC_SIZE, type MacAddress } from "../base/mac.ts";
import { ok, type Result } from "../base/result.ts";
import { copyBytes, putBytes, subView } from "./bytes.ts";
import { type Reject, reject } from "./reject.ts";

export const AT = { destination: 0, source: 6, etherType: 12 } as const;
export const HEADER_SIZE = 14;

export const ETHER_TYPE = { ipv4: 0x0800, arp: 0x0806, ipv6: 0x86dd } as const;

/** Where the groups 224.0.0.18 and ff02::12 are sent to (RFC 1112 section 6.4, RFC 2464 section 7). */
export const VRRP_MULTICAST_MAC: Readonly<Record<Family, MacAddress>> = {
  4: Uint8Array.of(0x01, 0x00, 0x5e, 0x00, 0x00, 0x12),
  6: Uint8Array.of(0x33, 0x33, 0x00, 0x00, 0x00, 0x12),
};

export interface EthernetHeader {
  readonly destination: MacAddress;
  readonly source: MacAddress;
  readonly etherType: number;
}

export interface EthernetFrame extends EthernetHeader {
  /** All that follows the header, padding too. */
  readonly payload: DataView;
}

/** The hardware address of a virtual router (RFC 9568 section 7.3). */
export function virtualMac(
  { vrid, family }: { readonly vrid: number; readonly family: Family },
): MacAddress {
  return Uint8Array.of(0x00, 0x00, 0x5e, 0x00, family === 4 ? 0x01 : 0x02, vrid);
}

export function parse(view: DataView): Result<EthernetFrame, Reject> {
  if (view.byteLength < HEADER_SIZE) {
    return reject("truncated", `Ethernet frame of ${view.byteLength} bytes`);
  }
  return ok({
    destination: copyBytes(view, { at: AT.destination, length: MAC_SIZE }),
    source: copyBytes(view, { at: AT.source, length: MAC_SIZE }),
    etherType: view.getUint16(AT.etherType),
    payload: subView(view, { at: HEADER_SIZE, length: view.byteLength - HEADER_SIZE }),
  });
}

export function size(): number {
  return HEADER_SIZE;
}

/** Writes the 14 bytes of the header; the payload is its own codec's. */
export function emit(header: EthernetHeader, view: DataView): void {
  putBytes(view, AT.destination, header.destination);
  putBytes(view, AT.source, header.source);
  view.setUint16(AT.etherType, header.etherType);
}
