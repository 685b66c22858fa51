import { checked } from "./errno.ts";
import { Fd } from "./fd.ts";
import { type Architecture, DIRENT64, STATX } from "./layout.ts";
import { libc } from "./libc.ts";

/*
 * Files by system calls of our own, relative to an open directory and never through a symbolic
 * link: the runtime's own calls know neither of both, and need a permission to write anywhere.
 */

const O_RDONLY = 0;
const O_WRONLY = 1;
const O_RDWR = 2;
const O_CREAT = 0o100;
const O_EXCL = 0o200;
const O_TRUNC = 0o1000;
const O_APPEND = 0o2000;
const O_NONBLOCK = 0o4000;
const O_CLOEXEC = 0o2000000;
const F_SETFL = 4;
const SEEK_SET = 0;
const AT_FDCWD = -100;
const AT_EMPTY_PATH = 0x1000;
const STATX_BASIC_STATS = 0x7ff;
const S_IFMT = 0o170000;
const S_IFDIR = 0o040000;
const S_IFREG = 0o100000;
/** Read and write for the owner, nothing for others. */
const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o700;
const CHUNK_BYTES = 1 << 16;

/** Not the same number everywhere. */
export const O_NOFOLLOW: Readonly<Record<Architecture, number>> = {
  x86_64: 0o400000,
  aarch64: 0o100000,
};

/** Not the same number everywhere either. */
export const O_DIRECTORY: Readonly<Record<Architecture, number>> = {
  x86_64: 0o200000,
  aarch64: 0o40000,
};

export interface FileInfo {
  readonly kind: "file" | "directory" | "other";
  /** User id. */
  readonly owner: number;
  /** Group id. */
  readonly group: number;
  /** The lower 12 bits of the mode. */
  readonly permissions: number;
  /** Names that it has; 0 for a file that was removed while it is open. */
  readonly links: number;
  readonly sizeBytes: number;
  /** Device and inode as text: the same for the same object only, as long as that lives. */
  readonly identity: string;
}

/** Makes a directory that only its owner may enter. Throws {@linkcode SyscallError}. */
export function makeDirectory(path: string): void {
  checked(libc().mkdir(cPath(path), DIRECTORY_MODE), () => `make the directory ${path}`);
}

/** Opens what is at `path`, but no symbolic link; never waits. Throws {@linkcode SyscallError}. */
export function openPath(path: string): Fd {
  return openat({ directory: AT_FDCWD, path, flags: O_RDONLY | O_NONBLOCK | noFollow() });
}

/** Opens a directory, also by way of symbolic links. Throws {@linkcode SyscallError}. */
export function openDirectory(path: string): Fd {
  return openat({ directory: AT_FDCWD, path, flags: O_RDONLY | O_DIRECTORY[Deno.build.arch] });
}

/** Opens a magic link such as those in /proc/self/ns. Throws {@linkcode SyscallError}. */
export function openMagicLink(path: string): Fd {
  return openat({ directory: AT_FDCWD, path, flags: O_RDONLY });
}

/** Opens what reads as empty and swallows what is written. Throws {@linkcode SyscallError}. */
export function openNothing(): Fd {
  return openat({ directory: AT_FDCWD, path: "/dev/null", flags: O_RDWR });
}

/** Makes a new file for appending; EEXIST for a name in use. Throws {@linkcode SyscallError}. */
export function createFileIn(directory: Fd, name: string): Fd {
  const flags = O_RDWR | O_APPEND | O_CREAT | O_EXCL | noFollow();
  return openat({ directory: directory.number, path: name, flags });
}

/** Opens a file for reading; never waits, whatever it is. Throws {@linkcode SyscallError}. */
export function openFileIn(directory: Fd, name: string): Fd {
  const flags = O_RDONLY | O_NONBLOCK | noFollow();
  return openat({ directory: directory.number, path: name, flags });
}

/** Opens a file for reading and appending, and makes it where it is missing; never waits. */
export function openOrCreateFileIn(directory: Fd, name: string, mode: number): Fd {
  const flags = O_RDWR | O_APPEND | O_CREAT | O_NONBLOCK | noFollow();
  return openat({ directory: directory.number, path: name, flags, mode });
}

/**
 * Opens a file that the user named for writing, empty: symbolic links are followed, and what was in it
 * is gone. Only its owner can read a new one. Throws {@linkcode SyscallError}.
 */
export function createOutput(path: string): Fd {
  return openat({ directory: AT_FDCWD, path, flags: O_WRONLY | O_CREAT | O_TRUNC });
}

function openat({ directory, path, flags, mode = FILE_MODE }: {
  readonly directory: number;
  readonly path: string;
  readonly flags: number;
  readonly mode?: number;
}): Fd {
  const number = libc().openat(directory, cPath(path), flags | O_CLOEXEC, mode);
  return new Fd(checked(number, () => `open ${path}`));
}

function noFollow(): number {
  return O_NOFOLLOW[Deno.build.arch];
}

export function removeFileIn(directory: Fd, name: string): void {
  checked(libc().unlinkat(directory.number, cPath(name), 0), () => `remove ${name}`);
}

/** Takes the place of a file that has the new name. Throws {@linkcode SyscallError}. */
export function renameFileIn(
  directory: Fd,
  { from, to }: { readonly from: string; readonly to: string },
): void {
  const { number } = directory;
  checked(
    libc().renameat(number, cPath(from), number, cPath(to)),
    () => `rename ${from} to ${to}`,
  );
}

