/** The shortest interval is 10 ms, and a Master that is late by this is still heard in time. */
const SLICE_MS = 4;

/**
 * How long sockets are read at a stretch, all of them together. By time, not by a number of frames:
 * what a frame costs is for its sender to choose.
 */
export class ReadingTime {
  readonly #clock: () => number;
  #endsMs = -Infinity;

  /** `clock` gives milliseconds. */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** A new stretch begins. */
  begin(): void {
    this.#endsMs = this.#clock() + SLICE_MS;
  }

  /** Whether others are to have their turn, as soon as each socket has been looked into once. */
  get over(): boolean {
    return this.#clock() >= this.#endsMs;
  }
}
