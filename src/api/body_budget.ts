import { Refusal } from "./refusal.ts";

const MOST_BYTES = 8 << 20;

/** Counts the bytes of all bodies that are being read or worked on, whoever has sent them. */
export class BodyBudget {
  #left: number;

  constructor(mostBytes = MOST_BYTES) {
    this.#left = mostBytes;
  }

  /** Nothing at first; what it takes comes back when it is disposed of. */
  lease(): BodyLease {
    let taken = 0;
    return {
      take: (bytes) => {
        if (bytes > this.#left) throw busy();
        this.#left -= bytes;
        taken += bytes;
      },
      [Symbol.dispose]: () => {
        this.#left += taken;
        taken = 0;
      },
    };
  }
}

export interface BodyLease extends Disposable {
  /** Throws {@linkcode Refusal} where too much is in use already. */
  take(bytes: number): void;
}

function busy(): Refusal {
  const headers = { "retry-after": "1" };
  return new Refusal(503, "Too much is being sent by others at the same time", { headers });
}
