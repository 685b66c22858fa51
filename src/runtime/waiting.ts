import { boottimeMs } from "../../ffi/clock.ts";
import type { Poller } from "../../ffi/poller.ts";
import type { Log } from "../log.ts";

/** So long before a deadline nothing else gets a turn: it may take that long. */
const EXACT_MS = 20;
/**
 * Where no deadline is ever further away than that, or this thread is alone, others get their turn so often if they have work,
 * and if none is known of, because a signal does not always tell.
 */
const SHORT_BREATH_MS = { busy: 20, idle: 250 } as const;
/** That turn ends so long before the deadline, as it may take longer than it was meant to. */
const SHORT_EXACT_MS = 4;
/** For so long at most nothing is read from the sockets meanwhile. */
const SHORT_TURN_MS = 5;
/** Signals and output get their turn at least this often. */
const BREATH_MS = 2000;
/** After work of this length one may have come, of which nothing else tells. */
const LONG_WORK_MS = 5;

/** What is waited for beside sockets, on the clock of every deadline; Infinity: nothing. */
export interface Instants {
  /** Not to be missed by a millisecond. */
  readonly exactMs: number;
  /** What need not be on time. */
  readonly roughMs: number;
}

type Sleeper = Pick<Poller, "arm" | "interrupted" | "wait" | "waitHere" | "wake">;

/**
 * The engine's way to wait: on this thread, which is cheap and exact but lets nothing else of the
 * process go on, and on another thread where somebody else has work to do.
 */
export class Waiting {
  readonly #poller: Sleeper;
  readonly #log: Pick<Log, "busy">;
  readonly #clock: () => number;
  readonly #pause: (ms: number) => Promise<void>;
  /** Somebody else may have work to do. */
  #owesBreath = true;
  /** Other threads of the process may wait for a processor for long while this one does not. */
  #isAlone = false;
  /** How many others work at the moment. */
  #alongside = 0;
  #lastBreathMs = -Infinity;
  #sleptUntilMs = -Infinity;

  constructor({ poller, log, clock = boottimeMs, pause = delay }: {
    readonly poller: Sleeper;
    readonly log: Pick<Log, "busy">;
    /** Milliseconds on the clock of every deadline. */
    readonly clock?: () => number;
    /** Gives all else in the process its turn, for so many milliseconds at least. */
    readonly pause?: (ms: number) => Promise<void>;
  }) {
    this.#poller = poller;
    this.#log = log;
    this.#clock = clock;
    this.#pause = pause;
  }

  /** Whether this thread alone is on time, so that it must not wait for another one of the process. */
  stayHere(isAlone: boolean): void {
    this.#isAlone = isAlone;
  }

  /** What is ready by `limitMs` (whole milliseconds) from now at the latest, or by `exactMs`. */
  here(limitMs: number, exactMs: number): readonly number[] {
    this.#poller.arm(exactMs);
    return this.#sleepHere(limitMs);
  }

  /** Work was done in which a signal may have come. */
  noteWork(): void {
    this.#owesBreath = true;
  }

  /** What is ready now, while there is more work to do. */
  async between(): Promise<readonly number[]> {
    if (this.#clock() - this.#lastBreathMs < BREATH_MS) return this.#sleepHere(0);
    if (!this.#isAlone) return await this.#sleepElsewhere(0);
    await this.#giveTurn(0);
    return this.#sleepHere(0);
  }

  /** What becomes ready, or nothing when one of the instants has come. */
  async until({ exactMs, roughMs }: Instants): Promise<readonly number[]> {
    const nowMs = this.#clock();
    // A signal that came while we worked has not interrupted any wait.
    if (nowMs - this.#sleptUntilMs > LONG_WORK_MS) this.#owesBreath = true;
    const breathlessMs = nowMs - this.#lastBreathMs;
    const busy = this.#othersWait;
    const leftMs = exactMs - nowMs;
    const isNear = this.#isAlone || leftMs <= EXACT_MS;
    if (!isNear && (busy || breathlessMs >= BREATH_MS)) {
      return await this.#sleepElsewhere(Math.min(exactMs - EXACT_MS, roughMs));
    }
    const fits = leftMs > SHORT_EXACT_MS || breathlessMs >= BREATH_MS;
    if (isNear && fits && breathlessMs >= SHORT_BREATH_MS[busy ? "busy" : "idle"]) {
      await this.#giveTurn(Math.min(exactMs, roughMs) - nowMs - SHORT_EXACT_MS);
    }
    this.#poller.arm(Math.min(exactMs, roughMs));
    // Whoever works waits for the next turn, which may come long before anything is due.
    return this.#sleepHere(isNear && this.#othersWait ? SHORT_BREATH_MS.busy : BREATH_MS);
  }

  /** Somebody else has work to do, which nothing else tells of. */
  breathe(): void {
    this.#owesBreath = true;
  }

  get #othersWait(): boolean {
    return this.#owesBreath || this.#alongside > 0 || this.#log.busy;
  }

  #sleepHere(limitMs: number): readonly number[] {
    const ready = this.#poller.waitHere(limitMs);
    // By a signal, whose listener has to be given a turn.
    if (this.#poller.interrupted) this.#owesBreath = true;
    this.#sleptUntilMs = this.#clock();
    return ready;
  }

  /** Costs several times as much, and is less exact. */
  async #sleepElsewhere(instantMs: number): Promise<readonly number[]> {
    this.#owesBreath = false;
    this.#poller.arm(instantMs);
    const ready = await this.#poller.wait();
    this.#sleptUntilMs = this.#clock();
    this.#lastBreathMs = this.#sleptUntilMs;
    return ready;
  }

  /**
   * Where a deadline is never far away, others would otherwise have to wait for ever. Not by a wait
   * on another thread, whose end may come very late.
   */
  async #giveTurn(freeMs: number): Promise<void> {
    this.#owesBreath = false;
    await this.#pause(Math.min(Math.max(0, Math.floor(freeMs)), SHORT_TURN_MS));
    this.#sleptUntilMs = this.#clock();
    this.#lastBreathMs = this.#sleptUntilMs;
  }

  /**
   * Does `work`, which needs turns of the event loop, and waits meanwhile in the way that gives
   * them at once.
   */
  async alongside<T>(work: () => Promise<T>): Promise<T> {
    this.#alongside++;
    this.#poller.wake();
    try {
      return await work();
    } finally {
      this.#alongside--;
    }
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
