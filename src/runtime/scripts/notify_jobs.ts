import { formatIp } from "../../base/ip.ts";
import type { Command, NotifyConfig, VirtualRouterConfig } from "../../config/types.ts";
import type { FaultReason, StateName, TransitionReason } from "../../vrrp/types.ts";
import type { Job } from "./job.ts";

/** A change of state, as far as programs are told of it. */
export interface Change {
  readonly from: StateName;
  readonly to: StateName;
  readonly reason: TransitionReason;
  readonly fault?: FaultReason | undefined;
  /** The effective one; an owner's is 255. */
  readonly priority: number;
  /** Counted from 1 for each virtual router. */
  readonly sequence: number;
}

/**
 * The programs that a change of state is told to, the one of the state itself before the other.
 * `undefined` where nothing has changed for them: what was to be told before still is.
 */
export function notifyJobs(
  config: VirtualRouterConfig & { readonly notify: NotifyConfig },
  change: Change,
): Job[] | undefined {
  const { notify } = config;
  if (!isNews(notify, change)) return undefined;
  const words = notify.appendsWords ? wordsOf(config, change) : [];
  const environment = environmentOf(config, change);
  return commandsOf(notify, change).map((command) => ({
    command,
    words,
    environment,
    timeoutMs: notify.timeoutMs,
    purpose: `group ${config.protocol.vrid} on ${config.interface}, ${change.to}`,
    codeIsAnswer: false,
  }));
}

function isNews({ onMasterEnd }: NotifyConfig, { from, to }: Change): boolean {
  // Init is left in the same moment, and another fault is not another state.
  if (to === "Init" || from === to) return false;
  return onMasterEnd === undefined || from === "Master" || to === "Master";
}

function commandsOf(notify: NotifyConfig, { from, to }: Change): Command[] {
  const { onMaster, onBackup, onFault, onStop, onChange } = notify;
  const onMasterEnd = from === "Master" ? notify.onMasterEnd : undefined;
  const ofState = {
    Init: [],
    Master: [onMaster],
    Backup: [onMasterEnd, onBackup],
    Fault: [onMasterEnd, onFault],
    Down: [onMasterEnd, onStop],
  };
  return [...ofState[to], onChange].filter((command) => command !== undefined);
}

function wordsOf({ interface: name, protocol }: VirtualRouterConfig, change: Change): string[] {
  const { to, priority, reason, sequence } = change;
  return [String(protocol.vrid), name, to, String(priority), reason, String(sequence)];
}

function environmentOf(
  { interface: name, protocol }: VirtualRouterConfig,
  { from, to, priority, reason, fault, sequence }: Change,
): Record<string, string> {
  return {
    RVRRPD_GROUP: String(protocol.vrid),
    RVRRPD_INTERFACE: name,
    RVRRPD_FAMILY: String(protocol.family),
    RVRRPD_ADDRESSES: protocol.addresses.map(formatIp).join(" "),
    RVRRPD_STATE: to,
    RVRRPD_PREVIOUS_STATE: from,
    RVRRPD_PRIORITY: String(priority),
    RVRRPD_REASON: reason,
    ...fault === undefined ? {} : { RVRRPD_FAULT: fault },
    RVRRPD_SEQUENCE: String(sequence),
  };
}
