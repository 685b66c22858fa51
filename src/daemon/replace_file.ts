import { SyscallError } from "../../ffi/errno.ts";
import type { Fd } from "../../ffi/fd.ts";
import { tryLock } from "../../ffi/file_lock.ts";
import { syncFile, takeOwnership } from "../../ffi/file_owner.ts";
import {
  createFileIn,
  describeFile,
  type FileInfo,
  openDirectory,
  openFileIn,
  readAll,
  removeFileIn,
  renameFileIn,
  writeAll,
} from "../../ffi/files.ts";

export interface Replacement {
  /** Symbolic links are followed: what they lead to is replaced, and they stay. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Whether this is what the file is expected to hold. */
  readonly isExpected: (bytes: Uint8Array) => boolean;
  /** Called when all is on the disk under other names; what it throws leaves the file as it is. */
  readonly begin?: () => void;
}

/** What is to be said of a file that was replaced. */
export interface Replaced {
  /** What is not quite as it should be. */
  readonly remark?: string;
}

/** Somebody else has written the file. */
export class FileHasChanged extends Error {
  override readonly name = "FileHasChanged";
}

const MENDS: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EDQUOT: "the quota is used up",
  EROFS: "it is read-only for the daemon: under systemd, ReadWritePaths= in the unit opens it",
  EACCES: "the daemon's user may not write there",
  EPERM: "the daemon's user may not write there, or not give the file to its owner",
  ELOOP: "it has just become a symbolic link",
};

/**
 * Writes a file anew so that at every moment either the old or the new one is there whole, with the
 * owner, the group and the mode that it has; the old one stays beside it as `.bak`. Throws
 * {@linkcode FileHasChanged}, and {@linkcode Error} where nothing has changed.
 */
export function replaceFile({ path, ...replacement }: Replacement): Replaced {
  try {
    const target = Deno.realPathSync(path);
    const name = target.slice(target.lastIndexOf("/") + 1);
    using directory = openDirectory(target.slice(0, -name.length));
    return replaceIn(directory, name, replacement);
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    const mend = MENDS[error.code];
    const why = mend === undefined ? error.code : `${error.code}, ${mend}`;
    throw new Error(`Cannot write ${path}: ${why}`);
  }
}

function replaceIn(
  directory: Fd,
  name: string,
  { bytes, isExpected, begin }: Omit<Replacement, "path">,
): Replaced {
  // The drafts' names are the same each time, for those of whoever was killed to be found: they belong
  // to the one that has the lock of what is in the file's place.
  using locked = openFileIn(directory, name);
  if (!tryLock(locked, "alone")) throw new Error(`Cannot write ${name}: somebody else does so now`);
  const old = look(directory, name);
  if (old.info.identity !== describeFile(locked).identity || !isExpected(old.bytes)) {
    throw new FileHasChanged(name);
  }
  using fresh = new Draft(directory, { name, bytes, info: old.info });
  using backup = new Draft(directory, { name: `${name}.bak`, bytes: old.bytes, info: old.info });
  // Writing to a disk takes a while, in which others may have written, too.
  const now = look(directory, name);
  if (now.info.identity !== old.info.identity || !isExpected(now.bytes)) {
    throw new FileHasChanged(name);
  }
  begin?.();
  backup.put();
  fresh.put();
  return keptRemark(directory);
}

/** From here on the file is the new one, so that nothing may throw any more. */
function keptRemark(directory: Fd): Replaced {
  try {
    syncFile(directory);
    return {};
  } catch (error) {
    const why = error instanceof SyscallError ? error.code : String(error);
    return { remark: `The file is written, but may not outlive a loss of power: ${why}` };
  }
}

function look(
  directory: Fd,
  name: string,
): { readonly bytes: Uint8Array; readonly info: FileInfo } {
  using file = openFileIn(directory, name);
  const info = describeFile(file);
  if (info.kind !== "file") throw new Error(`Cannot write ${name}: it is no file any more`);
  return { bytes: readAll(file), info };
}

interface DraftOptions {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly info: FileInfo;
}

/** A file that is on the disk under another name, and is removed unless it is put in its place. */
class Draft implements Disposable {
  readonly #directory: Fd;
  readonly #name: string;
  readonly #draftName: string;
  #isPut = false;

  constructor(directory: Fd, { name, bytes, info }: DraftOptions) {
    this.#directory = directory;
    this.#name = name;
    this.#draftName = `.${name}.rvrrpd-draft`;
    this.#removeOld();
    using file = createFileIn(directory, this.#draftName);
    try {
      writeAll(file, Uint8Array.from(bytes));
      takeOwnership(file, info);
      syncFile(file);
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** What somebody has left behind who was killed, with secrets in it. */
  #removeOld(): void {
    try {
      removeFileIn(this.#directory, this.#draftName);
    } catch (error) {
      if (!(error instanceof SyscallError) || error.code !== "ENOENT") throw error;
    }
  }

  put(): void {
    renameFileIn(this.#directory, { from: this.#draftName, to: this.#name });
    this.#isPut = true;
  }

  [Symbol.dispose](): void {
    if (this.#isPut) return;
    removeFileIn(this.#directory, this.#draftName);
    this.#isPut = true;
  }
}
