import { ip, type IpAddress } from "../base/ip.ts";
import type { MacAddress } from "../base/mac.ts";
import { ok, type Result } from "../base/result.ts";
import { assemble, type Instruction, OP, WHOLE_FRAME } from "./bpf.ts";
import { subView } from "./bytes.ts";
import * as ethernet from "./ethernet.ts";
import { checkHead, ICMPV6, LINK_ADDRESS, NEIGHBOR_HOP_LIMIT, readLinkAddress } from "./icmpv6.ts";
import * as ipv6 from "./ipv6.ts";
import { type Reject, reject } from "./reject.ts";
import * as routerAdvert from "./router_advert.ts";

/*
 * Whole frames of router discovery (RFC 4861 section 6): advertisements of a virtual router, and the
 * solicitations that it answers.
 */

const ALL_NODES = ip("ff02::1");
const ALL_NODES_MAC: MacAddress = Uint8Array.of(0x33, 0x33, 0x00, 0x00, 0x00, 0x01);
/** Where Ethernet sends what is for ff02::2, all routers of the link. */
export const ALL_ROUTERS_MAC: Uint8Array<ArrayBuffer> = Uint8Array.of(0x33, 0x33, 0, 0, 0, 2);

const TYPE_ROUTER_SOLICITATION = 133;
/** RFC 4861 section 4.1: a head of 4 bytes, and 4 that are reserved. */
const SOLICITATION_OPTIONS_AT = 8;
const IP_AT = ethernet.HEADER_SIZE;
const MESSAGE_AT = IP_AT + ipv6.HEADER_SIZE;

export interface AdvertisedRouter {
  /** Link-local. */
  readonly address: IpAddress;
  readonly mac: MacAddress;
  readonly lifetimeS: number;
}

export function routerAdvertSize(): number {
  return MESSAGE_AT + routerAdvert.size();
}

/** Writes the advertisement to all nodes into a view of exactly {@linkcode routerAdvertSize} bytes. */
export function emitRouterAdvert(
  { address, mac, lifetimeS }: AdvertisedRouter,
  view: DataView,
): void {
  const etherType = ethernet.ETHER_TYPE.ipv6;
  ethernet.emit({ destination: ALL_NODES_MAC, source: mac, etherType }, view);
  const ends = { source: address, destination: ALL_NODES };
  const header = {
    trafficClass: 0,
    flowLabel: 0,
    hopLimit: NEIGHBOR_HOP_LIMIT,
    protocol: ICMPV6,
    ...ends,
  };
  ipv6.emit(header, subView(view, { at: IP_AT, length: view.byteLength - IP_AT }));
  const message = subView(view, { at: MESSAGE_AT, length: routerAdvert.size() });
  routerAdvert.emit({ lifetimeS, sourceMac: mac }, ends, message);
}

/** Reads the frame of a solicitation with all checks of RFC 4861 section 6.1.1. */
export function checkSolicitation(view: DataView): Result<void, Reject> {
  const frame = ethernet.parse(view);
  if (!frame.ok) return frame;
  const packet = ipv6.parse(frame.value.payload);
  if (!packet.ok) return packet;
  const { hopLimit, protocol, payload, source } = packet.value;
  if (protocol !== ICMPV6) return reject("protocol", `protocol ${protocol}`);
  if (hopLimit !== NEIGHBOR_HOP_LIMIT) return reject("ttl", `hop limit ${hopLimit}`);
  if (payload.byteLength < SOLICITATION_OPTIONS_AT) {
    return reject("truncated", `Router solicitation of ${payload.byteLength} bytes`);
  }
  const head = checkHead(payload, packet.value, TYPE_ROUTER_SOLICITATION);
  if (!head.ok) return head;
  const option = readLinkAddress(payload, {
    start: SOLICITATION_OPTIONS_AT,
    type: LINK_ADDRESS.source,
  });
  if (!option.ok) return option;
  if (source.bytes.every((byte) => byte === 0) && option.value !== undefined) {
    return reject("neighborHeader", "Router solicitation from nobody with a hardware address");
  }
  return ok(undefined);
}

/** Lets pass solicitations, which have no extension headers, and little else. */
export function solicitationFilter(): Instruction[] {
  return assemble([
    { op: OP.loadHalf, k: ethernet.AT.etherType },
    { op: OP.jumpIfEqual, k: ethernet.ETHER_TYPE.ipv6, else: "drop" },
    { op: OP.loadByte, k: IP_AT + ipv6.AT.nextHeader },
    { op: OP.jumpIfEqual, k: ICMPV6, else: "drop" },
    { op: OP.loadByte, k: MESSAGE_AT },
    { op: OP.jumpIfEqual, k: TYPE_ROUTER_SOLICITATION, else: "drop" },
    { op: OP.return, k: WHOLE_FRAME },
    { label: "drop" },
    { op: OP.return, k: 0 },
  ]);
}
