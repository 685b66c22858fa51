import { appendSome, openForAppending } from "../../ffi/append.ts";
import type { Fd } from "../../ffi/fd.ts";
import { openNothing } from "../../ffi/files.ts";
import { putOn } from "../../ffi/process.ts";
import type { LineOutput } from "../log/line_writer.ts";
import { problemOf } from "./refusal.ts";

/**
 * A log file, opened for appending when there is something to write, and again after it could not
 * be. A slow disk keeps nobody waiting but the lines themselves.
 */
export class LogFile implements LineOutput {
  readonly name: string;
  #standsInFor: readonly number[] = [];
  #file: Fd | undefined;
  #opening: Promise<void> = Promise.resolve();
  #writing: Promise<unknown> = Promise.resolve();

  constructor(path: string) {
    this.name = path;
  }

  /**
   * Makes these descriptors mean this file from now on, such as standard error, where the runtime
   * itself says its last words. Throws {@linkcode SyscallError}.
   */
  standInFor(numbers: readonly number[]): void {
    this.#standsInFor = numbers;
    if (this.#file !== undefined) return this.#standIn(this.#file);
    using nothing = openNothing();
    this.#standIn(nothing);
  }

  #standIn(file: Fd): void {
    for (const number of this.#standsInFor) putOn(file, number);
  }

  /** Rejects with the reason where the file cannot be opened; until it can, each write tries again. */
  reopen(): Promise<void> {
    const opening = this.#opening.then(() => this.#open());
    this.#opening = opening.catch(() => {});
    return opening;
  }

  async write(bytes: Uint8Array<ArrayBuffer>): Promise<number> {
    await this.#opening;
    if (this.#file === undefined) await this.reopen();
    const file = this.#file;
    if (file === undefined) throw new Error("it is not open");
    const writing = appendSome(file, bytes);
    this.#writing = writing.catch(() => {});
    return await writing.catch(failWithProblem);
  }

  async #open(): Promise<void> {
    const file = await openForAppending(this.name).catch(failWithProblem);
    // The number of the old one may be another file's as soon as it is closed.
    await this.#writing;
    this.#file?.close();
    this.#file = file;
    this.#standIn(file);
  }
}

function failWithProblem(error: unknown): never {
  throw new Error(problemOf(error));
}
