/** To delete a link takes the kernel so long. */
const SLOW_WORK_MS = 30;
/** Where there is never so much time, this long is waited for it. */
const PATIENCE_MS = 2000;
/** Between two things: whoever else changes the network waits while a link is deleted. */
const REST_MS = 100;

/** What is not used any more; each takes one thing away and gives whether there is more of it. */
export interface Tidied {
  readonly here: () => boolean;
  /** On another thread, which costs more but does not keep this one. */
  readonly elsewhere: () => Promise<boolean>;
}

/** Takes away what a configuration has left behind: while nothing is due, or else at any time. */
export class Tidying {
  readonly #tidied: Tidied;
  #patientUntilMs = Infinity;
  #isUnderWay = false;

  constructor(tidied: Tidied) {
    this.#tidied = tidied;
  }

  /** There may be more of it now. */
  noteConfiguration(nowMs: number): void {
    this.#patientUntilMs = nowMs + PATIENCE_MS;
  }

  /** To be called where nothing is due for `freeMs`. Gives whether it wants to go on at once. */
  turn(nowMs: number, freeMs: number): boolean {
    if (this.#isUnderWay) return false;
    if (freeMs > SLOW_WORK_MS) return this.#tidied.here();
    if (nowMs >= this.#patientUntilMs) this.#goOnElsewhere(nowMs);
    return false;
  }

  async #goOnElsewhere(nowMs: number): Promise<void> {
    this.#isUnderWay = true;
    try {
      this.#patientUntilMs = await this.#tidied.elsewhere() ? nowMs + REST_MS : Infinity;
    } finally {
      this.#isUnderWay = false;
    }
  }
}
