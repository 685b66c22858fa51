import type { IpAddress } from "../base/ip.ts";
import type { MacAddress } from "../base/mac.ts";
import * as frame from "../wire/frame.ts";
import * as neighbor from "../wire/neighbor_frame.ts";

/**
 * The frame that tells everybody on the link that `address` is at `sourceMac`: a gratuitous ARP, or
 * an unsolicited neighbour advertisement, which also says whether the sender forwards IPv6.
 */
export function announcementFrame(
  address: IpAddress,
  { sourceMac, isIpv6Router }: {
    readonly sourceMac: MacAddress;
    readonly isIpv6Router: boolean;
  },
): Uint8Array<ArrayBuffer> {
  if (address.family === 4) {
    const bytes = new Uint8Array(frame.gratuitousArpSize());
    frame.emitGratuitousArp({ sourceMac, address }, new DataView(bytes.buffer));
    return bytes;
  }
  const bytes = new Uint8Array(neighbor.unsolicitedAdvertSize());
  const announced = { sourceMac, address, router: isIpv6Router };
  neighbor.emitUnsolicitedAdvert(announced, new DataView(bytes.buffer));
  return bytes;
}
