import { formatIp, type IpAddress } from "../base/ip.ts";
import { MS_PER_S } from "../base/units.ts";
import { ok, type Result } from "../base/result.ts";
import { type Reject, reject } from "../wire/reject.ts";
import {
  isAfter,
  later,
  msAhead,
  secondsAhead,
  type Sequence,
  shifted,
  successor,
} from "../wire/sequence.ts";
import { type ClockReading, type Instant, StampClock } from "./stamp_clock.ts";
import type { ReplayRules } from "./types.ts";

/** The last number that was accepted from one sender. */
export interface Mark {
  readonly sequence: Sequence;
  /** How far the sender's clock was ahead of ours then; less than 0: behind. */
  readonly skewMs: number;
}

/** What must outlive the process, so that nothing is accepted, and nothing sent, a second time. */
export interface ReplayMemory {
  /** The last number that was sent; absent where none was. */
  readonly last?: Sequence;
  /** Numbers up to here may have been sent. */
  readonly reserved?: Sequence;
  /** By the text of the sender's address. */
  readonly marks: ReadonlyMap<string, Mark>;
  /** The wall clock when this was written down was so far ahead of the time since boot. */
  readonly wallAheadMs?: number;
  /** Which boot that was. */
  readonly bootId?: string;
}

/** Senders are holders of the key, so that only a mistake brings so many. */
const MOST_SENDERS = 64;
/** Numbers are reserved for so long ahead. */
const RESERVE_MS = 60_000;
/** The wall clock may be steered by so much without having been set back. */
const STEERED_MS = 500;

/**
 * Keeps the numbers of one virtual router: each that it sends is new, and none of another sender
 * counts twice. It remembers what it has accepted for as long as that could be accepted again, and
 * never forgets one sender for the sake of another.
 */
export class Replay {
  readonly #clock: StampClock;
  readonly #marks: Map<string, Mark>;
  #rules: ReplayRules;
  #last: Sequence | undefined;
  #reserved: Sequence | undefined;
  #changed = true;
  #ownSource: string | undefined;
  /** What senders without a mark must be above. */
  #floor: Sequence | undefined;

  constructor(rules: ReplayRules, { memory, bootId, instant }: {
    /** "lost": there was one. */
    readonly memory?: ReplayMemory | "lost" | undefined;
    readonly bootId: string;
    readonly instant: Instant;
  }) {
    this.#rules = rules;
    this.#clock = new StampClock(instant);
    const known = memory === "lost" ? undefined : memory;
    this.#marks = new Map(known?.marks);
    if (known !== undefined) this.#restore(known, { bootId, instant });
    const { now, credible } = this.#read(instant);
    if (!this.#byTime || !credible) return;
    this.#refuseWhatWasSentBefore(now);
    if (memory === "lost") this.#floor = now;
  }

  #read(instant: Instant): ClockReading {
    return this.#clock.read(instant, this.#rules.windowS);
  }

