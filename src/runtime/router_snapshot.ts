import { formatIp } from "../base/ip.ts";
import { formatMac } from "../base/mac.ts";
import { masterDownMs, skewMs } from "../vrrp/timers.ts";
import { faultText } from "./report_text.ts";
import type { Router } from "./router.ts";
import type { RouterSnapshot, TransitionEvent } from "./snapshot.ts";

export interface RouterPast {
  /** The newest last. */
  readonly transitions: readonly TransitionEvent[];
  readonly entries: RouterSnapshot["entries"];
  /** Wall clock; a virtual router without any change is as it was at the start. */
  readonly startedMs: number;
}

/** Describes a virtual router in values that are no part of it. */
export function routerSnapshot(router: Router, past: RouterPast): RouterSnapshot {
  const { config, state, placement, counters } = router;
  const { protocol } = config;
  const last = past.transitions.at(-1);
  return {
    group: protocol.vrid,
    interface: config.interface,
    virtualInterface: config.interfaceType === "macvlan" ? config.virtualInterface : null,
    version: protocol.version,
    family: protocol.family,
    addresses: config.addresses.map(({ address }) => formatIp(address)),
    excludedAddresses: config.excludedAddresses.map(({ address }) => formatIp(address)),
    priority: protocol.priority,
    effectivePriority: router.effectivePriority,
    preempt: protocol.preempt,
    forced: router.forced ?? null,
    state: state.name,
    sinceMs: last?.atMs ?? past.startedMs,
    reason: last?.reason ?? null,
    fault: state.name === "Fault" ? state.reason : null,
    faultText: state.name === "Fault" ? faultText(router, state.reason) : null,
    auth: protocol.auth.type,
    mac: placement === undefined ? null : formatMac(placement.ownMac),
    advertIntervalMs: protocol.advertIntervalMs,
    ...timersOf(router),
    master: masterOf(router),
    counters: { ...counters, rejected: { ...counters.rejected } },
    tracking: { adjustment: router.tracked.adjustment, down: router.tracked.down ?? null },
    entries: past.entries,
    transitions: past.transitions,
  };
}

/** In version 3 a Backup goes by the interval of the Master that it follows. */
function timersOf({ config, state, effectivePriority }: Router) {
  const { version, advertIntervalMs } = config.protocol;
  const intervalMs = state.name === "Backup" ? state.masterIntervalMs : advertIntervalMs;
  const input = { version, priority: effectivePriority, intervalMs };
  const isLearnt = version === 3 && state.name === "Backup" && state.master !== undefined;
  return {
    masterDownMs: masterDownMs(input),
    skewMs: skewMs(input),
    masterIntervalMs: isLearnt ? intervalMs : null,
  };
}

function masterOf({ state, placement }: Router): string | null {
  if (state.name === "Master") return placement === undefined ? null : formatIp(placement.source);
  if (state.name !== "Backup") return null;
  const master = state.preempting ?? state.master;
  return master === undefined ? null : formatIp(master.address);
}
