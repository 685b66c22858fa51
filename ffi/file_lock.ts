import { checked, EAGAIN, SyscallError } from "./errno.ts";
import type { Fd } from "./fd.ts";
import { lastErrno, libc } from "./libc.ts";

const LOCK_SH = 1;
const LOCK_EX = 2;
const LOCK_NB = 4;
const LOCK_UN = 8;

/**
 * Takes the lock of flock(2) on an open file or directory, alone or beside other sharers, without
 * waiting: false where somebody else holds it. The kernel gives it back when the last descriptor
 * is closed, however the process ends.
 */
export function tryLock(fd: Fd, kind: "alone" | "shared"): boolean {
  const operation = (kind === "alone" ? LOCK_EX : LOCK_SH) | LOCK_NB;
  if (libc().flock(fd.number, operation) === 0) return true;
  const errno = lastErrno();
  if (errno === EAGAIN) return false;
  throw new SyscallError("lock a file", errno);
}

export function unlock(fd: Fd): void {
  checked(libc().flock(fd.number, LOCK_UN), () => "unlock a file");
}
