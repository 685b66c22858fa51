import type { Bench } from "./bench.ts";
import type { Make } from "./daemon.ts";
import type { Measured, Result } from "./figure.ts";
import type { Row } from "./row.ts";

export interface MeasureOptions {
  readonly bench: Bench;
  readonly rows: readonly Row[];
  readonly runs: number;
  /** Told before each step. */
  readonly progress: (text: string) => void;
}

export interface Outcome {
  readonly results: readonly Result[];
  /** Which row of which daemon in which run, and why. */
  readonly notMeasurable: readonly string[];
}

type Runs = Record<Make, Measured[]>;

/**
 * Measures every row of the daemons that have it, one right after the other, as a machine's mood changes; who
 * is first changes with every run.
 */
export async function measureAll(options: MeasureOptions): Promise<Outcome> {
  const measured: Runs = { rvrrpd: [], keepalived: [] };
  const notMeasurable: string[] = [];
  for (let run = 1; run <= options.runs; run++) {
    for (const row of options.rows) {
      for (const make of orderIn(run).filter((make) => canMeasure(row, make))) {
        const step = `run ${run} of ${options.runs}: ${row.name}, ${make}`;
        options.progress(step);
        try {
          measured[make].push(await row.measure({ bench: options.bench, make }));
        } catch (error) {
          notMeasurable.push(`${step}: ${error instanceof Error ? error.message : error}`);
        }
      }
    }
  }
  return { results: resultsOf(options.rows, measured), notMeasurable };
}

/** @param run From 1 on. */
export function orderIn(run: number): readonly Make[] {
  return run % 2 === 1 ? ["rvrrpd", "keepalived"] : ["keepalived", "rvrrpd"];
}

/** keepalived is left out where there is nothing of it to measure. */
export function canMeasure({ figures }: Pick<Row, "figures">, make: Make): boolean {
  return make === "rvrrpd" || figures.some(({ alone }) => alone === undefined);
}

function resultsOf(rows: readonly Row[], measured: Runs): Result[] {
  const runsOf = (make: Make, key: string) =>
    measured[make].map((figures) => figures[key]).filter((value) => value !== undefined);
  return rows.flatMap(({ figures }) => figures).map((figure) => ({
    figure,
    runs: {
      rvrrpd: runsOf("rvrrpd", figure.key),
      keepalived: runsOf("keepalived", figure.key),
    },
  }));
}
