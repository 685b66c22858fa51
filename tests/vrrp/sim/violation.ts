/** A promise of the protocol that a simulated network has seen broken. */
export class Violation extends Error {
  override readonly name = "Violation";
}

const LINES_KEPT = 60;

/** What happened last, put into words only when somebody will read it. */
export class Trace {
  readonly #lines: (() => string)[] = [];

  add(line: () => string): void {
    this.#lines.push(line);
    if (this.#lines.length > 2 * LINES_KEPT) this.#lines.splice(0, LINES_KEPT);
  }

  toString(): string {
    return this.#lines.slice(-LINES_KEPT).map((line) => `  ${line()}`).join("\n");
  }
}
