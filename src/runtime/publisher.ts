import { Doorbell } from "../../ffi/doorbell.ts";
import type { Report } from "../vrrp/types.ts";
import type { Watcher } from "./attention.ts";
import { Observer } from "./observer.ts";
import type { Router } from "./router.ts";
import type { ProcessSnapshot, PublisherNews, StraySnapshot } from "./snapshot.ts";

type Transition = Extract<Report, { what: "transition" }>;

/** So many virtual routers are described in one turn: a fraction of a millisecond. */
const ROUTERS_PER_TURN = 64;

export interface PublisherParts {
  /** Wall clock, milliseconds since 1970. */
  readonly wallClock: () => number;
  /** Sends to the thread that wants to know; must not wait. */
  readonly post: (news: PublisherNews) => void;
}

/** What the engine gives to whoever tells others of it. */
export interface PublisherHome {
  readonly watcher: Watcher;
  readonly routers: () => readonly Router[];
  readonly strays: () => readonly StraySnapshot[];
  /** Gives the process's event loop its next turn soon. */
  readonly breathe: () => void;
}

const NOBODY: Pick<PublisherHome, "routers" | "strays"> = { routers: () => [], strays: () => [] };

/** A snapshot that is on its way. */
interface Round {
  readonly process: ProcessSnapshot;
  readonly routers: readonly Router[];
  next: number;
}

/**
 * Tells another thread of the virtual routers: every change of state, and all of them when it rings.
 * The engine gives it turns while nothing is due, and it takes a little of each.
 */
export class Publisher {
  readonly #post: PublisherParts["post"];
  readonly #observer: Observer;
  readonly #bell = new Doorbell();
  #home: PublisherHome | undefined;
  /** The number of the latest change of state that was sent. */
  #sent = 0;
  #hasEvents = false;
  #asked = false;
  #round: Round | undefined;

  /** Throws {@linkcode SyscallError} where the kernel gives no descriptor. */
  constructor({ wallClock, post }: PublisherParts) {
    this.#post = post;
    this.#observer = new Observer(wallClock);
  }

  /** The number of the descriptor by which the other thread rings; see ring(). */
  get bell(): number {
    return this.#bell.fd.number;
  }

  attach(home: PublisherHome): void {
    this.#home = home;
    home.watcher.watch(this.#bell.fd, () => {
      const { asked, sent } = this.#bell.answer();
      if (asked) this.#asked = true;
      if (sent) home.breathe();
    });
  }

  /** When the next turn is due: at once or never. */
  get dueMs(): number {
    return this.#hasEvents || this.#asked || this.#round !== undefined ? 0 : Infinity;
  }

  /** Called in the middle of a take-over. */
  noteTransition(router: Router, transition: Transition, nowMs: number): void {
    this.#observer.noteTransition(router, transition, nowMs);
    this.#hasEvents = true;
  }

  noteLateness(lateMs: number): void {
    this.#observer.noteLateness(lateMs);
  }

  noteAdvertLateness(lateMs: number): void {
    this.#observer.noteAdvertLateness(lateMs);
  }

  /** Tells from the beginning: the other thread is another one. */
  startOver(): void {
    this.#sent = 0;
    this.#hasEvents = true;
    this.#round = undefined;
  }

  /** Nothing that is urgent is left to be done. */
  turn(nowMs: number): void {
    this.#observer.noteWorkDone(nowMs);
    // Before any snapshot: what it shows must not be ahead of the changes that were told.
    if (this.#hasEvents) this.#sendEvents();
    if (this.#round === undefined && this.#asked) this.#round = this.#begin();
    if (this.#round !== undefined) this.#sendRouters(this.#round);
  }

  #sendEvents(): void {
    this.#hasEvents = false;
    const events = this.#observer.eventsAfter(this.#sent) ?? this.#observer.events();
    if (events.length === 0) return;
    this.#sent = this.#observer.sequence;
    this.#post({ tell: "events", events });
  }

  #begin(): Round {
    this.#asked = false;
    const { routers, strays } = this.#home ?? NOBODY;
    return { process: this.#observer.describeProcess(strays()), routers: routers(), next: 0 };
  }

  #sendRouters(round: Round): void {
    const first = round.next === 0;
    const routers = round.routers.slice(round.next, round.next + ROUTERS_PER_TURN);
    round.next += routers.length;
    const isLast = round.next >= round.routers.length;
    if (isLast) this.#round = undefined;
    this.#post({
      tell: "routers",
      first,
      routers: routers.map((router) => this.#observer.describe(router)),
      ...isLast ? { process: round.process } : {},
    });
  }
}
