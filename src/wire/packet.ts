import type { Family, IpAddress } from "../base/ip.ts";
import { ok, type Result } from "../base/result.ts";
import * as ah from "./ah.ts";
import { subView } from "./bytes.ts";
import * as ipv4 from "./ipv4.ts";
import * as ipv6 from "./ipv6.ts";
import { type Reject, reject } from "./reject.ts";

/** A received IP packet of either family down to its VRRP message, which is not read yet. */
export interface IpPacket {
  readonly family: Family;
  readonly source: IpAddress;
  readonly destination: IpAddress;
  /** IPv6 calls it the hop limit. */
  readonly ttl: number;
  readonly protocol: number;
  /** Always true over IPv6, whose header has none that could be wrong. */
  readonly ipChecksumOk: boolean;
  /** Lies in the packet's own memory: read it before the receive buffer is used again. */
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

/** Takes an IP packet apart, and leaves out what stands behind it, such as padding. */
export function parse(view: DataView, family: Family): Result<IpPacket, Reject> {
  return family === 4 ? parseIpv4(view) : parseIpv6(view);
}

function parseIpv4(outer: DataView): Result<IpPacket, Reject> {
  const packet = ipv4.parse(outer);
  if (!packet.ok) return packet;
  const { protocol, payload, source, destination, ttl, checksumOk } = packet.value;
  const inner = protocol === ipv4.PROTOCOL.ah
    ? parseAuthenticated(outer, payload)
    : ok({ message: payload });
  if (!inner.ok) return inner;
  if (protocol !== ipv4.PROTOCOL.vrrp && protocol !== ipv4.PROTOCOL.ah) {
    return reject("protocol", `IP protocol ${protocol}`);
  }
  const ends = { family: 4, source, destination } as const;
  return ok({ ...ends, ttl, protocol, ipChecksumOk: checksumOk, ...inner.value });
}

/** Version 3 alone goes over IPv6, and it knows no authentication header (RFC 9568 section 9). */
function parseIpv6(outer: DataView): Result<IpPacket, Reject> {
  const packet = ipv6.parse(outer);
  if (!packet.ok) return packet;
  const { protocol, source, destination, hopLimit: ttl, payload: message } = packet.value;
  if (protocol !== ipv4.PROTOCOL.vrrp) return reject("protocol", `next header ${protocol}`);
  return ok({ family: 6, source, destination, ttl, protocol, ipChecksumOk: true, message });
}

function parseAuthenticated(
  outer: DataView,
  payload: DataView,
): Result<Pick<IpPacket, "message" | "ah">, Reject> {
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
