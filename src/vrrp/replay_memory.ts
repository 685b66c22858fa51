import type { Sequence } from "../wire/sequence.ts";

/** The last number that was accepted from one sender. */
export interface Mark {
  readonly sequence: Sequence;
  /** How far the sender's clock was ahead of ours then; less than 0: behind. */
  readonly skewMs: number;
}

/** What must outlive the process, so that nothing is accepted, and nothing sent, a second time. */
export interface ReplayMemory {
  /** The last number that was sent; absent where none was. */
  readonly last?: Sequence;
  /** Numbers up to here may have been sent. */
  readonly reserved?: Sequence;
  /** By the text of the sender's address. */
  readonly marks: ReadonlyMap<string, Mark>;
  /** The wall clock when this was written down was so far ahead of the time since boot. */
  readonly wallAheadMs?: number;
  /** Which boot that was. */
  readonly bootId?: string;
}
