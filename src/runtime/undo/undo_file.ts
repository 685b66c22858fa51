import { SyscallError } from "../../../ffi/errno.ts";
import type { Log } from "../../log.ts";
import { type Claim, claimKey, type Note } from "./notes.ts";
import { type Author, authorLine, claimLine, noteLine, strikeLine } from "./record.ts";
import type { StateFile, StateFiles } from "./state_directory.ts";

const NAME = /^undo-\d+-\d+-[0-9a-f]{8}$/;
/** A file is written anew when it has this many lines, and most of them count no more. */
const LINES_TO_REWRITE = 4096;

/** Whether a file of this name is one of ours. */
export function isUndoFileName(name: string): boolean {
  return NAME.test(name);
}

/**
 * The undo file of this process. Notes are appended, with one write(2) for each batch of changes,
 * and nothing is ever overwritten. No fsync(2): what was written survives the process however it
 * ends, and after a power failure there is nothing left to undo.
 */
export class UndoFile implements Disposable {
  readonly #files: StateFiles;
  readonly #author: Author;
  readonly #log: Log;
  readonly #notes = new Map<string, Note>();
  #claims: readonly Claim[] = [];
  #name: string;
  #file: StateFile;
  #lines = 0;
  #failed = false;

  /** Call with the directory locked. Throws {@linkcode SyscallError}. */
  constructor({ files, author, log }: {
    readonly files: StateFiles;
    readonly author: Author;
    readonly log: Log;
  }) {
    this.#files = files;
    this.#author = author;
    this.#log = log;
    this.#name = fileName(author);
    this.#file = files.create(this.#name);
    this.#file.append(authorLine(author));
  }

  get name(): string {
    return this.#name;
  }

  get notes(): ReadonlyMap<string, Note> {
    return this.#notes;
  }

  /** Keeps notes, by {@linkcode noteKey}, before what they speak of is done. */
  note(notes: ReadonlyMap<string, Note>): void {
    for (const [key, note] of notes) this.#notes.set(key, note);
    this.#append(Array.from(notes.values(), noteLine));
  }

  claim(claims: readonly Claim[]): void {
    this.#claims = [...this.#claims, ...claims];
    this.#append(claims.map(claimLine));
  }

  /** Takes claims back. */
  release(claims: readonly Claim[]): void {
    const keys = new Set(claims.map(claimKey));
    this.#claims = this.#claims.filter((claim) => !keys.has(claimKey(claim)));
    this.#append([...keys].map(strikeLine));
  }

  /** Forgets the notes of these keys: what they speak of is as it was, or no more ours. */
  strike(keys: readonly string[]): void {
    const known = keys.filter((key) => this.#notes.delete(key));
    this.#append(known.map(strikeLine));
    const needed = this.#notes.size + this.#claims.length;
    if (this.#lines > LINES_TO_REWRITE && this.#lines > 4 * needed) this.#rewrite();
  }

  #append(lines: readonly string[]): void {
    if (lines.length === 0) return;
    this.#lines += lines.length;
    try {
      // A write that failed may have left half a line.
      this.#file.append((this.#failed ? "\n" : "") + lines.join(""));
      this.#failed = false;
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      if (!this.#failed) this.#log.error(unwritable(this.#files.path, error));
      this.#failed = true;
    }
  }

  /** Where somebody else is at the directory, or there is no room, it can wait: the old one serves. */
  #rewrite(): void {
    using lock = this.#files.lock(0);
    if (lock === undefined) return;
    try {
      this.#moveTo(fileName(this.#author));
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
    }
  }

  /** Whoever dies between the two files leaves both, which say the same: undone twice is undone. */
  #moveTo(name: string): void {
    const lines = [...this.#claims.map(claimLine), ...this.#notes.values().map(noteLine)];
    using stack = new DisposableStack();
    const file = stack.use(this.#files.create(name));
    stack.defer(() => this.#files.remove(name));
    file.append([authorLine(this.#author), ...lines].join(""));
    this.#files.remove(this.#name);
    stack.move();
    this.#file[Symbol.dispose]();
    this.#name = name;
    this.#file = file;
    this.#lines = lines.length;
    this.#failed = false;
  }

  /** Removes the file: nothing is left to undo. */
  remove(): void {
    this.#files.remove(this.#name);
  }

  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]();
  }
}

/** The namespace and the process are for people; the rest keeps a process number that comes again apart. */
function fileName({ identity, pid }: Author): string {
  const inode = identity.namespace.slice(identity.namespace.lastIndexOf(":") + 1);
  const chance = crypto.getRandomValues(new Uint8Array(4)).toHex();
  return `undo-${inode}-${pid}-${chance}`;
}

function unwritable(path: string, error: SyscallError): string {
  return `Cannot write down in ${path} what to undo: ${error.code} (make room there); ` +
    "what is changed from now on may stay after a crash";
}
