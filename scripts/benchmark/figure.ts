import type { Make } from "./daemon.ts";

/** One number that a run yields for each daemon. */
export interface Figure {
  readonly key: string;
  readonly what: string;
  readonly unit: "ms" | "µs" | "MB" | "kB";
  /** Not to be exceeded; what spec and README promise. */
  readonly goal?: number;
  /**
   * Default: less is better. `earliness`: it only tells what happened, and the least of all runs
   * is the remarkable one.
   */
  readonly kind?: "earliness";
}

/** By the figure's key. */
export type Measured = Readonly<Record<string, number>>;

/** One figure in all runs. */
export interface Result {
  readonly figure: Figure;
  /** One value for each run that had one. */
  readonly runs: Readonly<Record<Make, readonly number[]>>;
}
