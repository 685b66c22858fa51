import type { Fault } from "./fault.ts";
import { formatPath, type KeyPath, LineMap } from "./key_path.ts";

/** A fault whose line is still to be looked up. */
export interface Finding {
  readonly at: KeyPath;
  readonly problem: string;
  readonly hint: string;
}

/** Collects everything that one run over a configuration finds. */
export class Findings {
  readonly #lines: LineMap;
  readonly #faults: Fault[] = [];
  readonly #warnings: Fault[] = [];
  /** The place of every fault, and every table around it. */
  readonly #unsound = new Set<string>();

  constructor(lines: LineMap) {
    this.#lines = lines;
  }

  fault(finding: Finding): void {
    this.#faults.push(this.#locate(finding));
    const { at } = finding;
    for (let length = 0; length <= at.length; length++) {
      this.#unsound.add(formatPath(at.slice(0, length)));
    }
  }

  warn(finding: Finding): void {
    this.#warnings.push(this.#locate(finding));
  }

  unknownKey(finding: Finding): void {
    this.#warnings.push({ ...this.#locate(finding), unknownKey: true });
  }

  /** Wrong, but no reason not to start. */
  faultOfCheck(finding: Finding): void {
    this.#warnings.push({ ...this.#locate(finding), failsCheck: true });
  }

  /** Whether no fault has been found at `path` or below it. */
  isSound(path: KeyPath): boolean {
    return !this.#unsound.has(formatPath(path));
  }

  /** In the order of the file. */
  get faults(): Fault[] {
    return this.#faults.toSorted(byLine);
  }

  /** In the order of the file. */
  get warnings(): Fault[] {
    return this.#warnings.toSorted(byLine);
  }

  #locate({ at, problem, hint }: Finding): Fault {
    const line = this.#lines.find(at);
    return { path: formatPath(at), ...(line === undefined ? {} : { line }), problem, hint };
  }
}

function byLine(a: Fault, b: Fault): number {
  return (a.line ?? 0) - (b.line ?? 0);
}
