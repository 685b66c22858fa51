import { initialState } from "../../../src/vrrp/machine.ts";
import type {
  Action,
  LinkFacts,
  RouterConfig,
  RouterEvent,
  RouterState,
} from "../../../src/vrrp/types.ts";
import { priorityOf } from "./oracle.ts";
import { RouterWatch } from "./router_watch.ts";
import type { Member } from "./scenario.ts";
import type { StepFunction } from "./step_rules.ts";

/** What a virtual router needs from the process that it runs in. */
export interface Surroundings {
  readonly step: StepFunction;
  factsFor(router: SimRouter): LinkFacts;
  /** Carries out what goes on the wire. */
  perform(router: SimRouter, action: Action): void;
  noteStep(router: SimRouter, before: RouterState, event: RouterEvent): void;
  fail(router: SimRouter, problem: string): never;
}

/** One virtual router in one process: the real core, with a watch on every step. Local times. */
export class SimRouter {
  readonly member: Member;
  readonly watch: RouterWatch;
  readonly #surroundings: Surroundings;
  #state: RouterState;
  #deadlineMs = Infinity;
  /** The deadline that a wake is on its way for. */
  armedMs = Infinity;

  constructor(member: Member, surroundings: Surroundings, nowMs: number) {
    this.member = member;
    this.watch = new RouterWatch(member, nowMs);
    this.#surroundings = surroundings;
    this.#state = initialState(member.config, nowMs);
  }

  get config(): RouterConfig {
    return this.member.config;
  }

  get priority(): number {
    return priorityOf(this.member);
  }

  /** By the formula, in real time, for the interval that it goes by now. */
  get skewMs(): number {
    return this.watch.skewMs;
  }

  get masterDownMs(): number {
    return this.watch.masterDownMs;
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

  handle(event: RouterEvent, nowMs: number): void {
    const facts = this.#surroundings.factsFor(this);
    const before = Object.freeze(this.#state);
    const after = this.#surroundings.step(this.config, before, event, nowMs);
    this.#state = after.state;
    this.#deadlineMs = after.deadlineMs;
    this.#surroundings.noteStep(this, before, event);
    const record = { member: this.member, facts, before, event, after, nowMs };
    const broken = this.watch.brokenBy(record);
    if (broken !== undefined) this.#surroundings.fail(this, broken);
    for (const action of after.actions) this.#surroundings.perform(this, action);
  }
}
