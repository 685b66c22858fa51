import { DURATION_BOUNDS_MS, type Durations } from "./snapshot.ts";

/** Counts durations in classes. */
export class Histogram {
  readonly #counts = Array.from([...DURATION_BOUNDS_MS, Infinity], () => 0);
  #sumMs = 0;

  /** Some are noted on every wake, so nothing is made here that would have to be collected. */
  note(durationMs: number): void {
    let at = 0;
    while (durationMs > (DURATION_BOUNDS_MS[at] ?? Infinity)) at++;
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    this.#sumMs += durationMs;
  }

  get durations(): Durations {
    return { counts: [...this.#counts], sumMs: this.#sumMs };
  }
}
