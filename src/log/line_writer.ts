/** Where lines end up: standard output, a file. */
export interface LineOutput {
  /** For people. */
  readonly name: string;
  /** Takes some of the bytes and gives how many. Rejects with the reason as the error's message. */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<number>;
  /** Opens the file anew; rejects with the reason where that fails, and goes on with the old one. */
  reopen?(): Promise<void>;
}

export interface LineWriterOptions {
  readonly output: LineOutput;
  /** The line that tells how many did not fit the queue. */
  readonly dropLine: (count: number) => string;
  /** The line, in the output itself, that tells how many are missing in front of it. */
  readonly gapLine: (count: number) => string;
  readonly tell: (news: OutputNews) => void;
}

/** An output has failed, with the reason, or works again after so many lines were lost. */
export type OutputNews = { readonly failed: string } | { readonly lostLines: number };

/** Lines that wait for a slow reader; beyond that they are dropped and counted. */
const MAX_WAITING_LINES = 50_000;
const LINE_FEED = 10;

/**
 * Writes lines one after the other without ever making the caller wait: a reader that has stopped
 * must not stop advertisements. What does not fit the queue is dropped, and the loss is told.
 */
export class LineWriter {
  readonly #options: LineWriterOptions;
  readonly #encoder = new TextEncoder();
  #waiting: string[] = [];
  #dropped = 0;
  #writing: Promise<void> | undefined;
  #failing = false;
  #lost = 0;
  /** Whether the last line in the output is only a part of one. */
  #midLine = false;

  constructor(options: LineWriterOptions) {
    this.#options = options;
  }

  write(line: string): void {
    if (this.#waiting.length >= MAX_WAITING_LINES) {
      this.#dropped++;
      return;
    }
    this.#waiting.push(line);
    this.#writing ??= this.#drain();
  }

  get busy(): boolean {
    return this.#writing !== undefined;
  }

  /** Whether the last attempt to write has failed. */
  get failing(): boolean {
    return this.#failing;
  }

  async flush(): Promise<void> {
    await this.#writing;
  }

  async #drain(): Promise<void> {
    // Let the caller finish its work first: lines of one batch go out in one write.
    await Promise.resolve();
    while (this.#waiting.length > 0) await this.#writeLines(this.#take());
    this.#writing = undefined;
  }

  #take(): string[] {
    const lines = this.#waiting;
    this.#waiting = [];
    if (this.#dropped > 0) lines.push(this.#options.dropLine(this.#dropped));
    this.#dropped = 0;
    return lines;
  }

  async #writeLines(lines: readonly string[]): Promise<void> {
    const before = this.#lost === 0 ? [] : [this.#options.gapLine(this.#lost)];
    const text = `${this.#midLine ? "\n" : ""}${[...before, ...lines].join("\n")}\n`;
    const bytes = this.#encoder.encode(text);
    let at = 0;
    try {
      while (at < bytes.length) {
        at += await this.#options.output.write(bytes.subarray(at));
        this.#midLine = bytes[at - 1] !== LINE_FEED;
      }
      this.#noteSuccess();
    } catch (error) {
      // What is not out yet ends with these lines, whatever stands before them.
      this.#lost += Math.min(lines.length, count(bytes.subarray(at), LINE_FEED));
      this.#noteFailure(error instanceof Error ? error.message : String(error));
    }
  }

  #noteSuccess(): void {
    if (!this.#failing) return;
    const lostLines = this.#lost;
    this.#failing = false;
    this.#lost = 0;
    this.#options.tell({ lostLines });
  }

  #noteFailure(reason: string): void {
    if (this.#failing) return;
    this.#failing = true;
    this.#options.tell({ failed: reason });
  }
}

function count(bytes: Uint8Array, wanted: number): number {
  let found = 0;
  for (const byte of bytes) if (byte === wanted) found++;
  return found;
}
