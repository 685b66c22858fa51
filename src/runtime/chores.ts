import { boottimeMs } from "../../ffi/clock.ts";
import type { NumberKeeper } from "./auth/number_keeper.ts";
import type { Housekeeping } from "./housekeeping.ts";
import type { Pulse } from "./lifecycle.ts";
import type { Publisher } from "./publisher.ts";
import type { RealTime } from "./real_time.ts";
import type { Rehearsal } from "./rehearsal.ts";
import type { RouterAdverts } from "./router_adverts/router_adverts.ts";
import type { Roster } from "./roster.ts";
import type { Scripts } from "./scripts/scripts.ts";
import { type Tidied, Tidying } from "./tidying.ts";
import type { Waiting } from "./waiting.ts";

/** So long nothing may be due for a round of the rehearsal. */
const REHEARSAL_MS = 50;

export interface ChoresParts {
  readonly roster: Roster;
  readonly waiting: Waiting;
  readonly housekeeping: Housekeeping;
  readonly rehearsal: Rehearsal;
  readonly realTime: RealTime;
  readonly pulse: Pulse;
  readonly numbers: NumberKeeper | undefined;
  readonly scripts: Pick<Scripts, "follow" | "dueMs" | "turn"> | undefined;
  readonly publisher: Pick<Publisher, "dueMs" | "turn"> | undefined;
  readonly routerAdverts: Pick<RouterAdverts, "dueMs" | "turn">;
  readonly tidied: Tidied;
}

/** What is done beside the protocol, while nothing is due: none of it need be on time. */
export class Chores {
  readonly #parts: ChoresParts;
  readonly #tidying: Tidying;
  #rehearsal: Rehearsal | undefined;

  constructor(parts: ChoresParts) {
    this.#parts = parts;
    this.#rehearsal = parts.rehearsal;
    const { tidied, waiting } = parts;
    const elsewhere = () => waiting.alongside(tidied.elsewhere);
    this.#tidying = new Tidying({ ...tidied, elsewhere });
  }

  /** When the next turn is due, on the clock of every deadline. */
  get dueMs(): number {
    const { pulse, numbers, scripts, publisher, routerAdverts } = this.#parts;
    return Math.min(
      routerAdverts.dueMs,
      pulse.dueMs,
      numbers?.dueMs ?? Infinity,
      scripts?.dueMs ?? Infinity,
      publisher?.dueMs ?? Infinity,
    );
  }

  /** Other virtual routers run, or under another configuration. */
  noteConfiguration(nowMs: number): void {
    const { roster, scripts, housekeeping, realTime, waiting } = this.#parts;
    const configs = roster.routers.map(({ config }) => config);
    housekeeping.noteStart();
    realTime.follow(configs);
    waiting.stayHere(realTime.isNeeded);
    this.#tidying.noteConfiguration(nowMs);
    scripts?.follow(configs, nowMs);
  }

  /**
   * What is best done before anything begins: where the intervals are short, there will be no time
   * later in which nothing is due.
   */
  prepare(): void {
    const intervals = this.#parts.roster.routers.map(({ config }) => {
      return config.protocol.advertIntervalMs;
    });
    if (Math.min(...intervals) > REHEARSAL_MS) return;
    while (this.#rehearsal !== undefined) this.#playRound(this.#rehearsal);
  }

  /** Does what is due; `wakeMs`: the engine has something else to do. Gives whether there is more. */
  turn(nowMs: number, wakeMs: number): boolean {
    const owes = this.#tidying.turn(nowMs, wakeMs - boottimeMs());
    this.#beat(nowMs);
    if (this.#parts.routerAdverts.dueMs <= nowMs) this.#parts.routerAdverts.turn(nowMs);
    this.#keepNumbers(nowMs);
    this.#runScripts(wakeMs);
    this.#publish();
    return owes;
  }

  /** Looks after the process itself, before a wait in which nothing else is to be done. */
  rest(wakeMs: number): void {
    this.#rehearse(wakeMs);
    this.#parts.housekeeping.tidy(boottimeMs(), wakeMs);
  }

  #beat(nowMs: number): void {
    const { pulse, roster } = this.#parts;
    if (pulse.dueMs > nowMs) return;
    pulse.beat(nowMs, roster.routers.values().map(({ state }) => state.name));
  }

  /** On the disk, which may take its time, beside all else. */
  #keepNumbers(nowMs: number): void {
    const { numbers, waiting } = this.#parts;
    if (numbers === undefined || numbers.dueMs > nowMs) return;
    waiting.alongside(() => numbers.keep());
  }

  #runScripts(wakeMs: number): void {
    const { scripts, waiting } = this.#parts;
    const nowMs = boottimeMs();
    if (scripts === undefined || scripts.dueMs > nowMs) return;
    scripts.turn(nowMs, wakeMs - nowMs);
    waiting.noteWork();
  }

  #publish(): void {
    const { publisher } = this.#parts;
    const nowMs = boottimeMs();
    if (publisher !== undefined && publisher.dueMs <= nowMs) publisher.turn(nowMs);
  }

  #rehearse(wakeMs: number): void {
    if (this.#rehearsal === undefined || wakeMs - boottimeMs() < REHEARSAL_MS) return;
    this.#playRound(this.#rehearsal);
  }

  #playRound(rehearsal: Rehearsal): void {
    rehearsal.play();
    if (rehearsal.over) this.#rehearsal = undefined;
  }
}
