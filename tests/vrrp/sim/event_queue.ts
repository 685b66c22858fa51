interface Scheduled {
  readonly atMs: number;
  readonly run: () => void;
}

/** The simulated time and what will happen in it; simultaneous events keep their order. */
export class EventQueue {
  /** The next event is the last element. */
  readonly #events: Scheduled[] = [];
  #nowMs = 0;
  #count = 0;

  get nowMs(): number {
    return this.#nowMs;
  }

  /** How many events have run. */
  get count(): number {
    return this.#count;
  }

  at(atMs: number, run: () => void): void {
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#events[middle]?.atMs ?? 0) > atMs) low = middle + 1;
      else high = middle;
    }
    this.#events.splice(low, 0, { atMs, run });
  }

  after(delayMs: number, run: () => void): void {
    this.at(this.#nowMs + delayMs, run);
  }

  /** Runs everything due before `endMs`, with `check` after each, and ends there. */
  runUntil(endMs: number, check: () => void): void {
    for (;;) {
      const next = this.#events.at(-1);
      if (next === undefined || next.atMs >= endMs) break;
      this.#events.pop();
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      this.#count++;
      next.run();
      check();
    }
    this.#nowMs = endMs;
    check();
  }
}
