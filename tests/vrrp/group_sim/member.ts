import { initialState } from "../../../src/vrrp/machine.ts";
import type { Action, RouterConfig, RouterEvent, RouterState } from "../../../src/vrrp/types.ts";
import type { StepFunction } from "../sim/step_rules.ts";
import { Violation } from "../sim/violation.ts";
import type { MemberSpec } from "./scenario.ts";

/** One virtual router in one process, with the real core. Local times. */
export class SimMember {
  readonly spec: MemberSpec;
  readonly #step: StepFunction;
  #state: RouterState;
  #deadlineMs = Infinity;
  #hasAddresses = false;
  #adjustment = 0;
  /** The deadline that a wake is on its way for. */
  armedMs = Infinity;

  constructor(spec: MemberSpec, step: StepFunction, nowMs: number) {
    this.spec = spec;
    this.#step = step;
    this.#state = initialState(spec.config, nowMs);
  }

  get config(): RouterConfig {
    return this.spec.config;
  }

  get state(): RouterState {
    return this.#state;
  }

  get deadlineMs(): number {
    return this.#deadlineMs;
  }

  get isMaster(): boolean {
    return this.#state.name === "Master";
  }

  get isListening(): boolean {
    return this.#state.name === "Master" && this.#state.listening;
  }

  /** By the formula, with what tracking has told this router last. */
  get priority(): number {
    return Math.min(254, Math.max(1, this.config.priority + this.#adjustment));
  }

  /** Gives what is to be sent. */
  handle(event: RouterEvent, nowMs: number): readonly Action[] {
    if (event.kind === "adjust") this.#adjustment = event.adjustment;
    const after = this.#step(this.config, Object.freeze(this.#state), event, nowMs);
    this.#state = after.state;
    this.#deadlineMs = after.deadlineMs;
    for (const action of after.actions) this.#possess(action);
    if (this.#hasAddresses !== this.isMaster) {
      throw new Violation(
        `${this.isMaster ? "lacks" : "keeps"} the addresses as ${this.#state.name}`,
      );
    }
    if (event.kind === "timer" && after.deadlineMs <= nowMs) {
      throw new Violation("the deadline that was served is due again");
    }
    return after.actions;
  }

  #possess({ do: verb }: Action): void {
    if (verb === "addAddresses") this.#hasAddresses = true;
    if (verb === "removeAddresses") this.#hasAddresses = false;
  }
}
