import type { Fd } from "../../../ffi/fd.ts";
import { readWhatIsThere } from "../../../ffi/files.ts";

/** So much of what a program says is kept. */
const KEPT_BYTES = 4096;

/** What a program has said so far: the beginning is kept, the rest is read and forgotten. */
export class ScriptOutput implements Disposable {
  readonly #fd: Fd;
  #kept: readonly number[] = [];

  /** Takes the reading end of a pipe over, which must not wait. */
  constructor(fd: Fd) {
    this.#fd = fd;
  }

  /** Takes in up to 64 KiB of what is there; a program that says more waits for the next look. */
  look(): void {
    const news = readWhatIsThere(this.#fd).subarray(0, KEPT_BYTES - this.#kept.length);
    if (news.length > 0) this.#kept = [...this.#kept, ...news];
  }

  /** Lines with something in them, fit for a log. */
  get lines(): string[] {
    const text = new TextDecoder().decode(Uint8Array.from(this.#kept));
    return text.split("\n").map(printable).filter((line) => line !== "");
  }

  [Symbol.dispose](): void {
    this.#fd.close();
  }
}

/** Whoever can make a program say something must not make up lines or colours of the log. */
function printable(line: string): string {
  return line.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, " ").trim();
}
