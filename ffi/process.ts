import { checked } from "./errno.ts";
import type { Fd } from "./fd.ts";
import { listDirectory, openDirectory, openMagicLink, readUpTo } from "./files.ts";
import { RLIMIT } from "./layout.ts";
import { libc } from "./libc.ts";

const F_SETFD = 2;
const FD_CLOEXEC = 1;
/** The kernel's own limit of one argument list is 6 MiB, of which people use little. */
const MAX_COMMAND_BYTES = 1 << 20;
const STDERR_FILENO = 2;
const SIGCHLD = 17;
const SIG_DFL = null;
const RLIMIT_NOFILE = 7;

/** A variable of the environment that this process was started with; `undefined` where not set. */
export function environmentVariable(name: string): string | undefined {
  const value = libc().getenv(new TextEncoder().encode(`${name}\0`));
  return value === null ? undefined : Deno.UnsafePointerView.getCString(value);
}

/** Takes a variable out of the environment that programs started from now on would inherit. */
export function forgetVariable(name: string): void {
  libc().unsetenv(new TextEncoder().encode(`${name}\0`));
}

/** The words that this process was started by, the program first. Throws {@linkcode SyscallError}. */
export function commandLine(): string[] {
  using file = openMagicLink("/proc/self/cmdline");
  const text = new TextDecoder().decode(readUpTo(file, MAX_COMMAND_BYTES));
  return text.replace(/\0$/, "").split("\0");
}

/**
 * The end of a child is kept until it is asked for: whoever started this process may have left it
 * with SIGCHLD ignored, and then the kernel forgets its children; wait(2).
 */
export function takeOverChildren(): void {
  libc().signal(SIGCHLD, SIG_DFL);
}

/**
 * Lets this process have as many descriptors as it may: the usual 1,024 are meant for programs that
 * use select(2), and clients of ours could use them up. Throws {@linkcode SyscallError}.
 */
export function raiseDescriptorLimit(): void {
  const limit = readDescriptorLimit();
  const bytes = new Uint8Array(limit.buffer);
  limit.setBigUint64(RLIMIT.at.rlim_cur, limit.getBigUint64(RLIMIT.at.rlim_max, true), true);
  checked(libc().setrlimit(RLIMIT_NOFILE, bytes), () => "raise the limit of descriptors");
}

/** So many descriptors this process may have. Throws {@linkcode SyscallError}. */
export function descriptorLimit(): number {
  return Number(readDescriptorLimit().getBigUint64(RLIMIT.at.rlim_cur, true));
}

/** A struct rlimit. */
function readDescriptorLimit(): DataView<ArrayBuffer> {
  const limit = new DataView(new ArrayBuffer(RLIMIT.size));
  const bytes = new Uint8Array(limit.buffer);
  checked(libc().getrlimit(RLIMIT_NOFILE, bytes), () => "read the limit of descriptors");
  return limit;
}

/** This process ends by SIGALRM in so many seconds; alarm(2). */
export function endAfter(seconds: number): void {
  libc().alarm(seconds);
}

/** Which permissions new files of this process never have; umask(2). */
export function setFileMask(mask: number): void {
  libc().umask(mask);
}

/**
 * Makes `number` mean what `fd` means, in one step; dup2(2). Programs that this one starts inherit
 * it. Throws {@linkcode SyscallError}.
 */
export function putOn(fd: Fd, number: number): void {
  checked(libc().dup2(fd.number, number), () => `put a file on descriptor ${number}`);
}

/**
 * Keeps every descriptor but standard input, output and error from programs that are started from
 * now on: those that this process has inherited from a careless parent.
 */
export function keepDescriptors(): void {
  using list = openDirectory("/proc/self/fd");
  for (const name of listDirectory(list)) {
    const number = Number(name);
    // The list's own is gone by now; nothing follows from its EBADF.
    if (number > STDERR_FILENO) libc().fcntl(number, F_SETFD, FD_CLOEXEC);
  }
}
