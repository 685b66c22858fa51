import { SyscallError } from "../../../ffi/errno.ts";
import type { Log } from "../../log.ts";
import type { Watcher } from "../attention.ts";
import { Child } from "./child.ts";
import type { FailureLog } from "./failure_log.ts";
import type { BoundJob, Outcome } from "./job.ts";
import type { ScriptUser } from "./script_user.ts";

/** After SIGTERM a program may put things in order for so long. */
const GRACE_MS = 2000;
/** So often a program that runs for long gets room for more output. */
const OUTPUT_LOOK_MS = 250;
/** To start a program takes the engine's thread about so long at most; less where it has haste. */
const START_MS = 5;
/** Where there is never so much time, this long is waited for it. */
const START_PATIENCE_MS = 250;

/** Somebody who runs one program after the other. */
export interface Client {
  /** What is to run now; asked when its turn has come, as that may take a while. */
  take(nowMs: number): BoundJob | undefined;
  /** May ask for the next turn. */
  ended(outcome: Outcome, nowMs: number): void;
}

interface Running {
  readonly client: Client;
  readonly job: BoundJob;
  readonly child: Child;
  /** When SIGTERM, and then SIGKILL, is sent; Infinity when that has been done. */
  endAtMs: number;
  lookAtMs: number;
  overdue: boolean;
}

export interface RunnerOptions {
  /** Programs that may run at once. */
  readonly limit: number;
  readonly log: Log;
  readonly failures: FailureLog;
}

/**
 * Runs programs beside the protocol: their ends come through the poller, they are started one at a
 * time while nothing is due, and what takes too long is ended with everything that it has started.
 */
export class ScriptRunner {
  readonly #options: RunnerOptions;
  readonly #waiting = new Set<Client>();
  readonly #running = new Map<Client, Running>();
  #watcher: Watcher | undefined;
  #waitingSinceMs = Infinity;
  #startAtMs = 0;
  #ending = false;

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  /** From now on this one tells of ends; an earlier one is not there any more. */
  attach(watcher: Watcher): void {
    this.#watcher = watcher;
    for (const one of this.#running.values()) this.#watch(one, watcher);
  }

  get idle(): boolean {
    return this.#waiting.size === 0 && this.#running.size === 0;
  }

  /** What runs at the moment. */
  get jobs(): readonly BoundJob[] {
    return Array.from(this.#running.values(), ({ job }) => job);
  }

  /** When it wants its next turn, on the clock of every deadline. */
  get dueMs(): number {
    let dueMs = this.#mayStart ? this.#startAtMs : Infinity;
    for (const { endAtMs, lookAtMs } of this.#running.values()) {
      dueMs = Math.min(dueMs, endAtMs, lookAtMs);
    }
    return dueMs;
  }

  /** One that waits already, or runs, does not get another turn by asking again. */
  ask(client: Client): void {
    if (!this.#running.has(client) && !this.#ending) this.#waiting.add(client);
  }

  /** Takes care of what runs, and starts one program at most where nothing is due for `freeMs`. */
  turn(nowMs: number, freeMs: number): void {
    for (const one of this.#running.values()) {
      if (one.lookAtMs <= nowMs) this.#lookAt(one, nowMs);
      if (one.endAtMs <= nowMs) this.#end(one, nowMs);
    }
    if (!this.#mayStart || nowMs < this.#startAtMs) return;
    this.#waitingSinceMs = Math.min(this.#waitingSinceMs, nowMs);
    if (freeMs < START_MS && nowMs < this.#waitingSinceMs + START_PATIENCE_MS) {
      this.#startAtMs = nowMs + freeMs;
      return;
    }
    this.#waitingSinceMs = Infinity;
    this.#startAtMs = 0;
    this.#startNext(nowMs);
  }

  /** Ends everything, at once or by asking for it first, and starts nothing any more. */
  endAll(signal: "SIGTERM" | "SIGKILL"): void {
    this.#ending = true;
    this.#waiting.clear();
    for (const one of this.#running.values()) this.#signal(one, signal);
  }

  get #mayStart(): boolean {
    return this.#waiting.size > 0 && this.#running.size < this.#options.limit &&
      this.#watcher !== undefined;
  }

  #startNext(nowMs: number): void {
    const [client] = this.#waiting;
    if (client === undefined) return;
    this.#waiting.delete(client);
    const job = client.take(nowMs);
    if (job === undefined) return;
    try {
      this.#follow(client, job, Child.start(job), nowMs);
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      const outcome = { kind: "refused", why: refusalText(error.code, job.user) } as const;
      this.#options.failures.note(job, outcome, []);
      client.ended(outcome, nowMs);
    }
  }

  #follow(client: Client, job: BoundJob, child: Child, nowMs: number): void {
    const { log } = this.#options;
    log.debug(2, "script", () => `${job.command[0]} (${job.purpose}) runs as ${child.pid}`);
    const endAtMs = nowMs + job.timeoutMs;
    const lookAtMs = nowMs + OUTPUT_LOOK_MS;
    const one = { client, job, child, endAtMs, lookAtMs, overdue: false };
    this.#running.set(client, one);
    if (this.#watcher !== undefined) this.#watch(one, this.#watcher);
  }

  #watch(one: Running, watcher: Watcher): void {
    watcher.watch(one.child.end, (_batch, nowMs) => this.#takeEnd(one, nowMs));
  }

  #lookAt(one: Running, nowMs: number): void {
    one.child.output.look();
    one.lookAtMs = nowMs + OUTPUT_LOOK_MS;
  }

  #end(one: Running, nowMs: number): void {
    this.#signal(one, one.overdue ? "SIGKILL" : "SIGTERM");
    one.endAtMs = one.overdue ? Infinity : nowMs + GRACE_MS;
    one.overdue = true;
  }

  #takeEnd(one: Running, nowMs: number): void {
    const { client, job, child } = one;
    // What it has started itself and left behind in its group is out of time as well.
    if (one.overdue || this.#ending) this.#signal(one, "SIGKILL");
    const ending = child.ending();
    if (ending === undefined) return;
    child.output.look();
    this.#watcher?.unwatch(child.end);
    child[Symbol.dispose]();
    this.#running.delete(client);
    const outcome = outcomeOf(one, ending);
    if (!this.#ending) this.#options.failures.note(job, outcome, child.output.lines);
    client.ended(outcome, nowMs);
  }

  #signal({ child, job }: Running, signal: "SIGTERM" | "SIGKILL"): void {
    try {
      child.signal(signal);
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      const mend = "this process lacks CAP_KILL";
      this.#options.log.error(`Cannot end ${job.command[0]} (${job.purpose}): ${mend}`);
    }
  }
}

function outcomeOf(
  { overdue, job }: Running,
  ending: { readonly code: number } | { readonly signal: number },
): Outcome {
  if (overdue) return { kind: "timeout", afterMs: job.timeoutMs };
  return "code" in ending ? { kind: "code", ...ending } : { kind: "signal", ...ending };
}

function refusalText(code: string, { name }: ScriptUser): string {
  switch (code) {
    case "ENOENT":
      return "there is no such file, or no program of the name in its first line";
    case "EACCES":
      return `${name} may not run it`;
    case "ENOEXEC":
      return "it is no program, and its first line names none, such as #!/bin/sh";
    case "EAGAIN":
      return "there are too many processes";
    default:
      return code;
  }
}
