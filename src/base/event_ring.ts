import { assert } from "./assert.ts";

/** The latest of an endless row of things, each with a number, and no more than there is room for. */
export class EventRing<T extends { readonly sequence: number }> {
  readonly #capacity: number;
  #events: T[] = [];
  #last = 0;

  constructor(capacity: number) {
    assert(capacity > 0, "a ring has room for something");
    this.#capacity = capacity;
  }

  /** The number of the latest one; 0 where there is none. */
  get last(): number {
    return this.#last;
  }

  /** Numbers must grow; after a gap nothing from before it is remembered. */
  push(event: T): void {
    assert(event.sequence > this.#last, "the numbers of events grow");
    if (this.#last !== 0 && event.sequence !== this.#last + 1) this.#events = [];
    this.#last = event.sequence;
    this.#events.push(event);
    // Cut rarely: to shift the whole array for each event would cost more than the room is worth.
    if (this.#events.length >= 2 * this.#capacity) {
      this.#events = this.#events.slice(-this.#capacity);
    }
  }

  /** All that are remembered. */
  get all(): readonly T[] {
    return this.#events.slice(-this.#capacity);
  }

  /** All after the one of this number; `undefined` where some of them are forgotten or never were. */
  after(sequence: number): readonly T[] | undefined {
    if (sequence > this.#last) return undefined;
    const events = this.all;
    const missing = this.#last - sequence;
    if (missing > events.length) return undefined;
    return missing === 0 ? [] : events.slice(-missing);
  }
}
