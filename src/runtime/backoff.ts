/**
 * Before anything is put back for the first time: what follows may show that its whole interface is
 * about to go, or that more of it is taken away.
 */
const FIRST_DELAY_MS = 20;
/** For the second time, and double that each further time … */
const SECOND_DELAY_MS = 100;
/** … up to this: whoever keeps taking it away gets neither a busy daemon nor a full log. */
const LAST_DELAY_MS = 6400;
/** Nothing was taken away for so long: the next time counts as the first. */
const QUIET_MS = 30_000;

/** How soon one thing is put back that somebody else takes away, perhaps again and again. */
export class Backoff {
  #delayMs = FIRST_DELAY_MS;
  #dueMs = Infinity;
  #putBackMs = -Infinity;

  /** When to put it back; Infinity while nothing is missing. Milliseconds on the caller's clock. */
  get dueMs(): number {
    return this.#dueMs;
  }

  /**
   * It is missing. Gives how long it has waited where it is to be put back now, which the caller
   * then does; `undefined` while it is to wait until {@linkcode dueMs}.
   */
  take(nowMs: number): number | undefined {
    if (this.#dueMs === Infinity) this.#begin(nowMs);
    if (nowMs < this.#dueMs) return undefined;
    const waitedMs = this.#delayMs;
    this.#dueMs = Infinity;
    this.#putBackMs = nowMs;
    this.#delayMs = Math.min(Math.max(SECOND_DELAY_MS, 2 * waitedMs), LAST_DELAY_MS);
    return waitedMs;
  }

  #begin(nowMs: number): void {
    if (nowMs - this.#putBackMs >= QUIET_MS) this.#delayMs = FIRST_DELAY_MS;
    this.#dueMs = nowMs + this.#delayMs;
  }

  /** It is not missing any more, or nobody wants it: nothing is due. */
  settle(): void {
    this.#dueMs = Infinity;
  }
}
