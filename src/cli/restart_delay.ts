const FIRST_MS = 1000;
const LONGEST_MS = 60_000;
/** What has run for so long was all right. */
const STEADY_MS = 60_000;

/** How soon something begins anew that has ended by a fault of its own, which may come again. */
export class RestartDelay {
  #nextMs = FIRST_MS;
  #beganMs = -Infinity;

  /** It runs, on the caller's clock in milliseconds. */
  begin(nowMs: number): void {
    this.#beganMs = nowMs;
  }

  /** It has ended. Gives the milliseconds until it is to begin. */
  next(nowMs: number): number {
    const delayMs = nowMs - this.#beganMs >= STEADY_MS ? FIRST_MS : this.#nextMs;
    this.#nextMs = Math.min(2 * delayMs, LONGEST_MS);
    return delayMs;
  }
}