  get #byTime(): boolean {
    return this.#rules.antiReplay === "time";
  }

  /** What is sent from now on comes from there. An address that was ours is then another's. */
  sendFrom(source: IpAddress): void {
    const text = formatIp(source);
    if (this.#ownSource !== undefined && this.#ownSource !== text && this.#last !== undefined) {
      this.#marks.set(this.#ownSource, { sequence: this.#last, skewMs: 0 });
    }
    this.#ownSource = text;
  }

  #marksWithOwn(reserved: Sequence | undefined): ReadonlyMap<string, Mark> {
    const marks = new Map(this.#marks);
    if (this.#ownSource !== undefined && reserved !== undefined) {
      marks.set(this.#ownSource, { sequence: reserved, skewMs: 0 });
    }
    return marks;
  }

  /** Goes on by other rules. */
  adopt(rules: ReplayRules): void {
    this.#rules = rules;
  }

  #restore(
    memory: ReplayMemory,
    now: { readonly bootId: string; readonly instant: Instant },
  ): void {
    const { last, reserved = last } = memory;
    if (last !== undefined) this.#clock.note(last, now.instant);
    if (this.#byTime) {
      for (const { sequence } of this.#marks.values()) this.#clock.note(sequence, now.instant);
    }
    if (last === undefined || reserved === undefined) return;
    this.#last = firstFree({ ...memory, last, reserved }, {
      ...now,
      reading: this.#read(now.instant),
      // What is so far ahead nobody takes for wrong yet.
      aheadMs: Math.floor(this.#rules.windowS / 2) * MS_PER_S,
    });
    this.#clock.note(this.#last, now.instant);
  }

  /** Whatever was sent while we did not listen is for nobody to send again. */
  #refuseWhatWasSentBefore(start: Sequence): void {
    for (const [sender, mark] of this.#marks) {
      const sequence = later(mark.sequence, shifted(start, mark.skewMs));
      this.#marks.set(sender, { ...mark, sequence });
    }
  }

  /** The number of the next advertisement: the time, or the one after the last. */
  next(instant: Instant): Sequence {
    const { now } = this.#read(instant);
    const last = this.#last;
    const next = last === undefined || isAfter(now, last) ? now : successor(last);
    this.#last = next;
    this.#changed = true;
    this.#clock.note(next, instant);
    return next;
  }

  /** Takes a number of a sender whose key was right, unless it is of the past. */
  accept(from: IpAddress, sequence: Sequence, instant: Instant): Result<void, Reject> {
    const reading = this.#read(instant);
    const { windowS } = this.#rules;
    const skewS = secondsAhead(sequence, reading.now);
    if (this.#byTime && reading.credible && Math.abs(skewS) > windowS) {
      const side = skewS < 0 ? "behind" : "ahead of";
      return reject("authStale", `its clock is ${Math.abs(skewS)} s ${side} ours`);
    }
    const sender = formatIp(from);
    const mark = this.#marks.get(sender);
    const above = mark?.sequence ?? this.#floor;
    if (above !== undefined && !isAfter(sequence, above)) {
      return reject("authReplay", "it was sent before");
    }
    if (mark === undefined && !this.#makeRoom(reading)) {
      return reject("authReplay", `more than ${MOST_SENDERS} senders hold the key`);
    }
    this.#marks.set(sender, { sequence, skewMs: msAhead(sequence, reading.now) });
    this.#changed = true;
    // What a key holder says of the time is better than a clock that is wrong.
    if (this.#byTime) this.#clock.note(sequence, instant);
    return ok(undefined);
  }

  /** Only a mark that is too old for anything below it to be accepted can be done without. */
  #makeRoom({ now, credible }: ClockReading): boolean {
    if (this.#marks.size < MOST_SENDERS) return true;
    if (!this.#byTime || !credible) return false;
    for (const [sender, { sequence }] of this.#marks) {
      if (secondsAhead(now, sequence) > this.#rules.windowS) this.#marks.delete(sender);
    }
    return this.#marks.size < MOST_SENDERS;
  }

  /** Whether the wall clock can be relied on. */
  isCredible(instant: Instant): boolean {
    return this.#read(instant).credible;
  }

  /** Whether there is something to be written down. */
  get changed(): boolean {
    return this.#changed;
  }

  /** Whether numbers may soon be sent that are not reserved. */
  needsReserve(instant: Instant): boolean {
    const { now } = this.#read(instant);
    return this.#reserved === undefined ||
      msAhead(this.#reserved, later(this.#last ?? now, now)) < RESERVE_MS / 2;
  }

  /**
   * What is to be written down now; `ending`: nothing will be sent after it, and nothing need be
   * reserved.
   */
  memory(
    { bootId, instant, ending }: {
      readonly bootId: string;
      readonly instant: Instant;
      readonly ending: boolean;
    },
  ): ReplayMemory {
    const { now } = this.#read(instant);
    // Where nothing was sent, the first number will not be below the time.
    const last = this.#last ?? (ending ? undefined : now);
    if (!ending) this.#reserved = shifted(later(last ?? now, now), RESERVE_MS);
    this.#changed = false;
    const reserved = ending ? last : this.#reserved;
    return {
      ...(last === undefined || reserved === undefined ? {} : { last, reserved }),
      marks: this.#marksWithOwn(reserved),
      wallAheadMs: instant.wallMs - instant.steadyMs,
      bootId,
    };
  }
}

/** A number that is not below any that was sent, nor further ahead of the time than it must be. */
function firstFree(
  { last, reserved, bootId, wallAheadMs }: ReplayMemory & {
    readonly last: Sequence;
    readonly reserved: Sequence;
  },
  now: {
    readonly bootId: string;
    readonly instant: Instant;
    readonly reading: ClockReading;
    readonly aheadMs: number;
  },
): Sequence {
  const { wallMs, steadyMs } = now.instant;
  const { reading } = now;
  if (!reading.credible) return reserved;
  const clockWas = bootId === now.bootId ? wallAheadMs : undefined;
  const limit = clockWas === undefined ? shifted(reading.now, now.aheadMs) : reading.now;
  const setBack = clockWas !== undefined && wallMs - steadyMs < clockWas - STEERED_MS;
  if (setBack || isAfter(limit, reserved)) return reserved;
  return later(last, limit);
}
