import { checked, SyscallError } from "./errno.ts";
import { Fd } from "./fd.ts";
import { POSIX_SPAWN_FILE_ACTIONS, POSIX_SPAWNATTR, SIGSET } from "./layout.ts";
import { libc } from "./libc.ts";
import type { Scheduling } from "./real_time.ts";

const POSIX_SPAWN_SETSIGDEF = 0x04;
const POSIX_SPAWN_SETSIGMASK = 0x08;
const POSIX_SPAWN_SETSCHEDULER = 0x20;
const POSIX_SPAWN_SETSID = 0x80;
const O_CLOEXEC = 0o2000000;
const F_DUPFD_CLOEXEC = 1030;
const PRIO_PROCESS = 0;
const POINTER_BYTES = 8;
/** Far behind what has the usual value, 0; setpriority(2). */
const BEHIND_OTHERS = 15;

export interface Pipe extends Disposable {
  readonly readEnd: Fd;
  readonly writeEnd: Fd;
}

/** pipe(7); neither end is inherited by itself. Throws {@linkcode SyscallError}. */
export function openPipe(): Pipe {
  const numbers = new Int32Array(2);
  checked(libc().pipe2(new Uint8Array(numbers.buffer), O_CLOEXEC), () => "open a pipe");
  const [readEnd, writeEnd] = [new Fd(numbers[0] ?? -1), new Fd(numbers[1] ?? -1)];
  return {
    readEnd,
    writeEnd,
    [Symbol.dispose]: () => {
      readEnd.close();
      writeEnd.close();
    },
  };
}

export interface SpawnOptions {
  /** Path of the program. */
  readonly program: string;
  /** Its argument list, beginning with the name that it is to go by. */
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** What its descriptors 0, 1, 2 … are; it gets no others that bear the close-on-exec flag. */
  readonly descriptors: readonly Fd[];
  /** How it is scheduled, which it must be allowed to ask for; else as the caller's children are. */
  readonly scheduling?: Scheduling | undefined;
}

/**
 * Starts a program in a session of its own, without a controlling terminal, with no signal blocked
 * or ignored; posix_spawn(3). Gives its process id. Throws {@linkcode SyscallError}.
 *
 * This thread waits until the kernel has loaded the program; see ffi/hasten.ts.
 */
export function spawnSession(options: SpawnOptions): number {
  const { program, words, environment, descriptors } = options;
  using attributes = sessionAttributes(options.scheduling);
  using sources = outOfTheWay(descriptors);
  using actions = descriptorActions(sources.descriptors);
  const pid = new Int32Array(1);
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const error = libc().posix_spawn(
    new Uint8Array(pid.buffer),
    new TextEncoder().encode(`${program}\0`),
    actions.bytes,
    attributes.bytes,
    cStrings(words),
    cStrings(variables),
  );
  if (error !== 0) throw new SyscallError(`start ${program}`, error);
  return pid[0] ?? -1;
}

/** The process gets the processor when nothing else wants it. Throws {@linkcode SyscallError}. */
export function putBehind(pid: number): void {
  checked(
    libc().setpriority(PRIO_PROCESS, pid, BEHIND_OTHERS),
    () => `lower the priority of process ${pid}`,
  );
}

/** How a process ended: by itself, or by a signal. */
export type Ending = { readonly code: number } | { readonly signal: number };

/** Waits for the end of a child of this process. Throws {@linkcode SyscallError}. */
export function waitForEnd(pid: number): Ending {
  const status = new Int32Array(1);
  checked(
    libc().waitpid(pid, new Uint8Array(status.buffer), 0),
    () => `wait for process ${pid}`,
  );
  return readEnding(status[0] ?? 0);
}

/** Reads what waitpid(2) says of a process that has ended. */
export function readEnding(status: number): Ending {
  const signal = status & 0x7f;
  return signal === 0 ? { code: status >> 8 & 0xff } : { signal };
}

interface Prepared extends Disposable {
  readonly bytes: Uint8Array<ArrayBuffer>;
}

function sessionAttributes(scheduling: Scheduling | undefined): Prepared {
  const c = libc();
  const bytes = new Uint8Array(POSIX_SPAWNATTR.size);
  const everySignal = new Uint8Array(SIGSET.size);
  c.sigfillset(everySignal);
  c.posix_spawnattr_init(bytes);
  // The mask is empty from the start.
  const flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID;
  const isGiven = scheduling !== undefined;
  c.posix_spawnattr_setflags(bytes, isGiven ? flags | POSIX_SPAWN_SETSCHEDULER : flags);
  if (isGiven) {
    const view = new DataView(bytes.buffer);
    view.setInt32(POSIX_SPAWNATTR.at.__sp, scheduling.priority, true);
    view.setInt32(POSIX_SPAWNATTR.at.__policy, scheduling.policy, true);
  }
  c.posix_spawnattr_setsigdefault(bytes, everySignal);
  return { bytes, [Symbol.dispose]: () => c.posix_spawnattr_destroy(bytes) };
}

/** The same descriptors under numbers that none of them is to be put on. */
function outOfTheWay(
  descriptors: readonly Fd[],
): Disposable & { readonly descriptors: readonly Fd[] } {
  const copies: Fd[] = [];
  const moved = descriptors.map((fd) => {
    if (fd.number >= descriptors.length) return fd;
    const number = libc().fcntl(fd.number, F_DUPFD_CLOEXEC, descriptors.length);
    const copy = new Fd(checked(number, () => `copy descriptor ${fd.number}`));
    copies.push(copy);
    return copy;
  });
  const dispose = () => copies.forEach((copy) => copy.close());
  return { descriptors: moved, [Symbol.dispose]: dispose };
}

/** None of the sources is among the targets. */
function descriptorActions(descriptors: readonly Fd[]): Prepared {
  const c = libc();
  const bytes = new Uint8Array(POSIX_SPAWN_FILE_ACTIONS.size);
  c.posix_spawn_file_actions_init(bytes);
  for (const [target, fd] of descriptors.entries()) {
    const error = c.posix_spawn_file_actions_adddup2(bytes, fd.number, target);
    if (error !== 0) throw new SyscallError(`hand descriptor ${target} on`, error);
  }
  return { bytes, [Symbol.dispose]: () => c.posix_spawn_file_actions_destroy(bytes) };
}

/**
 * A list of pointers to C strings that ends with NULL. The texts follow in the same buffer: their
 * addresses alone would not keep them from being collected.
 */
function cStrings(texts: readonly string[]): Uint8Array<ArrayBuffer> {
  const characters = new TextEncoder().encode(texts.map((text) => `${text}\0`).join(""));
  const start = (texts.length + 1) * POINTER_BYTES;
  const bytes = new Uint8Array(new ArrayBuffer(start + characters.length));
  bytes.set(characters, start);
  const view = new DataView(bytes.buffer);
  const base = Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes));
  let at = start;
  for (const index of texts.keys()) {
    view.setBigUint64(index * POINTER_BYTES, base + BigInt(at), true);
    at = bytes.indexOf(0, at) + 1;
  }
  return bytes;
}
