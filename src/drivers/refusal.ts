import { errnoMend } from "../../ffi/errno.ts";
import { unreachable } from "../base/assert.ts";
import { formatIp, formatPrefix } from "../base/ip.ts";
import { formatMac } from "../base/mac.ts";
import { type Change, DriverError, type Route } from "./driver.ts";

/**
 * The kernel's refusal of a change: operation, object, errno by name, the kernel's own words where
 * it has any, and the mend.
 */
export function refusal(
  change: Change,
  answer: { readonly code: string; readonly message?: string | undefined },
): DriverError {
  const { code } = answer;
  const reasons = [answer.message, mendOf(change, code)];
  const why = reasons.filter((text) => text !== undefined).join("; ");
  const detail = `Cannot ${describeChange(change)}: ${code}${why === "" ? "" : ` (${why})`}`;
  return new DriverError(change, code, detail);
}

/** Where IPv6 is switched off the kernel refuses an address of it to root as to anybody. */
function mendOf(change: Change, code: string): string | undefined {
  const isIpv6 = change.change === "addAddress" && change.prefix.address.family === 6;
  if (!isIpv6 || code !== "EACCES") return errnoMend(code);
  return `set net.ipv6.conf.${change.interfaceName}.disable_ipv6 to 0`;
}

/** The change in words that follow "Cannot" or "Did": `add 10.9.0.5/24 to eth0`. */
export function describeChange(change: Change): string {
  switch (change.change) {
    case "addAddress":
      return `add ${formatPrefix(change.prefix)} to ${change.interfaceName}`;
    case "removeAddress":
      return `remove ${formatPrefix(change.prefix)} from ${change.interfaceName}`;
    case "setMac":
      return `set the MAC of ${change.interfaceName} to ${formatMac(change.mac)}`;
    case "setUp":
      return `bring ${change.interfaceName} up`;
    case "setIpv4":
    case "setIpv6":
      return `set ${Object.keys(change.settings).join(", ")} of ${change.interfaceName}`;
    case "noAddressGeneration":
      return `switch IPv6 address generation of ${change.interfaceName} off`;
    case "addMacvlan":
      return `create the macvlan ${change.interfaceName}`;
    case "deleteLink":
      return `delete ${change.interfaceName}`;
    case "deleteLinkGroup":
      return `delete the links of group ${change.group}`;
    case "addRoute":
      return `add the route ${describeRoute(change.route)}`;
    case "removeRoute":
      return `remove the route ${describeRoute(change.route)}`;
    default:
      return unreachable(change);
  }
}

function describeRoute({ destination, nextHop, ifindex, metric }: Route): string {
  const zone = ifindex === undefined ? "" : `%${ifindex}`;
  const through = `${formatPrefix(destination)} via ${formatIp(nextHop)}${zone}`;
  return metric === undefined ? through : `${through} metric ${metric}`;
}
