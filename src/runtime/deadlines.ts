/**
 * When each virtual router has to be looked at next, in one piece of memory: all of them are asked
 * several times in every turn, and to touch hundreds of objects for that costs more than the rest.
 * Milliseconds on one clock; Infinity where nothing is due.
 */
export class Deadlines {
  readonly #ms: Float64Array;

  constructor(count: number) {
    this.#ms = new Float64Array(count).fill(Infinity);
  }

  get(index: number): number {
    return this.#ms[index] ?? Infinity;
  }

  set(index: number, ms: number): void {
    this.#ms[index] = ms;
  }

  get earliestMs(): number {
    const all = this.#ms;
    let earliestMs = Infinity;
    for (let index = 0; index < all.length; index++) {
      const ms = all[index] ?? Infinity;
      if (ms < earliestMs) earliestMs = ms;
    }
    return earliestMs;
  }

  /** The latest of those up to `limitMs`; `-Infinity` where there is none. */
  latestUpTo(limitMs: number): number {
    const all = this.#ms;
    let latestMs = -Infinity;
    for (let index = 0; index < all.length; index++) {
      const ms = all[index] ?? Infinity;
      if (ms <= limitMs && ms > latestMs) latestMs = ms;
    }
    return latestMs;
  }
}
