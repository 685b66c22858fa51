import { SyscallError } from "../../../ffi/errno.ts";
import { numberIn } from "./file_text.ts";

/** What a look into a file has brought: its text, or why there is none. */
export type FileLook = string | SyscallError;

/** A file counts as this while it is missing. */
const MISSING = 0;
/** An empty file is about to be written; one that stays empty this long is not. */
const EMPTY_MS = 1000;

/** What a tracked file says, and what was told of its faults. */
export class TrackedFile {
  readonly path: string;
  #number: number | undefined;
  #told: string | undefined;
  #emptySinceMs = Infinity;

  constructor(path: string) {
    this.path = path;
  }

  /** Its number; `undefined` before the first look. */
  get number(): number | undefined {
    return this.#number;
  }

  /** What is to be said after its name where a change of the number is reported. */
  get words(): string {
    return `says ${this.#number ?? MISSING}`;
  }

  /** Takes in what was found; gives a line for the log where there is something new to tell. */
  take(look: FileLook, nowMs: number): string | undefined {
    if (look !== "") this.#emptySinceMs = Infinity;
    if (look instanceof SyscallError) return this.#takeError(look);
    const number = numberIn(look);
    if (number === undefined) return this.#takeGarbage(look, nowMs);
    this.#number = number;
    const wasTold = this.#told !== undefined;
    this.#told = undefined;
    return wasTold ? `The tracked file ${this.path} holds a number again: ${number}` : undefined;
  }

  #takeError(error: SyscallError): string | undefined {
    const isMissing = error.code === "ENOENT" || error.code === "ENOTDIR";
    if (!isMissing) return this.#tell(`${error.message}: ${this.#stays()}`);
    this.#number = MISSING;
    return this.#tell(`The tracked file ${this.path} is missing: it counts as ${MISSING}`);
  }

  #takeGarbage(text: string, nowMs: number): string | undefined {
    const stays = this.#stays();
    if (text === "" && this.#emptySinceMs === Infinity) this.#emptySinceMs = nowMs;
    if (text === "" && nowMs < this.#emptySinceMs + EMPTY_MS) return undefined;
    const what = text === "" ? "is empty" : "does not begin with a whole number";
    return this.#tell(`The tracked file ${this.path} ${what}: ${stays}`);
  }

  /** Whoever cannot tell goes by what was there before. */
  #stays(): string {
    this.#number ??= MISSING;
    return `it counts as ${this.#number}, as before`;
  }

  /** Once, until it changes. */
  #tell(line: string): string | undefined {
    if (line === this.#told) return undefined;
    this.#told = line;
    return line;
  }
}
