import { formatIp } from "../base/ip.ts";
import type { Report } from "../vrrp/types.ts";
import { EventRing } from "../base/event_ring.ts";
import type { Router } from "./router.ts";
import { Histogram } from "./histogram.ts";
import { faultText } from "./report_text.ts";
import { routerSnapshot } from "./router_snapshot.ts";
import type {
  ProcessSnapshot,
  RouterSnapshot,
  StraySnapshot,
  TransitionEvent,
} from "./snapshot.ts";

type Transition = Extract<Report, { what: "transition" }>;

/** So many changes of state can be asked for again. */
const KEPT_EVENTS = 1000;
/** So many of them are told with each virtual router. */
const KEPT_TRANSITIONS = 16;

interface Past {
  /** The newest last. */
  readonly transitions: readonly TransitionEvent[];
  readonly entries: RouterSnapshot["entries"];
}

const NO_PAST: Past = { transitions: [], entries: {} };

/** Remembers what has happened to the virtual routers of a process, and describes them. */
export class Observer {
  readonly #wallClock: () => number;
  readonly #startedMs: number;
  readonly #ring = new EventRing<TransitionEvent>(KEPT_EVENTS);
  readonly #pasts = new WeakMap<Router, Past>();
  readonly #lateness = new Histogram();
  readonly #advertLateness = new Histogram();
  readonly #takeOvers = new Histogram();
  /** When each of those began that have not ended yet. */
  #takeOversSinceMs: number[] = [];

  /** `wallClock` gives milliseconds since 1970. */
  constructor(wallClock: () => number) {
    this.#wallClock = wallClock;
    this.#startedMs = wallClock();
  }

  /** Takes a change of state in, at the cost of a few objects. */
  noteTransition(router: Router, transition: Transition, nowMs: number): void {
    const event = this.#event(router, transition);
    const { transitions, entries } = this.#pastOf(router);
    const { to } = transition;
    this.#ring.push(event);
    this.#pasts.set(router, {
      transitions: [...transitions, event].slice(-KEPT_TRANSITIONS),
      entries: { ...entries, [to]: (entries[to] ?? 0) + 1 },
    });
    if (to === "Master") this.#takeOversSinceMs.push(nowMs);
  }

  /** Everything that changes of state have called for is done. */
  noteWorkDone(nowMs: number): void {
    for (const sinceMs of this.#takeOversSinceMs) this.#takeOvers.note(nowMs - sinceMs);
    this.#takeOversSinceMs = [];
  }

  /** The engine was woken this much later than it wanted; at least 0. */
  noteLateness(lateMs: number): void {
    this.#lateness.note(lateMs);
  }

  /** An advertisement was sent this much later than its interval demands; at least 0. */
  noteAdvertLateness(lateMs: number): void {
    this.#advertLateness.note(lateMs);
  }

  /** All changes of state after the one of this number; `undefined` where some are forgotten. */
  eventsAfter(sequence: number): readonly TransitionEvent[] | undefined {
    return this.#ring.after(sequence);
  }

  /** All changes of state that are remembered. */
  events(): readonly TransitionEvent[] {
    return this.#ring.all;
  }

  describeProcess(strays: readonly StraySnapshot[]): ProcessSnapshot {
    return {
      startedMs: this.#startedMs,
      sequence: this.#ring.last,
      lateness: this.#lateness.durations,
      advertLateness: this.#advertLateness.durations,
      takeOvers: this.#takeOvers.durations,
      strays,
    };
  }

  /** The number of the latest change of state; 0: none. */
  get sequence(): number {
    return this.#ring.last;
  }

  describe(router: Router): RouterSnapshot {
    return routerSnapshot(router, {
      ...this.#pastOf(router),
      startedMs: this.#startedMs,
    });
  }

  #pastOf(router: Router): Past {
    return this.#pasts.get(router) ?? NO_PAST;
  }

  #event(router: Router, transition: Transition): TransitionEvent {
    const { config } = router;
    const { from, to, reason, fault, peer } = transition;
    return {
      sequence: this.#ring.last + 1,
      atMs: this.#wallClock(),
      group: config.protocol.vrid,
      interface: config.interface,
      family: config.protocol.family,
      from,
      to,
      reason,
      fault: fault ?? null,
      faultText: fault === undefined ? null : faultText(router, fault),
      peer: peer === undefined
        ? null
        : { address: formatIp(peer.address), priority: peer.priority },
    };
  }
}
