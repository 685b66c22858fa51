import { assert } from "../base/assert.ts";
import { ip, type IpAddress } from "../base/ip.ts";
import type { MacAddress } from "../base/mac.ts";
import { ok, type Result } from "../base/result.ts";
import { assemble, type Instruction, OP, WHOLE_FRAME } from "./bpf.ts";
import { subView } from "./bytes.ts";
import * as ethernet from "./ethernet.ts";
import { ICMPV6, NEIGHBOR_HOP_LIMIT } from "./icmpv6.ts";
import * as ipv6 from "./ipv6.ts";
import * as neighbor from "./neighbor.ts";
import { type Reject, reject } from "./reject.ts";

/** All nodes of the link (RFC 4291 section 2.7.1), and where Ethernet sends what is for them. */
const ALL_NODES = ip("ff02::1");
const ALL_NODES_MAC: MacAddress = Uint8Array.of(0x33, 0x33, 0x00, 0x00, 0x00, 0x01);

const IP_AT = ethernet.HEADER_SIZE;
const MESSAGE_AT = IP_AT + ipv6.HEADER_SIZE;

/** Who is announced, and whether that one forwards IPv6. */
export interface Announced {
  readonly sourceMac: MacAddress;
  readonly address: IpAddress;
  readonly router: boolean;
}

/** 86 bytes. */
export function unsolicitedAdvertSize(): number {
  return MESSAGE_AT + neighbor.AT.options + 8;
}

/**
 * Writes the frame that tells the link `address` is at `sourceMac`. Its source is the address itself,
 * as keepalived has it: RFC 4861 section 4.4 takes any address of the sending interface.
 */
export function emitUnsolicitedAdvert(
  { sourceMac, address, router }: Announced,
  view: DataView,
): void {
  assert(view.byteLength === unsolicitedAdvertSize(), "the view is as long as the frame");
  const etherType = ethernet.ETHER_TYPE.ipv6;
  ethernet.emit({ destination: ALL_NODES_MAC, source: sourceMac, etherType }, view);
  const ends = { source: address, destination: ALL_NODES };
  ipv6.emit({
    trafficClass: 0,
    flowLabel: 0,
    hopLimit: NEIGHBOR_HOP_LIMIT,
    protocol: ICMPV6,
    ...ends,
  }, subView(view, { at: IP_AT, length: view.byteLength - IP_AT }));
  const message = subView(view, { at: MESSAGE_AT, length: view.byteLength - MESSAGE_AT });
  neighbor.emit(neighbor.unsolicitedAdvert({ mac: sourceMac, address, router }), ends, message);
}

/** Whose an address is, by somebody's word. */
export interface NeighborClaim {
  readonly address: IpAddress;
  readonly mac: MacAddress;
}

/** Reads a frame with a neighbour advertisement; nothing where it is only somebody's answer. */
export function parseClaim(view: DataView): Result<NeighborClaim | undefined, Reject> {
  const outer = ethernet.parse(view);
  if (!outer.ok) return outer;
  const packet = ipv6.parse(outer.value.payload);
  if (!packet.ok) return packet;
  const { protocol, hopLimit, payload } = packet.value;
  if (protocol !== ICMPV6) return reject("protocol", `IP protocol ${protocol}`);
  if (hopLimit !== NEIGHBOR_HOP_LIMIT) return reject("ttl", `Hop limit ${hopLimit}`);
  const advert = neighbor.parse(payload, packet.value);
  if (!advert.ok) return advert;
  const { target: address, solicited, targetMac: mac = outer.value.source } = advert.value;
  return ok(solicited ? undefined : { address, mac });
}

/** Lets pass unsolicited neighbour advertisements; see {@linkcode parseClaim}. */
export function neighborAdvertFilter(): Instruction[] {
  return assemble([
    { op: OP.loadHalf, k: ethernet.AT.etherType },
    { op: OP.jumpIfEqual, k: ethernet.ETHER_TYPE.ipv6, else: "drop" },
    { op: OP.loadByte, k: IP_AT + ipv6.AT.nextHeader },
    { op: OP.jumpIfEqual, k: ICMPV6, else: "drop" },
    { op: OP.loadByte, k: IP_AT + ipv6.AT.hopLimit },
    { op: OP.jumpIfEqual, k: NEIGHBOR_HOP_LIMIT, else: "drop" },
    { op: OP.loadByte, k: MESSAGE_AT + neighbor.AT.type },
    { op: OP.jumpIfEqual, k: neighbor.TYPE_ADVERTISEMENT, else: "drop" },
    { op: OP.loadByte, k: MESSAGE_AT + neighbor.AT.flags },
    { op: OP.jumpIfAnyBit, k: neighbor.FLAG.solicited, then: "drop" },
    { op: OP.return, k: WHOLE_FRAME },
    { label: "drop" },
    { op: OP.return, k: 0 },
  ]);
}
