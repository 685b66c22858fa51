import type { EventQueue } from "./event_queue.ts";
import type { Random } from "./random.ts";

/** What a machine is to the schedule. */
export interface Victim {
  readonly name: string;
  start(): void;
}

export interface FaultScheduleOptions<V extends Victim, Kind extends string> {
  readonly victims: readonly V[];
  /** When each of them starts; at once where nothing is said. */
  readonly startsAtMs: readonly number[];
  readonly faults: readonly Kind[];
  /** Between two faults, on average. */
  readonly faultGapMs: number;
  /** How much longer faults last than with intervals of a second. */
  readonly tempo: number;
  readonly queue: EventQueue;
  readonly random: Random;
  readonly note: (line: () => string) => void;
  /** Begins a fault and gives what ends it. */
  readonly apply: (kind: Kind, victim: V) => () => void;
}

/** Starts machines, and lets faults begin and end until it is over itself. */
export class FaultSchedule<V extends Victim, Kind extends string> {
  readonly #options: FaultScheduleOptions<V, Kind>;
  #over = false;

  constructor(options: FaultScheduleOptions<V, Kind>) {
    this.#options = options;
  }

  begin(): void {
    const { victims, startsAtMs } = this.#options;
    for (const [index, victim] of victims.entries()) {
      this.#later(startsAtMs[index] ?? 0, () => victim.start());
    }
    this.#strikeLater();
  }

  /** No fault begins any more, and none ends by itself. */
  end(): void {
    this.#over = true;
  }

  #later(delayMs: number, happen: () => void): void {
    this.#options.queue.after(delayMs, () => {
      if (!this.#over) happen();
    });
  }

  #strikeLater(): void {
    const { random, faultGapMs } = this.#options;
    this.#later(random.between(0, 2 * faultGapMs), () => {
      this.#strike();
      this.#strikeLater();
    });
  }

  #strike(): void {
    const { random, faults, victims, tempo, note, apply } = this.#options;
    const kind = random.pickAny(faults);
    const victim = random.pickAny(victims);
    if (kind === undefined || victim === undefined) return;
    const durationMs = tempo * random.between(1, random.pick([300, 3000, 12_000]));
    note(() => `fault: ${kind} of ${victim.name} for ${durationMs.toFixed(0)} ms`);
    this.#later(durationMs, apply(kind, victim));
  }
}
