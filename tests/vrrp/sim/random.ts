const GOLDEN_RATIO = 0x9e3779b9;

/** Random numbers that depend on nothing but the seed: a counter, stirred by multiplications. */
export class Random {
  #counter: number;

  /** `seed`: 32 bits; neighbours give unrelated sequences. */
  constructor(seed: number) {
    this.#counter = stir(seed);
  }

  /** 0 or more and less than 1. */
  fraction(): number {
    this.#counter = (this.#counter + GOLDEN_RATIO) >>> 0;
    return stir(this.#counter) / 2 ** 32;
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  /** At least `low` and less than `high`. */
  between(low: number, high: number): number {
    return low + this.fraction() * (high - low);
  }

  /** A whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number {
    return Math.floor(this.between(low, high + 1));
  }

  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.whole(0, choices.length - 1)] ?? choices[0];
  }

  /** One of any number of choices; `undefined` where there is none. */
  pickAny<T>(choices: readonly T[]): T | undefined {
    return choices[this.whole(0, choices.length - 1)];
  }
}

function stir(value: number): number {
  let bits = value >>> 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x7feb352d);
  bits = Math.imul(bits ^ (bits >>> 15), 0x846ca68b);
  return (bits ^ (bits >>> 16)) >>> 0;
}
