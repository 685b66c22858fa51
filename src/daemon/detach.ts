import { SyscallError } from "../../ffi/errno.ts";
import { Fd } from "../../ffi/fd.ts";
import { openNothing, readSome, writeAll } from "../../ffi/files.ts";
import { FIRST_TOKEN, Poller } from "../../ffi/poller.ts";
import {
  commandLine,
  environmentVariable,
  forgetVariable,
  keepDescriptors,
} from "../../ffi/process.ts";
import { type Ending, openPipe, spawnSession, waitForEnd } from "../../ffi/spawn.ts";
import { DaemonRefusal } from "./refusal.ts";

/*
 * A process with threads cannot fork, so the program starts itself once more, in a session of its
 * own, and waits until that one says that it is up:
 *
 *     starter ── starts ──► daemon      descriptor 0: /dev/null
 *        ▲ ▲── what it says ── │        1 and 2: the starter, which passes it on
 *        └──── "ready" ─────── │        3: the starter; its end without a word is a failure
 */

const READY_DESCRIPTOR = 3;
const READY_VARIABLE = "RVRRPD_READY_DESCRIPTOR";
const SAID = FIRST_TOKEN;
const READY = FIRST_TOKEN + 1;
const LOOK_EVERY_MS = 60_000;

/** What of its environment a daemon keeps: nothing of the session of whoever happened to start it. */
const KEPT_VARIABLES = [
  ...["PATH", "HOME", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH"],
  ...["NOTIFY_SOCKET", "WATCHDOG_USEC"],
] as const;

/** The daemon is up, or has ended before it was. */
export type StartOutcome = "ready" | Ending;

/**
 * Starts this program with the same words once more, detached from everything around it, and
 * returns when it is up or has ended. `passOn` gets what it says until then. Throws
 * {@linkcode DaemonRefusal}.
 */
export function startDetached(passOn: (bytes: Uint8Array) => void): StartOutcome {
  try {
    return startAndFollow(passOn);
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    throw new DaemonRefusal(error.message);
  }
}

function startAndFollow(passOn: (bytes: Uint8Array) => void): StartOutcome {
  keepDescriptors();
  using said = openPipe();
  using ready = openPipe();
  using nothing = openNothing();
  const pid = spawnSession({
    program: Deno.execPath(),
    words: commandLine(),
    environment: { ...keptEnvironment(), [READY_VARIABLE]: String(READY_DESCRIPTOR) },
    descriptors: [nothing, said.writeEnd, said.writeEnd, ready.writeEnd],
  });
  // Else we would wait for ourselves.
  said.writeEnd.close();
  ready.writeEnd.close();
  return follow({ said: said.readEnd, ready: ready.readEnd, passOn }) ? "ready" : waitForEnd(pid);
}

function keptEnvironment(): Record<string, string> {
  return Object.fromEntries(KEPT_VARIABLES.flatMap((name) => {
    const value = environmentVariable(name);
    return value === undefined ? [] : [[name, value]];
  }));
}

/** Whether the daemon has become ready; all that it said before has been passed on. */
function follow({ said, ready, passOn }: {
  readonly said: Fd;
  readonly ready: Fd;
  readonly passOn: (bytes: Uint8Array) => void;
}): boolean {
  using poller = new Poller();
  poller.add(said, SAID);
  poller.add(ready, READY);
  let isOver = false;
  let isReady = false;
  for (;;) {
    const tokens = poller.waitHere(isOver ? 0 : LOOK_EVERY_MS);
    const hasSaid = tokens.includes(SAID);
    const news = hasSaid ? readSome(said) : new Uint8Array();
    if (news.length > 0) passOn(news);
    else if (hasSaid) poller.remove(said);
    else if (isOver) return isReady;
    if (tokens.includes(READY) && !isOver) {
      isReady = readSome(ready).length > 0;
      isOver = true;
      poller.remove(ready);
    }
  }
}

/** The way back to the process that has started this one and waits for word. */
export class Starter {
  readonly #ready = new Fd(READY_DESCRIPTOR);

  /** `undefined` in a process that was not started by {@linkcode startDetached}. */
  static find(): Starter | undefined {
    if (environmentVariable(READY_VARIABLE) !== String(READY_DESCRIPTOR)) return undefined;
    forgetVariable(READY_VARIABLE);
    return new Starter();
  }

  /** Whether it still waits, and so can tell people what we say. */
  get waits(): boolean {
    return !this.#ready.closed;
  }

  /** Lets it go: from now on there is nobody to talk to. */
  release(): void {
    try {
      writeAll(this.#ready, Uint8Array.of(1));
    } catch (error) {
      // It was interrupted. The daemon is up all the same, and its PID file says so.
      if (!(error instanceof SyscallError)) throw error;
    }
    this.#ready.close();
  }
}
