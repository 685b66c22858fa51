import type { Action, RouterState, Step } from "../../../src/vrrp/types.ts";
import { exactMasterDownMs, exactSkewMs, priorityOf, type Timing } from "./oracle.ts";
import type { Member } from "./scenario.ts";
import { brokenByStep, type StepRecord } from "./step_rules.ts";

/** Rounding of the core to whole milliseconds, and of a double to its last bits. */
const ROUNDING_MS = 0.51;

/**
 * Follows one virtual router of one process and remembers what its promises need: when it may take
 * over at the earliest, when it spoke last, and what it has set in the kernel. Local times.
 */
export class RouterWatch {
  readonly #member: Member;
  /** Our own, or in version 3 that of the Master that is followed. */
  #intervalMs: number;
  readonly #startHeldUntilMs: number;
  #preemptHeldUntilMs = -Infinity;
  #earliestMasterMs = Infinity;
  #quietUntilMs = -Infinity;
  #spokeAtMs = -Infinity;
  readonly #mac: Switch = { what: "the MAC", on: "assumeMac", off: "releaseMac", isOn: false };
  readonly #addresses: Switch = {
    what: "the addresses",
    on: "addAddresses",
    off: "removeAddresses",
    isOn: false,
  };

  constructor(member: Member, startMs: number) {
    const { advertIntervalMs, startupDelayMs } = member.config;
    this.#member = member;
    this.#intervalMs = advertIntervalMs;
    this.#startHeldUntilMs = member.owner ? -Infinity : startMs + startupDelayMs;
  }

  get skewMs(): number {
    return exactSkewMs(this.#timing);
  }

  get masterDownMs(): number {
    return exactMasterDownMs(this.#timing);
  }

  get #timing(): Timing {
    const { version } = this.#member.config;
    return { version, priority: priorityOf(this.#member), intervalMs: this.#intervalMs };
  }

  /** Until then the configuration keeps it from what the protocol would have it do. */
  get heldUntilMs(): number {
    return Math.max(this.#startHeldUntilMs, this.#preemptHeldUntilMs);
  }

  /** Gives the promise that this step breaks, in words. */
  brokenBy(record: StepRecord): string | undefined {
    return brokenByStep(record) ?? this.#brokenTakeOver(record) ?? this.#brokenSilence(record) ??
      this.#brokenPossession(record);
  }

  /** A pause of the process is no fault of the protocol's. */
  excuseSilence(nowMs: number): void {
    this.#spokeAtMs = nowMs;
  }

  /** For a router that is Master and not listening after a pause. */
  silentTooLong({ nowMs, latenessMs }: { nowMs: number; latenessMs: number }): boolean {
    const { advertIntervalMs } = this.#member.config;
    return nowMs - this.#spokeAtMs > advertIntervalMs + latenessMs + ROUNDING_MS;
  }

  #brokenTakeOver(record: StepRecord): string | undefined {
    const { before, after, nowMs } = record;
    const { owner } = this.#member;
    if (before.name !== "Master" && after.state.name === "Master") {
      if (before.name !== "Backup") return owner ? undefined : `is Master out of ${before.name}`;
      const earliestMs = Math.max(this.#earliestMasterMs, this.#startHeldUntilMs);
      const earlyMs = earliestMs - nowMs;
      return earlyMs > ROUNDING_MS ? `takes over ${earlyMs} ms too early` : undefined;
    }
    this.#learn(record);
    this.#postponeTakeOver(record);
    return undefined;
  }

  /** Section 6.4 of RFC 9568; in version 2 whoever is heard has the same interval. */
  #learn({ before, event, after, nowMs }: StepRecord): void {
    if (after.state.name !== "Backup") this.#intervalMs = this.#member.config.advertIntervalMs;
    else if (event.kind === "advert" && this.#follows(before, event.advert.priority, nowMs)) {
      this.#intervalMs = event.advert.intervalMs;
    }
  }

  #follows(before: RouterState, priority: number, nowMs: number): boolean {
    return before.name === "Master" || (priority > 0 && !this.#ignores(priority, nowMs));
  }

  #postponeTakeOver({ before, event, after, nowMs }: StepRecord): void {
    if (after.state.name !== "Backup") return;
    if (event.kind === "linkReady" && before.name !== "Backup") {
      this.#preemptHeldUntilMs = nowMs + this.#member.config.preemptDelayMs;
      this.#earliestMasterMs = nowMs + this.masterDownMs;
    } else if (event.kind === "advert") {
      const { priority } = event.advert;
      if (before.name === "Backup" && priority === 0) this.#earliestMasterMs = nowMs + this.skewMs;
      else if (this.#follows(before, priority, nowMs)) {
        this.#earliestMasterMs = nowMs + this.masterDownMs;
      }
    } else if (event.kind === "paused" && event.pausedMs > this.masterDownMs + ROUNDING_MS) {
      const listenedMs = nowMs + this.#listenMs + this.skewMs;
      this.#earliestMasterMs = Math.max(this.#earliestMasterMs, listenedMs);
    }
  }

  get #listenMs(): number {
    return Math.max(this.#intervalMs, 100);
  }

  #ignores(priority: number, nowMs: number): boolean {
    const { owner, config } = this.#member;
    const preempts = owner || (config.preempt && nowMs >= this.#preemptHeldUntilMs);
    return preempts && priority < priorityOf(this.#member);
  }

  #brokenSilence({ before, event, after, nowMs }: StepRecord): string | undefined {
    if (after.state.name !== "Master" || before.name !== "Master") this.#quietUntilMs = -Infinity;
    else if (event.kind === "paused" && event.pausedMs > this.masterDownMs + ROUNDING_MS) {
      this.#quietUntilMs = nowMs + this.#listenMs;
    }
    if (!after.actions.some((action) => action.do === "sendAdvert")) return undefined;
    this.#spokeAtMs = nowMs;
    return nowMs < this.#quietUntilMs - ROUNDING_MS
      ? "advertises after a long pause without listening"
      : undefined;
  }

  #brokenPossession({ after }: StepRecord): string | undefined {
    const isMaster = after.state.name === "Master";
    return brokenSwitch(this.#mac, { after, isWanted: isMaster }) ??
      brokenSwitch(this.#addresses, { after, isWanted: isMaster && !this.#member.owner });
  }
}

/** Something in the kernel that is there only between one action and another. */
interface Switch {
  readonly what: string;
  readonly on: Action["do"];
  readonly off: Action["do"];
  isOn: boolean;
}

function brokenSwitch(
  one: Switch,
  { after, isWanted }: { after: Step; isWanted: boolean },
): string | undefined {
  for (const { do: verb } of after.actions) {
    if (verb !== one.on && verb !== one.off) continue;
    const turnsOn = verb === one.on;
    if (one.isOn === turnsOn) return `asks for ${verb} where nothing is to do`;
    one.isOn = turnsOn;
  }
  if (one.isOn === isWanted) return undefined;
  return `${isWanted ? "lacks" : "keeps"} ${one.what} as ${after.state.name}`;
}
