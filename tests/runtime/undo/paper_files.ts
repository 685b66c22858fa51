import { SyscallError } from "../../../ffi/errno.ts";
import type {
  Inspection,
  StateFile,
  StateFiles,
} from "../../../src/runtime/undo/state_directory.ts";

const ENOSPC = 28;

interface PaperFile {
  text: string;
  held: boolean;
}

/** A state directory in memory; several processes can share one. */
export class PaperFiles implements StateFiles {
  readonly path = "/run/rvrrpd";
  readonly files = new Map<string, PaperFile>();
  /** Each write that was asked for, in order. */
  readonly writes: string[] = [];
  /** How much of each write is done before there is no room; absent while there is. */
  roomFor: number | undefined;
  /** What another process does while we ask for the lock. */
  locked = false;

  lock(): Disposable | undefined {
    return this.locked ? undefined : { [Symbol.dispose]: () => {} };
  }

  names(): readonly string[] {
    return [...this.files.keys()];
  }

  create(name: string): StateFile {
    const file = { text: "", held: true };
    this.files.set(name, file);
    return {
      append: (text) => {
        this.writes.push(text);
        file.text += text.slice(0, this.roomFor);
        if (this.roomFor !== undefined) throw new SyscallError("write to a file", ENOSPC);
      },
      [Symbol.dispose]: () => {
        file.held = false;
      },
    };
  }

  inspect(name: string): Inspection {
    const file = this.files.get(name);
    if (file === undefined) return { state: "gone" };
    return { state: file.held ? "held" : "free", text: file.text };
  }

  remove(name: string): void {
    this.files.delete(name);
  }

  setAside(name: string): string {
    const file = this.files.get(name);
    this.files.delete(name);
    if (file !== undefined) this.files.set(`damaged-${name}`, file);
    return `${this.path}/damaged-${name}`;
  }

  /** The text of the only file. */
  get text(): string {
    const [only] = this.files.values();
    return only?.text ?? "";
  }

  [Symbol.dispose](): void {}
}
