import { SyscallError } from "../../../ffi/errno.ts";
import { PacketSocket } from "../../../ffi/packet_socket.ts";
import type { MacAddress } from "../../base/mac.ts";
import type { Change } from "../../drivers/driver.ts";
import type { Log } from "../../log.ts";
import { announcementFrame } from "../announcement.ts";
import { forwardsIpv6, ownAddresses } from "../interfaces.ts";
import type { Present } from "./restoration.ts";

/** Protocol number of a socket that receives nothing, packet(7). */
const SENDS_ONLY = 0;

/**
 * Tells the neighbours of interfaces that got their own MAC back where their own addresses are now:
 * they have learnt the virtual one.
 */
export function announceOwnAddresses(
  changes: readonly Change[],
  { present, log }: { readonly present: Present; readonly log: Log },
): void {
  for (const change of changes) {
    if (change.change !== "setMac") continue;
    const { ifindex, interfaceName, mac } = change;
    if (!present.links.some(({ index, up }) => index === ifindex && up)) continue;
    try {
      announce(present, { ifindex, interfaceName, mac });
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      log.warning(`${error.message}: neighbours may look for ${interfaceName} in vain for a while`);
    }
  }
}

function announce(
  { addresses, links }: Present,
  { ifindex, interfaceName, mac }: {
    readonly ifindex: number;
    readonly interfaceName: string;
    readonly mac: MacAddress;
  },
): void {
  const ofLink = addresses.filter((address) => address.ifindex === ifindex);
  const isIpv6Router = forwardsIpv6(links.find(({ index }) => index === ifindex));
  using socket = new PacketSocket({ interfaceName, ifindex, etherType: SENDS_ONLY });
  for (const { prefix } of ownAddresses(ofLink, [])) {
    socket.send(announcementFrame(prefix.address, { sourceMac: mac, isIpv6Router }));
  }
}
