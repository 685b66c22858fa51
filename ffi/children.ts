import { checked, SyscallError } from "./errno.ts";
import { Fd } from "./fd.ts";
import { lastErrno, libc } from "./libc.ts";
import { type Ending, readEnding } from "./spawn.ts";

const ESRCH = 3;
const WNOHANG = 1;
/** The same number everywhere, as with all calls that are younger than Linux 5.1. */
const SYS_PIDFD_OPEN = 434;

export const SIGNALS = { SIGKILL: 9, SIGTERM: 15 } as const;

/**
 * A descriptor that can be read, for a poller's sake, once the process has ended (pidfd_open(2),
 * Linux 5.3). Throws {@linkcode SyscallError}.
 */
export function openPidfd(pid: number): Fd {
  const number = libc().syscall(BigInt(SYS_PIDFD_OPEN), BigInt(pid), 0n, 0n);
  return new Fd(checked(number, () => `watch process ${pid}`));
}

/** How a child has ended, which is forgotten with this; `undefined` while it runs. Never waits. */
export function endingOf(pid: number): Ending | undefined {
  const status = new Int32Array(1);
  const ended = checked(
    libc().waitpid(pid, new Uint8Array(status.buffer), WNOHANG),
    () => `ask for the end of process ${pid}`,
  );
  return ended === 0 ? undefined : readEnding(status[0] ?? 0);
}

/** Waits for the end of a child on another thread. Throws {@linkcode SyscallError}. */
export async function waitForEndElsewhere(pid: number): Promise<Ending> {
  for (;;) {
    const status = new Int32Array(1);
    const ended = await libc().waitpid_elsewhere(pid, new Uint8Array(status.buffer), 0);
    if (ended >= 0) return readEnding(status[0] ?? 0);
    // Why it has failed cannot be read there: asked here it fails as well, or was only interrupted.
    const ending = endingOf(pid);
    if (ending !== undefined) return ending;
  }
}

/**
 * Sends a signal to a child that leads a process group, and to all in that group; does nothing
 * where nobody is left. The child's end must not have been asked for yet: its id may be another's
 * afterwards. Throws {@linkcode SyscallError}.
 */
export function signalGroup(leader: number, signal: keyof typeof SIGNALS): void {
  if (libc().kill(-leader, SIGNALS[signal]) === 0) return;
  const errno = lastErrno();
  if (errno !== ESRCH) throw new SyscallError(`send ${signal} to process group ${leader}`, errno);
}
