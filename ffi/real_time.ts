import { checked } from "./errno.ts";
import { libc } from "./libc.ts";

const SCHED_OTHER = 0;
const SCHED_FIFO = 1;
const SCHED_RR = 2;
const SCHED_DEADLINE = 6;
const SCHED_RESET_ON_FORK = 0x4000_0000;
const THIS_THREAD = 0;
/** Before everything ordinary, and behind everybody else who runs in real time. */
const LEAST_PRIORITY = 1;
const MOST_PRIORITY = 99;

/** How a thread is scheduled; sched(7). */
export interface Scheduling {
  /** One of the kernel's, perhaps with SCHED_RESET_ON_FORK: what the thread starts is ordinary. */
  readonly policy: number;
  /** 1 to 99 under SCHED_FIFO and SCHED_RR, else 0. */
  readonly priority: number;
}

/** Whether this thread runs in real time, by whomever that was arranged; sched(7). */
export function runsInRealTime(): boolean {
  return [SCHED_FIFO, SCHED_RR, SCHED_DEADLINE].includes(ownPolicy() & ~SCHED_RESET_ON_FORK);
}

/**
 * From now on this thread gets a processor as soon as it wants one, before all that runs ordinarily.
 * The threads and programs that it starts are ordinary. Needs CAP_SYS_NICE, or a limit of real-time
 * priority (RLIMIT_RTPRIO) of 1 at least. Throws {@linkcode SyscallError}.
 */
export function enterRealTime(): void {
  schedule(
    THIS_THREAD,
    { policy: SCHED_RR | SCHED_RESET_ON_FORK, priority: LEAST_PRIORITY },
    "ask for real-time scheduling",
  );
}

/** Ends {@linkcode enterRealTime}. Throws {@linkcode SyscallError}. */
export function leaveRealTime(): void {
  schedule(
    THIS_THREAD,
    // The kernel does not let an unprivileged thread take that flag back, so it always stays.
    { policy: SCHED_OTHER | SCHED_RESET_ON_FORK, priority: 0 },
    "leave real-time scheduling",
  );
}

/**
 * Where this thread runs in real time, by whomever that was arranged, the threads and programs that
 * it starts are ordinary from now on. Everybody may do that. Throws {@linkcode SyscallError}.
 */
export function keepRealTime(): void {
  const own = rankedScheduling();
  if (own === undefined) return;
  scheduleSelf({ ...own, policy: own.policy | SCHED_RESET_ON_FORK });
}

/** What this thread and a program have while the one starts the other; see ffi/hasten.ts. */
export interface Haste {
  readonly own: Scheduling;
  readonly starter: Scheduling;
  readonly program: Scheduling;
}

/**
 * `undefined` where this thread does not run in real time. Throws {@linkcode SyscallError}.
 *
 * The starter goes before the program, which else would keep it waiting where both want the same
 * processor, and whose own programs are ordinary.
 */
export function haste(): Haste | undefined {
  const own = rankedScheduling();
  if (own === undefined || own.priority >= MOST_PRIORITY) return undefined;
  const { policy, priority } = own;
  return {
    own,
    starter: { policy: policy & ~SCHED_RESET_ON_FORK, priority: priority + 1 },
    program: { policy: policy | SCHED_RESET_ON_FORK, priority },
  };
}

/** Throws {@linkcode SyscallError}. */
export function scheduleSelf(scheduling: Scheduling): void {
  schedule(THIS_THREAD, scheduling, "change how this thread is scheduled");
}

/** A process does not run in real time any more. Throws {@linkcode SyscallError}. */
export function makeOrdinary(pid: number): void {
  schedule(pid, { policy: SCHED_OTHER, priority: 0 }, `take process ${pid} out of real time`);
}

/** That of this thread, if it is one of those in real time that go by priority. */
function rankedScheduling(): Scheduling | undefined {
  const policy = ownPolicy();
  if (![SCHED_FIFO, SCHED_RR].includes(policy & ~SCHED_RESET_ON_FORK)) return undefined;
  const parameters = new Int32Array(1);
  checked(
    libc().sched_getparam(THIS_THREAD, new Uint8Array(parameters.buffer)),
    () => "read the priority of this thread",
  );
  return { policy, priority: parameters[0] ?? 0 };
}

function ownPolicy(): number {
  return checked(
    libc().sched_getscheduler(THIS_THREAD),
    () => "read how this thread is scheduled",
  );
}

function schedule(pid: number, { policy, priority }: Scheduling, operation: string): void {
  const parameters = new Uint8Array(Int32Array.of(priority).buffer);
  checked(libc().sched_setscheduler(pid, policy, parameters), () => operation);
}
