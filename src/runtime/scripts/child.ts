import { endingOf, openPidfd, signalGroup } from "../../../ffi/children.ts";
import type { Fd } from "../../../ffi/fd.ts";
import { neverWait, openNothing } from "../../../ffi/files.ts";
import { hasten } from "../../../ffi/hasten.ts";
import { type Ending, openPipe, spawnSession, waitForEnd } from "../../../ffi/spawn.ts";
import type { BoundJob } from "./job.ts";
import { ScriptOutput } from "./script_output.ts";

/** A program that runs, with all that it has started and that has not left its process group. */
export class Child implements Disposable {
  readonly pid: number;
  readonly output: ScriptOutput;
  /** Can be read once it has ended. */
  readonly end: Fd;

  private constructor(pid: number, { output, end }: { output: ScriptOutput; end: Fd }) {
    this.pid = pid;
    this.output = output;
    this.end = end;
  }

  /**
   * Starts it in a session of its own, with nothing to read and its output to us. Takes as long as
   * the kernel needs to find the program. Throws {@linkcode SyscallError}.
   */
  static start({ command, words, environment, user }: BoundJob): Child {
    using owned = new DisposableStack();
    using nothing = openNothing();
    const { readEnd, writeEnd } = openPipe();
    owned.use(readEnd);
    using said = writeEnd;
    neverWait(readEnd);
    const options = {
      program: command[0],
      words: [...command, ...words],
      environment: { ...user.environment, ...environment },
      descriptors: [nothing, said, said],
    };
    const pid = hasten((scheduling) => user.run(() => spawnSession({ ...options, scheduling })));
    const end = watchOrKill(pid);
    owned.move();
    return new Child(pid, { output: new ScriptOutput(readEnd), end });
  }

  /** How it has ended; `undefined` while it runs. Its group cannot be signalled afterwards. */
  ending(): Ending | undefined {
    return endingOf(this.pid);
  }

  /** Throws {@linkcode SyscallError}, EPERM for one that runs as another user. */
  signal(signal: "SIGTERM" | "SIGKILL"): void {
    signalGroup(this.pid, signal);
  }

  [Symbol.dispose](): void {
    this.output[Symbol.dispose]();
    this.end.close();
  }
}

/** A child of whose end nobody would hear must not stay. */
function watchOrKill(pid: number): Fd {
  try {
    return openPidfd(pid);
  } catch (error) {
    signalGroup(pid, "SIGKILL");
    waitForEnd(pid);
    throw error;
  }
}
