import { unreachable } from "../base/assert.ts";
import { formatIp, type IpAddress } from "../base/ip.ts";
import { formatMac } from "../base/mac.ts";
import { MS_PER_S } from "../base/units.ts";
import type { FaultReason, Peer, Report } from "../vrrp/types.ts";
import type { Router } from "./router.ts";

export interface ReportLine {
  readonly level: "information" | "warning" | "error";
  readonly text: string;
}

const TOLD_WAIT_MS = 100;

type Transition = Extract<Report, { what: "transition" }>;

/** The lines for people that a report of the protocol becomes. */
export function reportLines(router: Router, report: Report): readonly ReportLine[] {
  const { label } = router;
  switch (report.what) {
    case "transition":
      return transitionLines(router, report);
    case "rivalMaster":
      return [warning(`${label} - ${peerText(report.peer)} is Master too: announced again`)];
    case "rivalClaim": {
      const claim = `${formatMac(report.mac)} claims ${formatIp(report.address)}`;
      return [warning(`${label} - ${claim}: announced again`)];
    }
    case "intervalDiffers":
      return [information(`${label} - ${intervalText(router, report)}`)];
    case "otherOwner":
      return [error(`${label} - ${otherOwnerText(report.peer, report.weStay)}`)];
    case "paused": {
      const paused = `This process stood still for ${time(report.pausedMs)}`;
      return [warning(`${label} - ${paused}: listening for ${time(report.listenMs)}`)];
    }
    case "addressesRemoved":
      return [warning(`${label} - ${removedText(report.addresses)}: ${putBack(report.waitedMs)}`)];
    case "macReplaced": {
      const replaced = `Somebody set the MAC of ${carrierName(router)} to ${formatMac(report.mac)}`;
      return [warning(`${label} - ${replaced}: the virtual MAC is ${putBack(report.waitedMs)}`)];
    }
    case "carrierLowered":
      return [warning(`${label} - Somebody lowered ${carrierName(router)}: raised again`)];
    case "priorityChanged": {
      const { before, priority, causes } = report;
      return [
        information(`${label} - Priority ${priority}, before ${before}: ${causes.join(", ")}`),
      ];
    }
    case "sourceChanged": {
      const { before, source } = report;
      return [information(`${label} - Sends from ${formatIp(source)}, before ${formatIp(before)}`)];
    }
    default:
      return unreachable(report);
  }
}

function intervalText(
  { config: { protocol } }: Router,
  { peer, intervalMs }: { readonly peer: Peer; readonly intervalMs: number },
): string {
  const ours = `ours is ${protocol.advertIntervalMs / MS_PER_S} s`;
  const theirs = `${formatIp(peer.address)} advertises every ${intervalMs / MS_PER_S} s`;
  return `${theirs}, ${ours}: its interval counts while it is Master`;
}

function removedText(addresses: readonly IpAddress[]): string {
  const [first] = addresses;
  const others = addresses.length - 1;
  const more = others > 0 ? ` and ${others} more` : "";
  return `Somebody removed ${first === undefined ? "nothing" : formatIp(first)}${more}`;
}

/** Only a wait that others have brought upon themselves is worth a word. */
export function putBack(waitedMs: number): string {
  return waitedMs < TOLD_WAIT_MS ? "put back" : `put back after ${seconds(waitedMs)}`;
}

function carrierName({ config, placement }: Router): string {
  return placement?.carrier.name ?? config.interface;
}

function transitionLines(router: Router, report: Transition): readonly ReportLine[] {
  const { label } = router;
  const changed = `${label} - Changed from ${report.from} to ${report.to}`;
  if (report.fault !== undefined) {
    const begin = report.from === report.to ? `${label} - Still in Fault` : changed;
    return [warning(`${begin}: ${faultText(router, report.fault)}`)];
  }
  const why = whyText(router, report);
  return [
    ...(why === undefined ? [] : [information(`${label} - ${why}`)]),
    information(changed),
  ];
}

