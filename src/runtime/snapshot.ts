import type { Family } from "../base/ip.ts";
import type { Counters } from "../vrrp/counters.ts";
import type { FaultReason, StateName, TransitionReason, VrrpVersion } from "../vrrp/types.ts";

/*
 * What the engine tells others about itself. Plain values only: they are copied to another thread,
 * where nothing that is done to them can reach the engine.
 */

/** Which virtual router is meant; without a family, the only one there is. */
export interface RouterName {
  readonly group: number;
  /** The configured interface or the virtual one. */
  readonly interface: string;
  readonly family?: Family | undefined;
}

export interface PeerSnapshot {
  readonly address: string;
  readonly priority: number;
}

/** One change of state. */
export interface TransitionEvent {
  /** Counts all changes of all virtual routers of this process, from 1 on. */
  readonly sequence: number;
  /** Wall clock, milliseconds since 1970. */
  readonly atMs: number;
  readonly group: number;
  /** The configured one. */
  readonly interface: string;
  readonly family: Family;
  readonly from: StateName;
  readonly to: StateName;
  readonly reason: TransitionReason;
  readonly fault: FaultReason | null;
  /** What is wrong and what to do about it, for people. */
  readonly faultText: string | null;
  readonly peer: PeerSnapshot | null;
}

/** One virtual router as it is at one moment. */
export interface RouterSnapshot {
  readonly group: number;
  /** The configured one. */
  readonly interface: string;
  /** The macvlan's name; `null` where the interface itself carries the addresses. */
  readonly virtualInterface: string | null;
  readonly version: VrrpVersion;
  readonly family: Family;
  readonly addresses: readonly string[];
  readonly excludedAddresses: readonly string[];
  /** As configured. */
  readonly priority: number;
  readonly effectivePriority: number;
  readonly preempt: boolean;
  readonly forced: "Master" | "Backup" | null;
  readonly state: StateName;
  /** Wall clock of the last change of state, milliseconds since 1970. */
  readonly sinceMs: number;
  /** `null` before the first change. */
  readonly reason: TransitionReason | null;
  readonly fault: FaultReason | null;
  /** What is wrong and what to do about it, for people. */
  readonly faultText: string | null;
  readonly auth: string;
  /** The interface's own hardware address, `null` while there is none. */
  readonly mac: string | null;
  readonly advertIntervalMs: number;
  readonly masterDownMs: number;
  readonly skewMs: number;
  /** What a Backup of version 3 has learnt from its Master; otherwise `null`. */
  readonly masterIntervalMs: number | null;
  /** Address of whoever is Master, `null` where that is not known. */
  readonly master: string | null;
  readonly counters: Counters;
  readonly tracking: { readonly adjustment: number; readonly down: string | null };
  /** How often it has come into each state. */
  readonly entries: Readonly<Partial<Record<StateName, number>>>;
  /** The latest ones, the newest last. */
  readonly transitions: readonly TransitionEvent[];
}

/** The process as a whole. */
export interface ProcessSnapshot {
  /** Wall clock, milliseconds since 1970. */
  readonly startedMs: number;
  /** The sequence number of the latest change of state that the virtual routers show; 0: none. */
  readonly sequence: number;
  /** How late the engine was woken for what was due. */
  readonly lateness: Durations;
  /** How much later than their interval demands advertisements were sent. */
  readonly advertLateness: Durations;
  /** From the decision to be Master to the last announcement of it. */
  readonly takeOvers: Durations;
  /** What could not be given to any virtual router. */
  readonly strays: readonly StraySnapshot[];
}

/** The packets that one interface has brought for nobody, by reason. */
export interface StraySnapshot {
  readonly interface: string;
  readonly rejected: Counters["rejected"];
}

/** Upper bounds of the classes that durations are counted in; one more class is beyond them all. */
export const DURATION_BOUNDS_MS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 1000] as const;

export interface Durations {
  /** One for each bound, and one for what is beyond. */
  readonly counts: readonly number[];
  readonly sumMs: number;
}

export interface Snapshot {
  readonly process: ProcessSnapshot;
  readonly routers: readonly RouterSnapshot[];
}

/** What the engine's thread sends to the other one. */
export type PublisherNews =
  /** A part of a snapshot; the last one has the process in it, as it was at the first. */
  | {
    readonly tell: "routers";
    readonly first: boolean;
    readonly routers: readonly RouterSnapshot[];
    readonly process?: ProcessSnapshot;
  }
  /** In a row with those before, unless the engine tells from the beginning. */
  | { readonly tell: "events"; readonly events: readonly TransitionEvent[] };

/** The virtual routers that `name` means, in whatever state they are: IPv4 before IPv6. */
export function findRouters(
  routers: readonly RouterSnapshot[],
  name: RouterName,
): readonly RouterSnapshot[] {
  return routers.filter((router) =>
    router.group === name.group &&
    (router.interface === name.interface || router.virtualInterface === name.interface) &&
    (name.family === undefined || router.family === name.family)
  ).toSorted((a, b) => a.family - b.family);
}
