import { formatIp, type IpAddress } from "../base/ip.ts";
import { ok, type Result } from "../base/result.ts";
import { type Reject, reject } from "../wire/reject.ts";
import {
  equals,
  isAfter,
  later,
  msAhead,
  secondsAhead,
  type Sequence,
  shifted,
  successor,
} from "../wire/sequence.ts";
import type { Mark, ReplayMemory } from "./replay_memory.ts";
import { clockMoved, firstFree, type Start } from "./replay_start.ts";
import { type ClockReading, type Instant, StampClock } from "./stamp_clock.ts";
import type { ReplayRules } from "./types.ts";

/** Senders are holders of the key, so that only a mistake brings so many that are no peers. */
const MOST_SENDERS = 64;
/** Numbers are reserved for so long ahead. */
const RESERVE_MS = 60_000;

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
  /** As it is on the disk. */
  #reserved: Sequence | undefined;
  /** As it will be there when what is being written down is safe. */
  #reserving: Sequence | undefined;
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
    this.#refuseWhatWasSentBefore(now, clockMoved(known, { bootId, instant }));
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

  #restore(memory: ReplayMemory, start: Start): void {
    const { last, reserved = last } = memory;
    const { instant } = start;
    if (last !== undefined) this.#clock.note(last, instant);
    if (this.#byTime) {
      for (const { sequence } of this.#marks.values()) {
        // Our own address's is what was reserved, and that time is still to come.
        if (reserved === undefined || !equals(sequence, reserved)) {
          this.#clock.note(sequence, instant);
        }
      }
    }
    if (last === undefined || reserved === undefined) return;
    this.#last = firstFree({ ...memory, last, reserved }, {
      start,
      reading: this.#read(instant),
      rules: this.#rules,
    });
    this.#clock.note(this.#last, instant);
  }

  /**
   * Whatever was sent while we did not listen is for nobody to send again. Where our clock may have
   * been set since, a sender that was ahead of it then need not be ahead of it now.
   */
  #refuseWhatWasSentBefore(start: Sequence, moved: boolean): void {
    for (const [sender, mark] of this.#marks) {
      const skewMs = moved ? Math.min(mark.skewMs, 0) : mark.skewMs;
      const sequence = later(mark.sequence, shifted(start, skewMs));
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
      return reject(
        "authReplay",
        `${this.#mostSenders} other senders held the key; to forget those that are gone, ` +
          "stop the daemon and remove the files in replay_dir",
      );
    }
    // What a key holder says of the time is better than a clock that is wrong.
    if (this.#byTime && this.#clock.hear(sequence, instant, windowS)) this.#beginAgain();
    const skewMs = msAhead(sequence, this.#read(instant).now);
    this.#marks.set(sender, { sequence, skewMs });
    this.#changed = true;
    return ok(undefined);
  }

  /** We were ahead of everybody's time: no number of ours is of use to go on from. */
  #beginAgain(): void {
    this.#last = undefined;
    this.#reserved = undefined;
    this.#reserving = undefined;
  }

  get #mostSenders(): number {
    return Math.max(MOST_SENDERS, this.#rules.peers?.length ?? 0);
  }

  /**
   * Only marks can be done without below which nothing would be accepted anyway: in unicast those of
   * others than peers, and those that are too old.
   */
  #makeRoom({ now, credible }: ClockReading): boolean {
    if (this.#marks.size < this.#mostSenders) return true;
    const { peers, windowS } = this.#rules;
    const heard = peers === undefined ? undefined : new Set(peers.map(formatIp));
    for (const [sender, { sequence }] of this.#marks) {
      const old = this.#byTime && credible && secondsAhead(now, sequence) > windowS;
      if (old || heard?.has(sender) === false) this.#marks.delete(sender);
    }
    return this.#marks.size < this.#mostSenders;
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
   * What is to be written down now, of which {@linkcode settle} is to be told; `ending`: nothing
   * will be sent after it, and nothing need be reserved.
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
    const reserved = ending ? last : shifted(later(last ?? now, now), RESERVE_MS);
    this.#reserving = reserved;
    this.#changed = false;
    return {
      ...(last === undefined || reserved === undefined ? {} : { last, reserved }),
      marks: this.#marksWithOwn(reserved),
      wallAheadMs: instant.wallMs - instant.steadyMs,
      bootId,
    };
  }

  /** What became of the last {@linkcode memory}: on the disk, or not. */
  settle(saved: boolean): void {
    if (saved) this.#reserved = this.#reserving;
    else this.#changed = true;
  }
}
