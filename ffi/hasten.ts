import { signalGroup } from "./children.ts";
import { SyscallError } from "./errno.ts";
import { haste, makeOrdinary, scheduleSelf, type Scheduling } from "./real_time.ts";
import { waitForEnd } from "./spawn.ts";

/**
 * Does `start`, which starts a program and gives its process id: posix_spawn(3) has its caller wait
 * until the kernel has loaded the program. A thread in real time would wait as long as something
 * ordinary does that competes with every busy program of the machine. So until then the program runs
 * in real time as well, which `start` has to ask for with what it gets, and is ordinary thereafter;
 * what it starts itself is ordinary in any case.
 *
 * `start` gets `undefined` where this thread is ordinary itself, or must not hand real time on: that
 * takes CAP_SYS_NICE. Throws what `start` throws, and {@linkcode SyscallError}.
 */
export function hasten(start: (scheduling: Scheduling | undefined) => number): number {
  const all = haste();
  if (all === undefined || !isGranted(all.starter)) return start(undefined);
  try {
    const pid = start(all.program);
    endOrKill(pid);
    return pid;
  } finally {
    scheduleSelf(all.own);
  }
}

function isGranted(scheduling: Scheduling): boolean {
  try {
    scheduleSelf(scheduling);
    return true;
  } catch (error) {
    if (error instanceof SyscallError) return false;
    throw error;
  }
}

/** A busy program in real time must not stay: nobody would get at the machine any more. */
function endOrKill(pid: number): void {
  try {
    makeOrdinary(pid);
  } catch (error) {
    signalGroup(pid, "SIGKILL");
    waitForEnd(pid);
    throw error;
  }
}
