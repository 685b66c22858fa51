import { releaseStartMemory } from "../../ffi/memory.ts";
import type { Log } from "../log.ts";

/** The heap is looked at this often. */
const LOOK_EVERY_MS = 10_000;
/** So much garbage is worth the pause of a full collection: tens of milliseconds. */
const GARBAGE_BYTES = 16 << 20;
/** Nothing may be due for this long. */
const QUIET_MS = 300;
/** Where that never comes, the memory of the start is let go of after so long all the same. */
const PATIENCE_MS = 30_000;

type Collect = (options: { type: "major"; execution: "sync" }) => void;

/**
 * Collects garbage at a time when nothing is due. With thousands of virtual routers the engine
 * would let four times of what is in use gather first. Where something is always due soon it has to:
 * its own collections, which are prepared beside the work, stop it for a few milliseconds at most.
 */
export class Housekeeping {
  readonly #collect: Collect | undefined;
  readonly #usedBytes: () => number;
  readonly #release: () => void;
  readonly #log: Pick<Log, "debug">;
  #hasStarted = true;
  #lookAtMs = -Infinity;
  #wantsSinceMs = Infinity;
  #leastBytes = Infinity;

  /** `collect` is there where `scripts/build` gives it to the program. */
  constructor(
    { log, collect = (globalThis as { gc?: Collect }).gc, ...memory }: {
      readonly log: Pick<Log, "debug">;
      readonly collect?: Collect | undefined;
      readonly usedBytes?: () => number;
      readonly release?: () => void;
    },
  ) {
    this.#log = log;
    this.#collect = collect;
    this.#usedBytes = memory.usedBytes ?? heapUsedBytes;
    this.#release = memory.release ?? releaseStartMemory;
  }

  /** Much has run that will not be needed soon again: a start, or a new configuration. */
  noteStart(): void {
    this.#hasStarted = true;
    this.#lookAtMs = -Infinity;
  }

  /** To be called when there is nothing to do until `wakeMs`. */
  tidy(nowMs: number, wakeMs: number): void {
    if (nowMs < this.#lookAtMs) return;
    this.#wantsSinceMs = Math.min(this.#wantsSinceMs, nowMs);
    const isQuiet = wakeMs - nowMs >= QUIET_MS;
    if (!isQuiet && nowMs - this.#wantsSinceMs < PATIENCE_MS) return;
    this.#wantsSinceMs = Infinity;
    this.#lookAtMs = nowMs + LOOK_EVERY_MS;
    if (this.#hasStarted) this.#releaseStart();
    if (!isQuiet) return;
    const usedBytes = this.#usedBytes();
    this.#leastBytes = Math.min(this.#leastBytes, usedBytes);
    if (usedBytes - this.#leastBytes < GARBAGE_BYTES || this.#collect === undefined) return;
    this.#collect({ type: "major", execution: "sync" });
    this.#leastBytes = this.#usedBytes();
  }

  #releaseStart(): void {
    this.#hasStarted = false;
    try {
      this.#release();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#log.debug(1, "main", () => `The memory of the start is kept: ${why}`);
    }
  }
}

function heapUsedBytes(): number {
  return Deno.memoryUsage().heapUsed;
}
