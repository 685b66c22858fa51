/** The part of scripts/bench that needs root; see --help there. */
import { Bench } from "./bench.ts";
import { describe, readEnvironment } from "./environment.ts";
import { measureAll, type Outcome } from "./measure.ts";
import { type BenchOptions, parseOptions, usage } from "./options.ts";
import { exitStatus, interruption, print, teller } from "./program.ts";
import { jsonReport, markdownTable, textTable } from "./report.ts";
import { ROWS } from "./rows.ts";

const tell = teller("bench");

const EXIT = { measured: 0, notMeasurable: 1 } as const;

async function run(options: BenchOptions): Promise<number> {
  const interrupted = interruption();
  await using bench = await Bench.open({ watchMs: options.watchMs });
  const environment = await readEnvironment(bench.binary);
  const rows = ROWS.filter(({ name }) => options.rows.includes(name));
  const measuring = measureAll({ bench, rows, runs: options.runs, progress: tell });
  const outcome = await Promise.race([interrupted, measuring]);
  const table = options.markdown ? markdownTable : textTable;
  print(`${describe(environment)}\n\n${table(outcome.results)}`);
  if (options.json !== undefined) {
    await Deno.writeTextFile(options.json, jsonReport({ environment, ...outcome }));
  }
  return judge(outcome);
}

function judge({ notMeasurable }: Outcome): number {
  for (const problem of notMeasurable) tell(`not measurable: ${problem}`);
  return notMeasurable.length === 0 ? EXIT.measured : EXIT.notMeasurable;
}

async function main(args: readonly string[]): Promise<number> {
  const known = ROWS.map(({ name }) => name);
  const options = parseOptions(args, known);
  if (!options.help) return await run(options);
  print(usage(known));
  return EXIT.measured;
}

Deno.exit(await exitStatus(() => main(Deno.args), tell));
