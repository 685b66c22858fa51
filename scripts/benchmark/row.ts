import type { Measurement } from "./bench.ts";
import type { Figure, Measured } from "./figure.ts";

/** Figures that come out of one set-up. */
export interface Row {
  readonly name: string;
  readonly figures: readonly Figure[];
  /** Throws where something was not measurable. */
  measure(measurement: Measurement): Promise<Measured>;
}
