import { libc } from "./libc.ts";

/** An open file descriptor that is closed once, and whose number cannot be used afterwards. */
export class Fd implements Disposable {
  #number: number;

  constructor(number: number) {
    this.#number = number;
  }

  /** Throws where it has been closed: the kernel may have given the number to somebody else. */
  get number(): number {
    if (this.#number < 0) throw new Error("Cannot use a file descriptor that has been closed");
    return this.#number;
  }

  get closed(): boolean {
    return this.#number < 0;
  }

  /** close(2); closing again does nothing. Its error means nothing that could be acted on. */
  close(): void {
    if (this.#number < 0) return;
    libc().close(this.#number);
    this.#number = -1;
  }

  /** The same on another thread, for what the kernel takes its time to close. */
  closeElsewhere(): void {
    if (this.#number < 0) return;
    void libc().close_elsewhere(this.#number);
    this.#number = -1;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
