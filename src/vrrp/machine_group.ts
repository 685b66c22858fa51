import { unreachable } from "../base/assert.ts";
import type { MacAddress } from "../base/mac.ts";
import { startAsBackup, stepDown, takeOverReason } from "./machine_backup.ts";
import { becomeMaster } from "./machine_master.ts";
import { at, farewell, type Living, transition, withdraw } from "./outcome.ts";
import type { GroupEvent, MasterState, RouterConfig, Step } from "./types.ts";

/** What its sync group makes of one member. An event that does not fit the state changes nothing. */
export function groupStep(
  config: RouterConfig,
  state: Living,
  event: GroupEvent,
  nowMs: number,
): Step {
  switch (event.kind) {
    case "groupMaster":
      return groupMaster(config, state, event.alone, nowMs);
    case "groupWait":
      return state.name === "Backup" ? at({ ...state, aloneAtMs: event.untilMs }) : at(state);
    case "groupBackup":
      return state.name === "Master" ? groupBackup(config, state, nowMs) : at(state);
    case "groupFault":
      return groupFault(state);
    case "groupReturn":
      return groupReturn(config, state, nowMs);
    default:
      return unreachable(event);
  }
}

function groupMaster(config: RouterConfig, state: Living, alone: boolean, nowMs: number): Step {
  if (state.name === "Master") return at({ ...state, alone });
  if (state.name !== "Backup") return at(state);
  return becomeMaster(config, state, state, { nowMs, alone, ...takeOverReason(state) });
}

/**
 * Two groups of one priority may each win by address on another link: both give way, and would come
 * back together for ever. So each waits a moment longer that is its own.
 */
function groupBackup(config: RouterConfig, state: MasterState, nowMs: number): Step {
  const waitMs = staggerMs(state.facts.mac);
  return stepDown(config, state, {
    nowMs: nowMs + waitMs,
    reason: "groupMoved",
    forced: undefined,
  });
}

/** 0 to 255 ms; neighbouring hardware addresses are far apart. */
function staggerMs(mac: MacAddress): number {
  return mac.reduce((sum, byte) => (sum * 31 + byte * 37) % 256, 0);
}

function groupFault(state: Living): Step {
  if (state.name === "Fault" || state.facts === undefined) return at(state);
  const { facts, adjustment, forced, startHeldUntilMs } = state;
  const reason = "groupMemberFault";
  const report = transition(state, "Fault", "groupMoved", { fault: reason });
  const fault = {
    name: "Fault",
    reason,
    facts,
    adjustment,
    forced: forced === "Backup" ? forced : undefined,
    startHeldUntilMs,
  } as const;
  return at(fault, [...farewell(state), ...withdraw(state), report]);
}

function groupReturn(config: RouterConfig, state: Living, nowMs: number): Step {
  if (state.name === "Backup" || state.name === "Master") return at(state);
  return state.facts === undefined ? at(state) : startAsBackup(config, state, state.facts, nowMs);
}
