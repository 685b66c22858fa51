import { assert } from "../base/assert.ts";
import { equalIp, type IpAddress, ipFromBytes, IPV4_SIZE } from "../base/ip.ts";
import { BROADCAST_MAC, MAC_SIZE, type MacAddress } from "../base/mac.ts";
import { ok, type Result } from "../base/result.ts";
import { copyBytes, putBytes } from "./bytes.ts";
import { ETHER_TYPE } from "./ethernet.ts";
import { type Reject, reject } from "./reject.ts";

export const AT = {
  hardwareType: 0,
  protocolType: 2,
  hardwareSize: 4,
  protocolSize: 5,
  operation: 6,
  senderMac: 8,
  senderAddress: 14,
  targetMac: 18,
  targetAddress: 24,
} as const;

/** IPv4 over Ethernet. */
export const PACKET_SIZE = 28;
export const HARDWARE_ETHERNET = 1;
export const OPERATION = { request: 1, reply: 2 } as const;

/** An IPv4 address asked for or told over Ethernet (RFC 826). */
export interface ArpPacket {
  /** 16 bits; see {@linkcode OPERATION}. */
  readonly operation: number;
  readonly senderMac: MacAddress;
  readonly senderAddress: IpAddress;
  readonly targetMac: MacAddress;
  readonly targetAddress: IpAddress;
}

/** Tells the whole segment that `mac` has `address`, in the form that keepalived and FRR send. */
export function gratuitousRequest(
  { mac, address }: { readonly mac: MacAddress; readonly address: IpAddress },
): ArpPacket {
  return {
    operation: OPERATION.request,
    senderMac: mac,
    senderAddress: address,
    targetMac: BROADCAST_MAC,
    targetAddress: address,
  };
}

/** Whether the sender speaks of its own address unasked (RFC 5227 section 3). */
export function isGratuitous(packet: ArpPacket): boolean {
  return equalIp(packet.senderAddress, packet.targetAddress);
}

/** Bytes after the packet are Ethernet's padding. */
export function parse(view: DataView): Result<ArpPacket, Reject> {
  if (view.byteLength < PACKET_SIZE) {
    return reject("truncated", `ARP packet of ${view.byteLength} bytes`);
  }
  const hardwareType = view.getUint16(AT.hardwareType);
  if (hardwareType !== HARDWARE_ETHERNET) {
    return reject("arpHeader", `ARP hardware type ${hardwareType}`);
  }
  const protocolType = view.getUint16(AT.protocolType);
  if (protocolType !== ETHER_TYPE.ipv4) {
    return reject("arpHeader", `ARP protocol type 0x${protocolType.toString(16)}`);
  }
  const hardwareSize = view.getUint8(AT.hardwareSize);
  const protocolSize = view.getUint8(AT.protocolSize);
  if (hardwareSize !== MAC_SIZE || protocolSize !== IPV4_SIZE) {
    return reject("arpHeader", `ARP address lengths ${hardwareSize} and ${protocolSize}`);
  }
  return ok(readAddresses(view));
}

function readAddresses(view: DataView): ArpPacket {
  return {
    operation: view.getUint16(AT.operation),
    senderMac: copyBytes(view, { at: AT.senderMac, length: MAC_SIZE }),
    senderAddress: ipFromBytes(copyBytes(view, { at: AT.senderAddress, length: IPV4_SIZE })),
    targetMac: copyBytes(view, { at: AT.targetMac, length: MAC_SIZE }),
    targetAddress: ipFromBytes(copyBytes(view, { at: AT.targetAddress, length: IPV4_SIZE })),
  };
}

export function size(): number {
  return PACKET_SIZE;
}

export function emit(packet: ArpPacket, view: DataView): void {
  assert(packet.senderAddress.family === 4, "ARP carries an IPv4 sender");
  assert(packet.targetAddress.family === 4, "ARP carries an IPv4 target");
  view.setUint16(AT.hardwareType, HARDWARE_ETHERNET);
  view.setUint16(AT.protocolType, ETHER_TYPE.ipv4);
  view.setUint8(AT.hardwareSize, MAC_SIZE);
  view.setUint8(AT.protocolSize, IPV4_SIZE);
  view.setUint16(AT.operation, packet.operation);
  putBytes(view, AT.senderMac, packet.senderMac);
  putBytes(view, AT.senderAddress, packet.senderAddress.bytes);
  putBytes(view, AT.targetMac, packet.targetMac);
  putBytes(view, AT.targetAddress, packet.targetAddress.bytes);
}
