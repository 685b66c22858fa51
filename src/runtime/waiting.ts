import { boottimeMs } from "../../ffi/clock.ts";
import type { Poller } from "../../ffi/poller.ts";
import type { Log } from "../log.ts";

/** So long before a deadline nothing else gets a turn: it may take that long. */
const EXACT_MS = 20;
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

/**
 * The engine's way to wait: on this thread, which is cheap and exact but lets nothing else of the
 * process go on, and on another thread where somebody else has work to do.
 */
export class Waiting {
  readonly #poller: Poller;
  readonly #log: Log;
  /** Somebody else may have work to do. */
  #owesBreath = true;
  /** How many others work at the moment. */
  #alongside = 0;
  #lastBreathMs = -Infinity;
  #sleptUntilMs = -Infinity;

  constructor({ poller, log }: { poller: Poller; log: Log }) {
    this.#poller = poller;
    this.#log = log;
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
    if (boottimeMs() - this.#lastBreathMs < BREATH_MS) return this.#sleepHere(0);
    return await this.#sleepElsewhere(0);
  }

  /** What becomes ready, or nothing when one of the instants has come. */
  async until({ exactMs, roughMs }: Instants): Promise<readonly number[]> {
    const nowMs = boottimeMs();
    // A signal that came while we worked has not interrupted any wait.
    if (nowMs - this.#sleptUntilMs > LONG_WORK_MS) this.#owesBreath = true;
    const breathlessMs = nowMs - this.#lastBreathMs;
    const pressing = exactMs - nowMs <= EXACT_MS && breathlessMs < 2 * BREATH_MS;
    if (!pressing && (this.#othersWait || breathlessMs >= BREATH_MS)) {
      return await this.#sleepElsewhere(Math.min(exactMs - EXACT_MS, roughMs));
    }
    this.#poller.arm(Math.min(exactMs, roughMs));
    return this.#sleepHere(BREATH_MS);
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
    this.#sleptUntilMs = boottimeMs();
    return ready;
  }

  /** Costs several times as much, and is less exact. */
  async #sleepElsewhere(instantMs: number): Promise<readonly number[]> {
    this.#owesBreath = false;
    this.#poller.arm(instantMs);
    const ready = await this.#poller.wait();
    this.#sleptUntilMs = boottimeMs();
    this.#lastBreathMs = this.#sleptUntilMs;
    return ready;
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