export function describeFile(fd: Fd): FileInfo {
  const view = new DataView(new ArrayBuffer(STATX.size));
  const bytes = new Uint8Array(view.buffer);
  checked(
    libc().statx(fd.number, cPath(""), AT_EMPTY_PATH, STATX_BASIC_STATS, bytes),
    () => "look at an open file",
  );
  const { at } = STATX;
  const mode = view.getUint16(at.stx_mode, true);
  const [major, minor] = [at.stx_dev_major, at.stx_dev_minor].map((one) =>
    view.getUint32(one, true)
  );
  return {
    kind: fileKind(mode),
    owner: view.getUint32(at.stx_uid, true),
    group: view.getUint32(at.stx_gid, true),
    permissions: mode & ~S_IFMT,
    links: view.getUint32(at.stx_nlink, true),
    sizeBytes: Number(view.getBigUint64(at.stx_size, true)),
    identity: `${major}:${minor}:${view.getBigUint64(at.stx_ino, true)}`,
  };
}

function fileKind(mode: number): FileInfo["kind"] {
  if ((mode & S_IFMT) === S_IFREG) return "file";
  return (mode & S_IFMT) === S_IFDIR ? "directory" : "other";
}

/** The names in a directory, without "." and "..". Throws {@linkcode SyscallError}. */
export function listDirectory(directory: Fd): string[] {
  // A descriptor of its own: the place in the list belongs to what was opened.
  using list = openFileIn(directory, ".");
  const buffer = new Uint8Array(CHUNK_BYTES);
  const names: string[] = [];
  for (;;) {
    const length = checked(
      libc().getdents64(list.number, buffer, BigInt(buffer.length)),
      () => "list a directory",
    );
    if (length === 0) return names.filter((name) => name !== "." && name !== "..");
    names.push(...entryNames(buffer.subarray(0, length)));
  }
}

function* entryNames(entries: Uint8Array<ArrayBuffer>): Generator<string> {
  const view = new DataView(entries.buffer, entries.byteOffset, entries.byteLength);
  for (let start = 0; start < entries.length;) {
    const end = start + view.getUint16(start + DIRENT64.at.d_reclen, true);
    const name = entries.subarray(start + DIRENT64.at.d_name, end);
    yield new TextDecoder().decode(name.subarray(0, name.indexOf(0)));
    start = end;
  }
}

/** Reads on from where the descriptor stands: all that is left, at most `limitBytes` of it. */
export function readUpTo(fd: Fd, limitBytes: number): Uint8Array<ArrayBuffer> {
  const buffer = new Uint8Array(limitBytes);
  let filled = 0;
  while (filled < limitBytes) {
    const rest = buffer.subarray(filled);
    const length = checked(
      libc().read(fd.number, rest, BigInt(rest.length)),
      () => "read a file",
    );
    if (length === 0) break;
    filled += length;
  }
  return buffer.subarray(0, filled);
}

/** Reads on from where the descriptor stands: all that is left. Throws {@linkcode SyscallError}. */
export function readAll(fd: Fd): Uint8Array<ArrayBuffer> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let sizeBytes = 0;
  for (;;) {
    const chunk = readSome(fd);
    if (chunk.length === 0) break;
    chunks.push(chunk);
    sizeBytes += chunk.length;
  }
  const all = new Uint8Array(sizeBytes);
  let filled = 0;
  for (const chunk of chunks) {
    all.set(chunk, filled);
    filled += chunk.length;
  }
  return all;
}

/** The next read begins at the start again. Throws {@linkcode SyscallError}. */
export function rewind(fd: Fd): void {
  checked(libc().lseek(fd.number, 0n, SEEK_SET), () => "go back to the start of a file");
}

/** With one read(2): what is there now, or waits for it; empty at the end. */
export function readSome(fd: Fd): Uint8Array<ArrayBuffer> {
  const buffer = new Uint8Array(CHUNK_BYTES);
  const length = checked(
    libc().read(fd.number, buffer, BigInt(buffer.length)),
    () => "read from a descriptor",
  );
  return buffer.subarray(0, length);
}

/** Reading from it never waits from now on. Throws {@linkcode SyscallError}. */
export function neverWait(fd: Fd): void {
  checked(libc().fcntl(fd.number, F_SETFL, O_NONBLOCK), () => "keep a descriptor from waiting");
}

/** What is there now of something that {@linkcode neverWait} was told: empty where nothing is. */
export function readWhatIsThere(fd: Fd): Uint8Array<ArrayBuffer> {
  const buffer = new Uint8Array(CHUNK_BYTES);
  const length = Number(libc().read(fd.number, buffer, BigInt(buffer.length)));
  return buffer.subarray(0, Math.max(length, 0));
}

/** Makes an open file empty. Throws {@linkcode SyscallError}. */
export function truncate(fd: Fd): void {
  checked(libc().ftruncate(fd.number, 0n), () => "empty a file");
}

/** Throws {@linkcode SyscallError}, ENOSPC for example; a part may have been written by then. */
export function writeAll(fd: Fd, bytes: Uint8Array<ArrayBuffer>): void {
  for (let written = 0; written < bytes.length;) {
    const rest = bytes.subarray(written);
    written += checked(
      libc().write(fd.number, rest, BigInt(rest.length)),
      () => "write to a file",
    );
  }
}

/** The user id that the kernel goes by. */
export function effectiveUser(): number {
  return libc().geteuid();
}

function cPath(path: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${path}\0`);
}
