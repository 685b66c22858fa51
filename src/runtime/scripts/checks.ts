import type { Command, TrackedScript } from "../../config/types.ts";
import { type BoundJob, isSuccess, type Outcome } from "./job.ts";
import type { Client, ScriptRunner } from "./runner.ts";
import type { ScriptUser } from "./script_user.ts";
import { Verdict } from "./verdict.ts";

/** First runs are spread over this much time, or over the interval where that is shorter. */
const SPREAD_MS = 1000;

/** Gets the verdict about a script after its first run, and whenever it changes. */
export type TellVerdict = (name: string, isUp: boolean) => void;

export interface ChecksOptions {
  readonly runner: Pick<ScriptRunner, "ask">;
  readonly tell: TellVerdict;
  /** Whom a run that begins now is made as; `undefined` where there is to be none. */
  readonly user: () => ScriptUser | undefined;
  /** From 0 to below 1. */
  readonly random: () => number;
}

/** Runs each `track_script` at its interval, once however many virtual routers follow it. */
export class Checks {
  readonly #options: ChecksOptions;
  readonly #checks = new Map<string, Check>();

  constructor(options: ChecksOptions) {
    this.#options = options;
  }

  /** One whose definition is the same goes on; what was told of the others is void. */
  replace(scripts: readonly TrackedScript[], nowMs: number): void {
    const before = new Map(this.#checks);
    this.#checks.clear();
    for (const script of scripts) {
      if (this.#checks.has(script.name)) continue;
      const known = before.get(script.name);
      const goesOn = known !== undefined && known.identity === identityOf(script);
      this.#checks.set(script.name, goesOn ? known : this.#begin(script, nowMs));
    }
  }

  get dueMs(): number {
    let dueMs = Infinity;
    for (const { nextAtMs } of this.#checks.values()) dueMs = Math.min(dueMs, nextAtMs);
    return dueMs;
  }

  turn(nowMs: number): void {
    for (const check of this.#checks.values()) {
      if (!check.isDue(nowMs)) continue;
      this.#options.runner.ask(check);
    }
  }

  #begin(script: TrackedScript, nowMs: number): Check {
    const { tell, user, random } = this.#options;
    const firstAtMs = nowMs + random() * Math.min(SPREAD_MS, script.intervalMs);
    const check: Check = new Check({
      script,
      firstAtMs,
      user,
      tell: (isUp) => {
        if (this.#checks.get(script.name) === check) tell(script.name, isUp);
      },
    });
    return check;
  }
}

/** One script; the runner's turn comes when it is due and the earlier run has ended. */
class Check implements Client {
  readonly identity: string;
  readonly #script: TrackedScript;
  readonly #tell: (isUp: boolean) => void;
  readonly #user: ChecksOptions["user"];
  readonly #verdict = new Verdict();
  #nextAtMs: number;

  constructor({ script, firstAtMs, user, tell }: {
    readonly script: TrackedScript;
    readonly firstAtMs: number;
    readonly user: ChecksOptions["user"];
    readonly tell: (isUp: boolean) => void;
  }) {
    this.identity = identityOf(script);
    this.#script = script;
    this.#nextAtMs = firstAtMs;
    this.#user = user;
    this.#tell = tell;
  }

  get nextAtMs(): number {
    return this.#nextAtMs;
  }

  /** Whether it is to run; if so, it is next due an interval later, or as soon as that has come. */
  isDue(nowMs: number): boolean {
    if (nowMs < this.#nextAtMs) return false;
    const { intervalMs } = this.#script;
    // Absolute, so that lateness does not add up; runs that were missed are not made up for.
    const missed = Math.floor((nowMs - this.#nextAtMs) / intervalMs);
    this.#nextAtMs += (missed + 1) * intervalMs;
    return true;
  }

  take(): BoundJob | undefined {
    const user = this.#user();
    if (user === undefined) return undefined;
    const { name, command, timeoutMs } = this.#script;
    return {
      command: commandOf(command),
      words: [],
      environment: { RVRRPD_SCRIPT: name },
      timeoutMs,
      purpose: `track_script ${name}`,
      codeIsAnswer: true,
      user,
    };
  }

  ended(outcome: Outcome): void {
    const good = isSuccess(outcome);
    if (this.#verdict.note(good, this.#script)) this.#tell(good);
  }
}

function commandOf([program = "", ...words]: readonly string[]): Command {
  return [program, ...words];
}

/** The weight is the virtual router's own. */
function identityOf({ weight: _weight, ...script }: TrackedScript): string {
  return JSON.stringify(script);
}
