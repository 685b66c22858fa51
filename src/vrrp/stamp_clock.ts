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
export const EARLIEST: Sequence = sequenceAt(1_788_220_800_000);

/**
 * The time that numbers are made of. A machine without a battery may wake up in the year 1970, and a
 * clock be set back: time then goes on from the latest moment that is known, at the pace of the
 * clock that nobody sets.
 */
export class StampClock {
  #latest = EARLIEST;
  #latestSteadyMs: number;

  constructor({ steadyMs }: Pick<Instant, "steadyMs">) {
    this.#latestSteadyMs = steadyMs;
  }

  /** This moment is past, or at hand. */
  note(moment: Sequence, { steadyMs }: Pick<Instant, "steadyMs">): void {
    if (!isAfter(moment, this.#latest)) return;
    this.#latest = moment;
    this.#latestSteadyMs = steadyMs;
  }

  /** `toleranceS`: by so many whole seconds clocks may differ. */
  read({ wallMs, steadyMs }: Instant, toleranceS: number): ClockReading {
    const wall = sequenceAt(wallMs);
    if (secondsAhead(this.#latest, wall) <= toleranceS) return { now: wall, credible: true };
    const elapsedMs = Math.max(0, steadyMs - this.#latestSteadyMs);
    return { now: later(this.#latest, shifted(this.#latest, elapsedMs)), credible: false };
  }
}
