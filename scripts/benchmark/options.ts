import { parseArgs } from "node:util";

export interface BenchOptions {
  readonly help: boolean;
  readonly runs: number;
  /** Names of rows, in any order. */
  readonly rows: readonly string[];
  readonly watchMs: number;
  readonly markdown: boolean;
  /** Where the figures go as JSON. */
  readonly json?: string;
}

export class WrongUse extends Error {
  override readonly name = "WrongUse";
}

const FULL = { runs: "3", watchMs: 20_000 } as const;
const QUICK = { runs: "1", watchMs: 8000 } as const;

export function usage(rows: readonly string[]): string {
  return `usage: scripts/bench [--runs N] [--rows NAME,...] [--quick] [--json FILE] [--markdown]
  --runs      how often everything is measured; default ${FULL.runs}
  --rows      some of ${rows.join(", ")}
  --quick     one run, and shorter looks at CPU and intervals
  --json      write all figures of all runs to FILE
  --markdown  print the table as Markdown
Exit code: 1 where something could not be measured, whatever the figures are.
`;
}

/** Reads the command line. Throws {@linkcode WrongUse}. */
export function parseOptions(args: readonly string[], known: readonly string[]): BenchOptions {
  const values = readArgs(args);
  const preset = values.quick ? QUICK : FULL;
  const runs = Number(values.runs ?? preset.runs);
  if (!Number.isInteger(runs) || runs < 1) {
    throw new WrongUse(
      `Wrong value "${values.runs}" for --runs: it takes a whole number from 1 on`,
    );
  }
  const rows = values.rows?.split(",") ?? known;
  const stranger = rows.find((name) => !known.includes(name));
  if (stranger !== undefined) {
    throw new WrongUse(`Unknown row "${stranger}": choose from ${known.join(", ")}`);
  }
  const { help, markdown, json } = values;
  const file = json === undefined ? {} : { json };
  return { help, runs, rows, watchMs: preset.watchMs, markdown, ...file };
}

function readArgs(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: "boolean", default: false },
        runs: { type: "string" },
        rows: { type: "string" },
        quick: { type: "boolean", default: false },
        json: { type: "string" },
        markdown: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    if (error instanceof TypeError) throw new WrongUse(error.message);
    throw error;
  }
}
