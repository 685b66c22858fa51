/** So many lines of a level … */
const MOST_LINES = 60;
/** … in this time. */
const WINDOW_MS = 60_000;

type Level = "information" | "warning" | "error";

export interface LogBudgetParts {
  readonly write: (level: Level, text: string) => void;
  /** Milliseconds on a clock that nobody sets. */
  readonly clock: () => number;
}

/**
 * Keeps whatever clients can provoke from filling the log, and the engine's thread from having to
 * write it all. What was held back is told of with the next line.
 */
export class LogBudget {
  readonly #parts: LogBudgetParts;
  readonly #windows = new Map<Level, { readonly startMs: number; lines: number }>();

  constructor(parts: LogBudgetParts) {
    this.#parts = parts;
  }

  tell(level: Level, text: string): void {
    const { write, clock } = this.#parts;
    const nowMs = clock();
    const before = this.#windows.get(level);
    if (before !== undefined && nowMs - before.startMs < WINDOW_MS) {
      if (before.lines++ < MOST_LINES) write(level, text);
      return;
    }
    this.#windows.set(level, { startMs: nowMs, lines: 1 });
    const heldBack = (before?.lines ?? 0) - MOST_LINES;
    const more = heldBack > 0 ? ` (${heldBack} lines of the client API were held back)` : "";
    write(level, `${text}${more}`);
  }
}
