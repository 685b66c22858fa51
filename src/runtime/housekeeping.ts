/** The heap is looked at this often. */
const LOOK_EVERY_MS = 10_000;
/** So much garbage is worth the pause of a full collection: some milliseconds, with thousands of routers some tens. */
const GARBAGE_BYTES = 16 << 20;
/** Nothing may be due for this long. */
const QUIET_MS = 300;

type Collect = (options: { type: "major"; execution: "sync" }) => void;

/**
 * Collects garbage at a time when nothing is due. With thousands of virtual routers the engine
 * would let four times of what is in use gather first, and then stop for longer at any moment.
 */
export class Housekeeping {
  readonly #collect: Collect | undefined;
  readonly #usedBytes: () => number;
  #lookAtMs = -Infinity;
  #leastBytes = Infinity;

  /** `collect` is there where `scripts/build` gives it to the program. */
  constructor(
    { collect = (globalThis as { gc?: Collect }).gc, usedBytes = heapUsedBytes }: {
      readonly collect?: Collect | undefined;
      readonly usedBytes?: () => number;
    } = {},
  ) {
    this.#collect = collect;
    this.#usedBytes = usedBytes;
  }

  /** To be called when there is nothing to do until `wakeMs`. */
  tidy(nowMs: number, wakeMs: number): void {
    if (nowMs < this.#lookAtMs || wakeMs - nowMs < QUIET_MS) return;
    this.#lookAtMs = nowMs + LOOK_EVERY_MS;
    const usedBytes = this.#usedBytes();
    this.#leastBytes = Math.min(this.#leastBytes, usedBytes);
    if (usedBytes - this.#leastBytes < GARBAGE_BYTES || this.#collect === undefined) return;
    this.#collect({ type: "major", execution: "sync" });
    this.#leastBytes = this.#usedBytes();
  }
}

function heapUsedBytes(): number {
  return Deno.memoryUsage().heapUsed;
}
