import { equalIp, type IpAddress } from "../base/ip.ts";
import * as ah from "../wire/ah.ts";
import * as arp from "../wire/arp.ts";
import * as ethernet from "../wire/ethernet.ts";
import { ICMPV6 } from "../wire/icmpv6.ts";
import { PROTOCOL } from "../wire/ipv4.ts";
import * as vlan from "../wire/vlan.ts";
import { VRRP_GROUP, VRRP_TTL } from "../wire/vrrp.ts";
import { readCarp } from "./carp_info.ts";
import { type IpReading, readIp } from "./ip_info.ts";
import { readNeighbor } from "./neighbor_info.ts";
import type { CaughtFrame, Content, IpInfo, Sighting } from "./sighting.ts";
import { readVrrp } from "./vrrp_info.ts";

interface Finding {
  readonly content: Content;
  readonly ip?: IpInfo;
  readonly problems: readonly string[];
}

/** Reads all that can be read in a frame. Takes any bytes. */
export function dissect(frame: CaughtFrame): Sighting {
  const header = ethernet.parse(frame.bytes);
  if (!header.ok) return { frame, ...malformed(header.error.detail) };
  const { source, destination } = header.value;
  const { vlans, etherType, payload } = vlan.untag(header.value);
  const found = etherType === ethernet.ETHER_TYPE.arp
    ? findArp(payload)
    : findInIp({ etherType, payload, isCut: frame.bytes.byteLength < frame.wireBytes });
  return { frame, ethernet: { source, destination, vlans, etherType }, ...found };
}

function malformed(problem: string): Finding {
  return { content: { kind: "malformed" }, problems: [problem] };
}

function other(what: string): Finding {
  return { content: { kind: "other", what }, problems: [] };
}

function findArp(payload: DataView): Finding {
  const packet = arp.parse(payload);
  if (!packet.ok) return malformed(packet.error.detail);
  return { content: { kind: "arp", arp: packet.value }, problems: [] };
}

function findInIp({ etherType, payload, isCut }: {
  readonly etherType: number;
  readonly payload: DataView;
  readonly isCut: boolean;
}): Finding {
  const reading = readIp(etherType, payload);
  if (reading === undefined) {
    return other(`Ethernet type 0x${etherType.toString(16).padStart(4, "0")}`);
  }
  if (!("info" in reading)) return { content: { kind: "malformed" }, problems: reading.problems };
  const { info: ip, missingBytes } = reading;
  const missing = missingBytes === 0 ? [] : [
    isCut
      ? `the capture cut off ${missingBytes} bytes`
      : `IP length ${ip.lengthBytes}, ${missingBytes} bytes more than there are`,
  ];
  const found = findInPacket(reading);
  return { ip, content: found.content, problems: [...missing, ...found.problems] };
}

function findInPacket(reading: IpReading): Finding {
  const { info, payload, isFragment, problems } = reading;
  switch (info.protocol) {
    case PROTOCOL.vrrp:
    case PROTOCOL.ah:
      // The rest of a fragment's message is in other frames, its beginning perhaps too.
      if (isFragment) return { content: { kind: "malformed" }, problems };
      return withProblems(problems, findMessage(reading));
    case ICMPV6:
      return isFragment ? other("fragment of ICMPv6") : findIcmpv6(payload, info);
    default:
      return other(`IP protocol ${info.protocol}`);
  }
}

function withProblems(problems: readonly string[], found: Finding): Finding {
  return { ...found, problems: [...problems, ...found.problems] };
}

function findIcmpv6(payload: DataView, ip: IpInfo): Finding {
  const neighbor = readNeighbor(payload, ip);
  if (neighbor === undefined) return other(`ICMPv6 type ${typeOf(payload)}`);
  const problems = neighbor.checksumOk ? [] : ["the ICMPv6 checksum is wrong"];
  return { content: { kind: "na", neighbor }, problems };
}

function typeOf(payload: DataView): string {
  return payload.byteLength === 0 ? "missing" : String(payload.getUint8(0));
}

function findMessage(reading: IpReading): Finding {
  const { info, payload } = reading;
  if (info.protocol !== PROTOCOL.ah) return findVrrp(reading, payload);
  const header = ah.parse(payload);
  if (!header.ok) return malformed(header.error.detail);
  const { payload: message, ...fields } = header.value;
  if (fields.nextHeader !== PROTOCOL.vrrp) {
    return other(`authentication header before IP protocol ${fields.nextHeader}`);
  }
  return findVrrp(reading, message, fields);
}

function findVrrp(reading: IpReading, message: DataView, header?: ah.AhHeader): Finding {
  const { info: ip, missingBytes } = reading;
  const carp = header === undefined && missingBytes === 0 ? readCarp(message) : undefined;
  if (carp !== undefined) {
    const problems = carp.checksumOk ? [] : ["the CARP checksum is wrong"];
    return { content: { kind: "carp", carp }, problems };
  }
  const behindAh = header !== undefined;
  const vrrp = readVrrp({ message, ends: ip, missingBytes, behindAh });
  if (vrrp === undefined) return malformed(`VRRP message of ${message.byteLength} bytes`);
  return {
    content: { kind: "vrrp", vrrp: vrrp.info, ...header === undefined ? {} : { ah: header } },
    problems: [...ttlProblems(ip), ...ahProblems(header), ...vrrp.problems],
  };
}

/** RFC 9568 section 5.1.1.3 and 5.1.2.3; keepalived sends 64 to a single neighbour over IPv6. */
export function isTtlRight({ ttl, destination }: Pick<IpInfo, "ttl" | "destination">): boolean {
  return ttl === VRRP_TTL || (ttl === 64 && destination.family === 6 && !isGroup(destination));
}

function isGroup(address: IpAddress): boolean {
  return equalIp(address, VRRP_GROUP[address.family]);
}

function ttlProblems(ip: IpInfo): string[] {
  if (isTtlRight(ip)) return [];
  const word = ip.destination.family === 4 ? "TTL" : "hop limit";
  return [`${word} ${ip.ttl}, must be ${VRRP_TTL}`];
}

function ahProblems(header: ah.AhHeader | undefined): string[] {
  if (header === undefined || header.icv.length === ah.ICV_SIZE) return [];
  return [`an integrity check value of ${header.icv.length} bytes, must be ${ah.ICV_SIZE}`];
}
