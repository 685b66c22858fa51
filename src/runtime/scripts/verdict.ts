/** How many runs in a row change a verdict. */
export interface Thresholds {
  readonly rise: number;
  readonly fall: number;
}

/** Whether something is up, by the runs of a program: the first decides, then several in a row. */
export class Verdict {
  /** Unknown until the first run has ended. */
  #isUp: boolean | undefined;
  #against = 0;

  /** Takes a run in; gives whether the verdict is another one now. */
  note(good: boolean, { rise, fall }: Thresholds): boolean {
    if (good === this.#isUp) {
      this.#against = 0;
      return false;
    }
    this.#against++;
    if (this.#isUp !== undefined && this.#against < (good ? rise : fall)) return false;
    this.#isUp = good;
    this.#against = 0;
    return true;
  }
}