function whyText(router: Router, { reason, peer, to }: Transition): string | undefined {
  switch (reason) {
    case "noMasterHeard":
    case "masterSilent":
    case "masterLeft":
      return "Master VR is down";
    case "preempting":
      return peer && `${peerText(peer)} is Master, ours is greater: taking over`;
    case "ownsAddresses":
      return "The virtual addresses are the interface's own";
    case "forced":
      return `Forced to be ${to}`;
    case "groupMoved":
      return `Follows the others of sync group ${router.config.protocol.syncGroup}`;
    case "higherPriorityHeard":
    case "higherAddressHeard":
    case "otherOwnerHeard":
      return peer === undefined
        ? undefined
        : `${peerText(peer)} is Master, our priority is ${router.effectivePriority}`;
    default:
      return undefined;
  }
}

/** What is wrong, and what to do about it. */
export function faultText(router: Router, fault: FaultReason): string {
  const { interface: name, virtualInterface, unicast, source } = router.config;
  switch (fault) {
    case "interfaceMissing":
      return `interface ${name} does not exist`;
    case "interfaceDown":
      return `interface ${name} is down`;
    case "notEthernet":
      return `interface ${name} is not an Ethernet interface`;
    case "noAddress":
      return unicast === undefined || source === undefined
        ? `interface ${name} has no ${sourceKind(router)} to send from: add one`
        : `${formatIp(source)} is no address of this machine: add it, or correct unicast_src`;
    case "macRefused":
      return `interface ${name} does not let its MAC address be changed: ` +
        `set iftype = "macvlan" or vmac = false`;
    case "nameTaken":
      return `an interface ${virtualInterface} that is not ours exists: remove it or set vifname`;
    case "interfaceFollowed":
      return `interface ${name} runs virtual routers under the name that it had before: ` +
        `restart to go by the new one`;
    case "carrierMissing":
      return `${virtualInterface} was deleted, and is made again`;
    case "ownershipLost":
      return `interface ${name} has lost virtual addresses that were its own`;
    case "ownerOnMacvlan":
      return `the virtual addresses are ${name}'s own: set iftype = "ether" or owner = false`;
    case "trackedDown":
      return `${router.tracked.down ?? "something that is tracked"} is down`;
    case "groupMemberFault":
      return `another member of sync group ${router.config.protocol.syncGroup} is in Fault`;
    case "runsElsewhere":
      return "another process runs this virtual router, see the error in the log";
    case "macTaken":
      return `another process replaces the MAC of ${name}, see the error in the log`;
    case "refused":
      return "the kernel refused what is needed, see the error in the log" +
        (router.refusedLast ? "; until that has worked once, no Master is preempted" : "");
    default:
      return unreachable(fault);
  }
}

/** To the group one sends IPv6 from a link-local address (RFC 9568 section 5.1.2.1). */
function sourceKind({ config: { protocol, unicast } }: Router): string {
  if (protocol.family === 4) return "IPv4 address";
  return unicast === undefined ? "link-local IPv6 address" : "IPv6 address";
}

function otherOwnerText(peer: Peer, weStay: boolean): string {
  const both = `${formatIp(peer.address)} owns the same addresses`;
  return weStay
    ? `${both}: we stay Master, as our address is greater`
    : `${both}: we give way, as its address is greater`;
}

function peerText({ address, priority }: Peer): string {
  return `${formatIp(address)} with priority ${priority}`;
}

function time(ms: number): string {
  return ms < MS_PER_S ? `${Math.round(ms)} ms` : seconds(ms);
}

function seconds(ms: number): string {
  return `${(ms / MS_PER_S).toFixed(1)} s`;
}

function information(text: string): ReportLine {
  return { level: "information", text };
}

function warning(text: string): ReportLine {
  return { level: "warning", text };
}

function error(text: string): ReportLine {
  return { level: "error", text };
}
