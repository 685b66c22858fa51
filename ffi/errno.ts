import { lastErrno } from "./libc.ts";

/** Codes of asm-generic/errno.h, the same on x86_64 and aarch64, as far as the daemon meets them. */
const NAMES: Readonly<Record<number, string>> = {
  1: "EPERM",
  2: "ENOENT",
  3: "ESRCH",
  4: "EINTR",
  5: "EIO",
  6: "ENXIO",
  7: "E2BIG",
  8: "ENOEXEC",
  9: "EBADF",
  11: "EAGAIN",
  12: "ENOMEM",
  13: "EACCES",
  14: "EFAULT",
  16: "EBUSY",
  17: "EEXIST",
  19: "ENODEV",
  20: "ENOTDIR",
  21: "EISDIR",
  22: "EINVAL",
  23: "ENFILE",
  24: "EMFILE",
  26: "ETXTBSY",
  28: "ENOSPC",
  30: "EROFS",
  32: "EPIPE",
  34: "ERANGE",
  36: "ENAMETOOLONG",
  38: "ENOSYS",
  40: "ELOOP",
  90: "EMSGSIZE",
  92: "ENOPROTOOPT",
  93: "EPROTONOSUPPORT",
  95: "EOPNOTSUPP",
  97: "EAFNOSUPPORT",
  98: "EADDRINUSE",
  99: "EADDRNOTAVAIL",
  100: "ENETDOWN",
  101: "ENETUNREACH",
  105: "ENOBUFS",
  110: "ETIMEDOUT",
  111: "ECONNREFUSED",
  113: "EHOSTUNREACH",
  122: "EDQUOT",
};

/** Nothing there yet (errno(3)); compared by number where it is no error but the usual end. */
export const EAGAIN = 11;

const MENDS: Readonly<Record<string, string>> = {
  EPERM: "run as root or grant CAP_NET_ADMIN and CAP_NET_RAW",
  EACCES: "run as root or grant CAP_NET_ADMIN and CAP_NET_RAW",
  ENOBUFS:
    "the interface's queue or the socket's buffer is full: raise txqueuelen or net.core.wmem_max",
  EAGAIN: "the socket's buffer is full: raise net.core.wmem_max",
  EMFILE: "raise the limit of open files (LimitNOFILE, ulimit -n)",
  ENFILE: "raise fs.file-max",
  ENOMEM: "the kernel is out of memory for this: free some, or raise net.core.optmem_max",
};

/** The symbolic name of an errno value, or `errno N` for one that is not in the table. */
export function errnoName(errno: number): string {
  return NAMES[errno] ?? `errno ${errno}`;
}

/** What a user can do about an error of this name, where there is something to do. */
export function errnoMend(code: string): string | undefined {
  return MENDS[code];
}

/** A system call that failed: what was tried, on what, and the kernel's answer. */
export class SyscallError extends Error {
  override readonly name = "SyscallError";
  /** Symbolic errno, for example `EPERM`. */
  readonly code: string;

  /** `operation` reads like "open a packet socket on eth0"; the message becomes a sentence of it. */
  constructor(operation: string, errno: number) {
    const code = errnoName(errno);
    const mend = errnoMend(code);
    super(`Cannot ${operation}: ${code}${mend === undefined ? "" : ` (${mend})`}`);
    this.code = code;
  }
}

/**
 * Passes a call's result on, or throws {@linkcode SyscallError} where it is negative. Takes the
 * operation as a function so that the steady path builds no text.
 */
export function checked(result: number | bigint, operation: () => string): number {
  if (result < 0) throw new SyscallError(operation(), lastErrno());
  return Number(result);
}
