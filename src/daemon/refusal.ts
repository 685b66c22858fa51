import { SyscallError } from "../../ffi/errno.ts";

/** The daemon cannot be what it is to be; the message is for the user and names the mend. */
export class DaemonRefusal extends Error {
  override readonly name = "DaemonRefusal";
}

const WORDS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  ENOENT: "a directory of its path does not exist",
  ENOTDIR: "a part of its path is no directory",
  EISDIR: "it is a directory",
  ELOOP: "it is a symbolic link",
  ENXIO: "it is a pipe or socket that nobody reads",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "this user's share of the disk is used up",
  EIO: "the disk does not work",
  EPIPE: "nobody reads it any more",
};

/** What a call on a file has failed for, in words. Passes on what is not a failed system call. */
export function problemOf(error: unknown): string {
  if (!(error instanceof SyscallError)) throw error;
  const words = WORDS[error.code];
  return words === undefined ? error.code : `${words} (${error.code})`;
}
