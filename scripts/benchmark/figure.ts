import type { Make } from "./daemon.ts";

/** One number that a run yields for each daemon. */
export interface Figure {
  readonly key: string;
  readonly what: string;
  readonly unit: "ms" | "µs" | "MB" | "kB" | "1/s";
  /** Not to be exceeded, or to be reached where more is better; what spec and README promise. */
  readonly goal?: number;
  /**
   * Default: less is better. `rate`: more is. `earliness`: it only tells what happened, and the
   * least of all runs is the remarkable one.
   */
  readonly kind?: "earliness" | "rate";
  /** Why keepalived has nothing to compare with. */
  readonly alone?: string;
}

/** By the figure's key. */
export type Measured = Readonly<Record<string, number>>;

/** One figure in all runs. */
export interface Result {
  readonly figure: Figure;
  /** One value for each run that had one. */
  readonly runs: Readonly<Record<Make, readonly number[]>>;
}
