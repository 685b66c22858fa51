import type { Ability } from "./abilities.ts";
import type { Bench } from "./bench.ts";

/** What a driver promises, put to the test on the kernel; every driver goes through the same cases. */
export interface ContractCase {
  readonly what: string;
  readonly run: (bench: Bench) => Promise<void>;
  /** What it takes, beside the ability to add and remove an address. */
  readonly takes?: readonly Ability[];
}
