import { checked } from "./errno.ts";
import { libc } from "./libc.ts";

const CLONE_FS = 0x200;

/**
 * New files of this thread never have these permissions from now on. The other threads of the process
 * keep theirs: umask(2) alone is for all of them, unshare(2) parts them. Throws
 * {@linkcode SyscallError}.
 */
export function setThreadUmask(mask: number): void {
  checked(libc().unshare(CLONE_FS), () => "part a thread's umask from the process's");
  libc().umask(mask);
}
