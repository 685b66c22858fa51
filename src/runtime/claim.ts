import type { Family, IpAddress } from "../base/ip.ts";
import type { MacAddress } from "../base/mac.ts";
import { ok, type Result } from "../base/result.ts";
import * as arp from "../wire/arp.ts";
import * as ethernet from "../wire/ethernet.ts";
import * as neighbor from "../wire/neighbor_frame.ts";
import type { Reject } from "../wire/reject.ts";

/** Somebody's word that an address is at a hardware address. */
export interface Claim {
  readonly address: IpAddress;
  readonly mac: MacAddress;
}

/** Reads what a claims socket of this family has heard; nothing where nobody claims an address. */
export function parseClaim(view: DataView, family: Family): Result<Claim | undefined, Reject> {
  return family === 4 ? parseArp(view) : neighbor.parseClaim(view);
}

function parseArp(view: DataView): Result<Claim | undefined, Reject> {
  const outer = ethernet.parse(view);
  const packet = outer.ok ? arp.parse(outer.value.payload) : outer;
  if (!packet.ok) return packet;
  const { senderAddress: address, senderMac: mac } = packet.value;
  return ok(arp.isGratuitous(packet.value) ? { address, mac } : undefined);
}
