import type { Log } from "../../log.ts";
import { describeOutcome, isSuccess, type Job, type Outcome } from "./job.ts";

/** Tells of each command once that it fails, and once that it works again. */
export class FailureLog {
  readonly #log: Log;
  readonly #failing = new Set<string>();

  constructor(log: Log) {
    this.#log = log;
  }

  note(job: Job, outcome: Outcome, said: readonly string[]): void {
    for (const line of said) this.#log.debug(2, "script", () => `${job.command[0]}: ${line}`);
    const text = `${job.command[0]} (${job.purpose}) ${describeOutcome(outcome)}`;
    this.#log.debug(2, "script", () => text);
    const key = job.command.join("\0");
    if (isSuccess(outcome) || (job.codeIsAnswer && outcome.kind === "code")) {
      if (this.#failing.delete(key)) this.#log.information(`${job.command[0]} works again`);
    } else if (!this.#failing.has(key)) {
      this.#failing.add(key);
      const [first] = said;
      this.#log.warning(first === undefined ? text : `${text}: ${first}`);
    }
  }
}
