import type { BoundJob, Outcome } from "./job.ts";
import type { Client } from "./runner.ts";

/**
 * What one virtual router still has to tell: one program after the other, and none for a state that
 * is over before its program could be started.
 */
export class NotifyQueue implements Client {
  readonly #ask: (queue: NotifyQueue) => void;
  #jobs: readonly BoundJob[] = [];
  #sequence = 0;

  /** `ask` asks for a turn to run the next one. */
  constructor(ask: (queue: NotifyQueue) => void) {
    this.#ask = ask;
  }

  /** Counts changes of state, of which those that came too fast are never told. */
  nextSequence(): number {
    return ++this.#sequence;
  }

  /** The virtual router is in another state, about which these tell. */
  replace(jobs: readonly BoundJob[]): void {
    this.#jobs = jobs;
    this.#askForMore();
  }

  take(): BoundJob | undefined {
    const [job, ...rest] = this.#jobs;
    this.#jobs = rest;
    return job;
  }

  ended(_outcome: Outcome): void {
    this.#askForMore();
  }

  #askForMore(): void {
    if (this.#jobs.length > 0) this.#ask(this);
  }
}
