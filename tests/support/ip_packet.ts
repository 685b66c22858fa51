import { assert } from "../../src/base/assert.ts";
import type { IpAddress } from "../../src/base/ip.ts";
import * as ipv4 from "../../src/wire/ipv4.ts";
import * as ipv6 from "../../src/wire/ipv6.ts";
import { viewOf } from "./bytes.ts";

/** What an IP packet of either family holds, and whom it is from and for. */
export interface IpPacket {
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly payload: DataView;
}

/** Reads a packet that is known to be right. */
export function ipPacket(bytes: Uint8Array): IpPacket {
  const view = viewOf(bytes);
  const parsed = view.getUint8(0) >> 4 === 4 ? ipv4.parse(view) : ipv6.parse(view);
  assert(parsed.ok, "the packet is whole");
  const { source, destination, payload } = parsed.value;
  return { source, destination, payload };
}
