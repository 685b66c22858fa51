import { SyscallError } from "../../../ffi/errno.ts";
import { formatIp, type IpAddress } from "../../base/ip.ts";
import type { VirtualRouterConfig } from "../../config/types.ts";
import type { Log } from "../../log.ts";
import type { FaultReason } from "../../vrrp/types.ts";
import { PROTOCOL } from "../../wire/ipv4.ts";
import type { Link } from "../link.ts";
import type { Placement, Router } from "../router.ts";

/**
 * What a virtual router's advertisements to its peers leave by, or why it cannot send any; nothing
 * for one that speaks to the multicast group.
 */
export function openUnicast(
  { unicast, protocol: { auth } }: VirtualRouterConfig,
  { link, source, log }: {
    readonly link: Pick<Link, "peerOutlets">;
    readonly source: IpAddress;
    readonly log: Log;
  },
): Pick<Placement, "unicast"> | FaultReason {
  if (unicast === undefined) return {};
  const protocol = auth.type === "rfc2338-ah" ? PROTOCOL.ah : PROTOCOL.vrrp;
  try {
    return { unicast: link.peerOutlets.open({ source, protocol }) };
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    log.error(error.code === "EADDRNOTAVAIL" ? `${error.message}${mend(source)}` : error.message);
    return "refused";
  }
}

function mend(source: IpAddress): string {
  return ` (${formatIp(source)} is no address of this machine: add it, or correct unicast_src)`;
}

/** Closes sockets of sources that none of the virtual routers on the link sends from any more. */
export function closeUnused({ peerOutlets }: Link, routers: readonly Router[]): void {
  const used = routers.map(({ placement }) => placement?.unicast);
  peerOutlets.closeAllBut(new Set(used.filter((outlet) => outlet !== undefined)));
}
