import { SyscallError } from "../../../ffi/errno.ts";
import type { Fd } from "../../../ffi/fd.ts";
import { tryLock, unlock } from "../../../ffi/file_lock.ts";
import * as files from "../../../ffi/files.ts";

/** More than the notes of 16,000 virtual routers; a larger file is not ours. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;
const OTHERS_MAY_WRITE = 0o022;
const OTHERS_MAY_ANYTHING = 0o077;
const LOOK_EVERY_MS = 5;

/** The directory cannot be used; the message names the mend. */
export class StateDirectoryError extends Error {
  override readonly name = "StateDirectoryError";
}

/** A file that only this process writes to; its lock shows others that the process lives. */
export interface StateFile extends Disposable {
  /** With one write(2). Throws {@linkcode SyscallError}, ENOSPC for example. */
  append(text: string): void;
}

/** What a directory is for, in the words of messages. */
export interface DirectoryUse {
  readonly files: string;
  /** The configuration's key that names it. */
  readonly key: string;
}

const FOR_UNDO: DirectoryUse = { files: "undo files", key: "state_dir" };

/** What a file in the directory turned out to be. */
export type Inspection =
  /** Its process lives, or has ended. */
  | { readonly state: "held" | "free"; readonly text: string }
  /** Not a file of ours, and not to be touched. */
  | { readonly state: "refused"; readonly problem: string }
  | { readonly state: "gone" };

/** Where processes of ours leave word for each other and for those after them. */
export interface StateFiles extends Disposable {
  readonly path: string;
  /**
   * Keeps other processes of ours out of what the directory is about. `undefined` where one of
   * them is still at it after `patienceMs`.
   */
  lock(patienceMs: number): Disposable | undefined;
  names(): readonly string[];
  /** Throws {@linkcode SyscallError}. */
  create(name: string): StateFile;
  inspect(name: string): Inspection;
  /** Does nothing where there is no such file. Throws {@linkcode SyscallError}. */
  remove(name: string): void;
  /** Out of our way, for people to look at; the path that it has now. */
  setAside(name: string): string;
}

/**
 * A directory on this machine's disk, /run by preference: what it says is only good until the next
 * boot. Everything in it is reached through its descriptor, so that nobody can swap it meanwhile.
 */
export class StateDirectory implements StateFiles {
  readonly path: string;
  readonly #directory: Fd;
  /** How often we have it locked: one piece of work may be part of another. */
  #locks = 0;

  private constructor(path: string, directory: Fd) {
    this.path = path;
    this.#directory = directory;
  }

  /** Makes it where it is missing. Throws {@linkcode StateDirectoryError}. */
  static open(configured: string, use: DirectoryUse = FOR_UNDO): StateDirectory {
    // A symbolic link with a slash after it would be followed.
    const path = configured.replace(/(?<=.)\/+$/, "");
    try {
      makeWhereMissing(path);
      const directory = files.openPath(path);
      const problem = directoryProblem(files.describeFile(directory));
      if (problem === undefined) return new StateDirectory(path, directory);
      directory.close();
      throw unusable(path, problem, use);
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      throw unusable(path, PROBLEMS[error.code] ?? error.code, use);
    }
  }

  /** Open for as long as this object is. */
  get descriptor(): Fd {
    return this.#directory;
  }

  lock(patienceMs: number): Disposable | undefined {
    if (this.#locks === 0 && !this.#lockDirectory(patienceMs)) return undefined;
    this.#locks++;
    return {
      [Symbol.dispose]: () => {
        if (--this.#locks === 0) unlock(this.#directory);
      },
    };
  }

  #lockDirectory(patienceMs: number): boolean {
    // Waiting in the system call could not be bounded. It is not waiting at all unless another
    // process of ours starts or stops in this moment.
    for (let waitedMs = 0; !tryLock(this.#directory, "alone"); waitedMs += LOOK_EVERY_MS) {
      if (waitedMs >= patienceMs) return false;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_EVERY_MS);
    }
    return true;
  }

  names(): readonly string[] {
    return files.listDirectory(this.#directory);
  }

  create(name: string): StateFile {
    const fd = files.createFileIn(this.#directory, name);
    // Only somebody of our own user could have been quicker, and then ours is no worse than unlocked.
    tryLock(fd, "alone");
    return {
      append: (text) => files.writeAll(fd, new TextEncoder().encode(text)),
      [Symbol.dispose]: () => fd.close(),
    };
  }

  inspect(name: string): Inspection {
    try {
      using fd = files.openFileIn(this.#directory, name);
      const info = files.describeFile(fd);
      if (info.links === 0) return { state: "gone" };
      const problem = fileProblem(info);
      if (problem !== undefined) return { state: "refused", problem };
      // Shared, so that two who look at once do not take each other for the owner.
      const state = tryLock(fd, "shared") ? "free" : "held";
      const text = new TextDecoder().decode(files.readUpTo(fd, info.sizeBytes));
      return { state, text };
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      if (error.code === "ENOENT") return { state: "gone" };
      const problem = error.code === "ELOOP" ? "it is a symbolic link" : error.code;
      return { state: "refused", problem };
    }
  }

  remove(name: string): void {
    try {
      files.removeFileIn(this.#directory, name);
    } catch (error) {
      if (!(error instanceof SyscallError) || error.code !== "ENOENT") throw error;
    }
  }

  setAside(name: string): string {
    const to = `damaged-${name}`;
    files.renameFileIn(this.#directory, { from: name, to });
    return `${this.path}/${to}`;
  }

  [Symbol.dispose](): void {
    this.#directory.close();
  }
}

const PROBLEMS: Readonly<Record<string, string>> = {
  ELOOP: "it is a symbolic link",
  ENOENT: "the directory that it is to be in does not exist",
  ENOTDIR: "a part of its path is no directory",
  EACCES: "this user may not make or open it",
  EPERM: "this user may not make or open it",
  EROFS: "its file system cannot be written to",
};

function makeWhereMissing(path: string): void {
  try {
    files.makeDirectory(path);
  } catch (error) {
    if (!(error instanceof SyscallError) || error.code !== "EEXIST") throw error;
  }
}

function directoryProblem(info: files.FileInfo): string | undefined {
  if (info.kind !== "directory") return "it is no directory";
  if (info.owner !== files.effectiveUser()) return `it belongs to user ${info.owner}`;
  return (info.permissions & OTHERS_MAY_WRITE) === 0 ? undefined : "others may write to it";
}

function fileProblem(info: files.FileInfo): string | undefined {
  if (info.kind !== "file") return "it is no file";
  if (info.owner !== files.effectiveUser()) return `it belongs to user ${info.owner}`;
  if ((info.permissions & OTHERS_MAY_ANYTHING) !== 0) return "others may read or write it";
  if (info.links > 1) return "it has several names";
  return info.sizeBytes > MAX_FILE_BYTES ? `its ${info.sizeBytes} bytes are too many` : undefined;
}

function unusable(path: string, problem: string, use: DirectoryUse): StateDirectoryError {
  return new StateDirectoryError(
    `Cannot keep ${use.files} in ${path}: ${problem}; ` +
      `set ${use.key} to a directory that only this user may write to`,
  );
}
