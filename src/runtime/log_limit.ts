/** At most one line for one thing in this time. */
const REPEAT_MS = 60_000;
/** At most so many limited lines in that time for the whole process, whoever sends what. */
const PROCESS_LINES = 120;

interface Entry {
  lastMs: number;
  suppressed: number;
  armed: boolean;
}

/**
 * Decides which of the lines that others can provoke are written: the first of a kind, then none
 * until something was accepted again, and even then one a minute, so that a flood of bad frames
 * can neither fill a disk nor re-open the log by mixing good ones in.
 */
export class LogLimit {
  readonly #entries = new Map<string, Map<string, Entry>>();
  #windowStartMs = -Infinity;
  #linesInWindow = 0;

  /**
   * Whether to write a line about `kind` at `subject`. Gives the number of lines that were held
   * back since the last one, or `undefined` to stay silent.
   */
  ask(subject: string, kind: string, nowMs: number): number | undefined {
    const entry = this.#entry(subject, kind);
    const due = entry.armed && nowMs - entry.lastMs >= REPEAT_MS;
    if (!due || !this.admit(nowMs)) {
      entry.suppressed++;
      return undefined;
    }
    const { suppressed } = entry;
    Object.assign(entry, { lastMs: nowMs, suppressed: 0, armed: false });
    return suppressed;
  }

  /** Something from `subject` was accepted: its kinds may be written again, once a minute. */
  rearm(subject: string): void {
    const kinds = this.#entries.get(subject);
    if (kinds === undefined) return;
    for (const entry of kinds.values()) entry.armed = true;
  }

  /** Whether to write one more line of a kind that only the cap for the whole process limits. */
  admit(nowMs: number): boolean {
    if (nowMs - this.#windowStartMs >= REPEAT_MS) {
      this.#windowStartMs = nowMs;
      this.#linesInWindow = 0;
    }
    return this.#linesInWindow++ < PROCESS_LINES;
  }

  #entry(subject: string, kind: string): Entry {
    const kinds = this.#entries.get(subject) ?? new Map<string, Entry>();
    this.#entries.set(subject, kinds);
    const entry = kinds.get(kind) ?? { lastMs: -Infinity, suppressed: 0, armed: true };
    kinds.set(kind, entry);
    return entry;
  }
}

/** How a limited line ends. */
export function heldBack(count: number): string {
  return count === 0 ? "" : ` (${count} more since the last such line)`;
}
