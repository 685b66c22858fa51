import { ipFromBytes, IPV4_SIZE, IPV6_SIZE } from "../base/ip.ts";
import { copyBytes, subView } from "../wire/bytes.ts";
import * as checksum from "../wire/checksum.ts";
import { ETHER_TYPE } from "../wire/ethernet.ts";
import * as ipv4 from "../wire/ipv4.ts";
import * as ipv6 from "../wire/ipv6.ts";
import type { IpInfo } from "./sighting.ts";

/** An IP packet as far as its bytes go. */
export interface IpReading {
  readonly info: IpInfo;
  /** What there is of the payload, without padding. */
  readonly payload: DataView;
  /** Bytes that the header promises and that are not there. */
  readonly missingBytes: number;
  readonly isFragment: boolean;
  readonly problems: readonly string[];
}

/** A packet whose header says more than one can go by. */
export interface IpFault {
  readonly problems: readonly string[];
}

/** Reads the packet behind an EtherType of IPv4 or IPv6; `undefined` for any other. */
export function readIp(etherType: number, view: DataView): IpReading | IpFault | undefined {
  if (etherType === ETHER_TYPE.ipv4) return readIpv4(view);
  if (etherType === ETHER_TYPE.ipv6) return readIpv6(view);
  return undefined;
}

function readIpv4(view: DataView): IpReading | IpFault {
  if (view.byteLength < ipv4.HEADER_SIZE) return fault(`IP packet of ${view.byteLength} bytes`);
  const version = view.getUint8(ipv4.AT.versionAndLength) >> 4;
  if (version !== 4) return fault(`IP version ${version} under Ethernet's type for IPv4`);
  const headerBytes = (view.getUint8(ipv4.AT.versionAndLength) & 0x0f) * 4;
  const totalBytes = view.getUint16(ipv4.AT.totalLength);
  if (headerBytes < ipv4.HEADER_SIZE || headerBytes > view.byteLength) {
    return fault(`IP header length ${headerBytes}`);
  }
  if (totalBytes < headerBytes) return fault(`IP total length ${totalBytes}`);
  const info = ipv4Info(view, { headerBytes, totalBytes });
  const fragment = view.getUint16(ipv4.AT.fragment) & ~DONT_FRAGMENT;
  const problems = [
    ...info.ipv4?.checksumOk === false ? ["the IP header's checksum is wrong"] : [],
    ...fragment === 0 ? [] : [`a fragment (field 0x${fragment.toString(16).padStart(4, "0")})`],
  ];
  const lengths = cut({ have: view.byteLength, want: totalBytes });
  const payload = subView(view, { at: headerBytes, length: lengths.there - headerBytes });
  return {
    info,
    payload,
    missingBytes: lengths.missing,
    isFragment: fragment !== 0,
    problems,
  };
}

const DONT_FRAGMENT = 0x4000;

function ipv4Info(
  view: DataView,
  { headerBytes, totalBytes }: { readonly headerBytes: number; readonly totalBytes: number },
): IpInfo {
  const header = subView(view, { at: 0, length: headerBytes });
  return {
    source: ipFromBytes(copyBytes(view, { at: ipv4.AT.source, length: IPV4_SIZE })),
    destination: ipFromBytes(copyBytes(view, { at: ipv4.AT.destination, length: IPV4_SIZE })),
    ttl: view.getUint8(ipv4.AT.ttl),
    protocol: view.getUint8(ipv4.AT.protocol),
    typeOfService: view.getUint8(ipv4.AT.typeOfService),
    lengthBytes: totalBytes,
    paddingBytes: Math.max(0, view.byteLength - totalBytes),
    optionBytes: headerBytes - ipv4.HEADER_SIZE,
    ipv4: {
      id: view.getUint16(ipv4.AT.id),
      dontFragment: (view.getUint16(ipv4.AT.fragment) & DONT_FRAGMENT) !== 0,
      checksum: view.getUint16(ipv4.AT.checksum),
      checksumOk: checksum.finish(checksum.sum(header)) === 0,
    },
  };
}

function readIpv6(view: DataView): IpReading | IpFault {
  if (view.byteLength < ipv6.HEADER_SIZE) return fault(`IPv6 packet of ${view.byteLength} bytes`);
  const first = view.getUint32(ipv6.AT.versionClassFlow);
  if (first >>> 28 !== 6) return fault(`IP version ${first >>> 28} under Ethernet's type for IPv6`);
  const totalBytes = ipv6.HEADER_SIZE + view.getUint16(ipv6.AT.payloadLength);
  const lengths = cut({ have: view.byteLength, want: totalBytes });
  const packet = subView(view, { at: 0, length: lengths.there });
  const next = { protocol: view.getUint8(ipv6.AT.nextHeader), at: ipv6.HEADER_SIZE };
  const upper = ipv6.skipExtensions(packet, next);
  if (upper === undefined) return fault("an IPv6 extension header is cut short");
  const isFragment = upper.protocol === ipv6.EXTENSION.fragment;
  return {
    info: {
      source: ipFromBytes(copyBytes(view, { at: ipv6.AT.source, length: IPV6_SIZE })),
      destination: ipFromBytes(copyBytes(view, { at: ipv6.AT.destination, length: IPV6_SIZE })),
      ttl: view.getUint8(ipv6.AT.hopLimit),
      protocol: upper.protocol,
      typeOfService: (first >>> 20) & 0xff,
      lengthBytes: totalBytes,
      paddingBytes: Math.max(0, view.byteLength - totalBytes),
      optionBytes: upper.at - ipv6.HEADER_SIZE,
      flowLabel: first & 0xfffff,
    },
    payload: subView(packet, { at: upper.at, length: packet.byteLength - upper.at }),
    missingBytes: lengths.missing,
    isFragment,
    problems: isFragment ? ["a fragment"] : [],
  };
}

function cut({ have, want }: { readonly have: number; readonly want: number }) {
  return { there: Math.min(have, want), missing: Math.max(0, want - have) };
}

function fault(problem: string): IpFault {
  return { problems: [problem] };
}
