/** Gets a turn of the engine's loop now and then, which shows that the loop still turns. */
export interface Pulse {
  /** When it wants its next turn, on the clock of every deadline; Infinity: not at all. */
  readonly dueMs: number;
  /** A virtual router has changed its state. Called in the middle of a take-over. */
  noteTransition(nowMs: number): void;
  /** Its turn, with the state of each virtual router. Must not wait. */
  beat(nowMs: number, states: Iterable<string>): void;
}

/** Whoever wants to know how far the daemon is: a service manager, the program that started it. */
export interface Lifecycle {
  readonly pulse: Pulse;
  /** Every virtual router has its first state; also the end of what {@linkcode reloading} began. */
  ready(): void;
  reloading(): void;
  stopping(): void;
  /** The log files may have been moved away. */
  reopenLogs(): void;
}

/** For a daemon that nobody watches. */
export const UNWATCHED: Lifecycle = {
  pulse: { dueMs: Infinity, noteTransition: () => {}, beat: () => {} },
  ready: () => {},
  reloading: () => {},
  stopping: () => {},
  reopenLogs: () => {},
};
