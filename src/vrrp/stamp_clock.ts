import {
  isAfter,
  later,
  secondsAhead,
  type Sequence,
  sequenceAt,
  shifted,
} from "../wire/sequence.ts";

/** Both clocks at one moment. */
export interface Instant {
  /** The wall clock, in milliseconds since 1970; anybody may set it to anything. */
  readonly wallMs: number;
  /** Milliseconds on a clock that nobody sets. */
  readonly steadyMs: number;
}

export interface ClockReading {
  readonly now: Sequence;
  /** false: the wall clock is behind what is known to be past, and `now` goes on from that. */
  readonly credible: boolean;
}

/** 1 September 2026: no clock that shows an earlier time than the program was written in is right. */
const EARLIEST_MS = 1_788_220_800_000;
export const EARLIEST: Sequence = sequenceAt(EARLIEST_MS);

/**
 * The time that numbers are made of. A machine without a battery may wake up in the year 1970: time
 * then goes on from the latest moment that is known, at the pace of the clock that nobody sets.
 *
 * Where the wall clock shows a possible time, but an earlier one than is known, either may be wrong,
 * for it may have been too fast before. Time then stands still until the wall clock has caught up,
 * or somebody is heard who holds the key and so decides between the two.
 */
export class StampClock {
  #latest = EARLIEST;
  #latestSteadyMs: number;
  /** Who was heard last goes by a later time than the wall clock. */
  #outvoted = false;

  constructor({ steadyMs }: Pick<Instant, "steadyMs">) {
    this.#latestSteadyMs = steadyMs;
  }

  /** This moment is past, or at hand. */
  note(moment: Sequence, { steadyMs }: Pick<Instant, "steadyMs">): void {
    if (!isAfter(moment, this.#latest)) return;
    this.#latest = moment;
    this.#latestSteadyMs = steadyMs;
  }

  /**
   * A holder of the key has just sent this. Whether it decides against what was known, so that time
   * has gone back.
   */
  hear(moment: Sequence, instant: Instant, toleranceS: number): boolean {
    const { wallMs, steadyMs } = instant;
    const doubted = wallMs >= EARLIEST_MS && !this.read(instant, toleranceS).credible;
    const aheadS = secondsAhead(moment, sequenceAt(wallMs));
    const decides = doubted && aheadS >= -toleranceS;
    if (decides || !doubted) this.#outvoted = decides && aheadS > toleranceS;
    if (!decides || secondsAhead(this.#latest, moment) <= toleranceS && this.#outvoted) {
      this.note(moment, instant);
      return false;
    }
    this.#latest = moment;
    this.#latestSteadyMs = steadyMs;
    return true;
  }

  /** `toleranceS`: by so many whole seconds clocks may differ. */
  read({ wallMs, steadyMs }: Instant, toleranceS: number): ClockReading {
    // In full first: 1970 and 2039 are so far apart that 32 bits take one for after the other.
    if (wallMs >= EARLIEST_MS) {
      const wall = sequenceAt(wallMs);
      if (secondsAhead(this.#latest, wall) <= toleranceS) return { now: wall, credible: true };
      if (!this.#outvoted) return { now: this.#latest, credible: false };
    }
    const elapsedMs = Math.max(0, steadyMs - this.#latestSteadyMs);
    return { now: later(this.#latest, shifted(this.#latest, elapsedMs)), credible: false };
  }
}
