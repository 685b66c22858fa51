const MOST_IDS = 10_000;

/** A session by its id, and the second since 1970 in which it began. */
export interface SessionMark {
  readonly id: string;
  readonly beganS: number;
}

/** Which sessions have ended before their time. */
export class Revocations {
  /** With the second of each one's beginning, in the order in which they were revoked. */
  readonly #revoked = new Map<string, number>();
  /** Sessions that began up to this second are refused: which of them were revoked is not known. */
  #unknownUpToS: number;
  /** Those of them that began here, of which it is. */
  readonly #admitted = new Set<string>();

  /** Of sessions that began up to `unknownUpToS`, in seconds since 1970, none is let in. */
  constructor(unknownUpToS = -Infinity) {
    this.#unknownUpToS = unknownUpToS;
  }

  /** A session begins here. */
  admit({ id, beganS }: SessionMark): void {
    if (beganS <= this.#unknownUpToS && this.#admitted.size < MOST_IDS) this.#admitted.add(id);
  }

  has({ id, beganS }: SessionMark): boolean {
    if (this.#revoked.has(id)) return true;
    return beganS <= this.#unknownUpToS && !this.#admitted.has(id);
  }

  add({ id, beganS }: SessionMark): void {
    this.#admitted.delete(id);
    this.#revoked.set(id, beganS);
    if (this.#revoked.size <= MOST_IDS) return;
    const [oldest] = this.#revoked;
    if (oldest !== undefined) this.#forget(...oldest);
  }

  /** Those that began up to this second are over anyway, and stay so should sessions last longer. */
  forgetUpTo(endedS: number): void {
    for (const [id, beganS] of this.#revoked) if (beganS <= endedS) this.#forget(id, beganS);
  }

  #forget(id: string, beganS: number): void {
    this.#revoked.delete(id);
    if (beganS <= this.#unknownUpToS) return;
    this.#unknownUpToS = beganS;
    this.#admitted.clear();
  }
}
