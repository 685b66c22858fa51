import { equalIp, type IpAddress } from "../base/ip.ts";
import type { VirtualRouterConfig } from "../config/types.ts";
import { NetlinkDriver } from "../drivers/netlink.ts";
import { Deadlines } from "./deadlines.ts";
import { ownAddresses } from "./interfaces.ts";
import { judge } from "./placement.ts";
import { faultText } from "./report_text.ts";
import { Router } from "./router.ts";

/**
 * What is wrong with the virtual router's interface at this moment, in words, or `undefined` where
 * nothing is: for those who would rather not start than start in Fault. That a cable is not plugged
 * in does not count, for after a power failure switches may be the last to be back. Throws
 * {@linkcode SyscallError} where the kernel refuses to tell.
 */
export function obstacle(config: VirtualRouterConfig): string | undefined {
  using driver = new NetlinkDriver();
  const link = driver.links().find(({ name }) => name === config.interface);
  const everywhere = driver.addresses();
  const addresses = everywhere.filter(({ ifindex }) => ifindex === link?.index);
  const times = { deadlines: new Deadlines(1), retries: new Deadlines(1) };
  const router = new Router(config, { index: 0, ...times, nowMs: 0 });
  const own = ownAddresses(addresses, []);
  const plugged = link === undefined ? "interfaceMissing" : { ...link, up: link.adminUp };
  const machineHas = (address: IpAddress) =>
    everywhere.some(({ prefix }) => equalIp(prefix.address, address));
  const verdict = judge(router, { link: plugged, addresses, own, machineHas });
  return verdict.ready ? undefined : faultText(router, verdict.reason);
}
