/** The part of scripts/bench that needs root; see --help there. */
import { Bench } from "./bench.ts";
import { describe, readEnvironment } from "./environment.ts";
import { measureAll, type Outcome } from "./measure.ts";
import { type BenchOptions, parseOptions, usage, WrongUse } from "./options.ts";
import { jsonReport, markdownTable, textTable } from "./report.ts";
import { ROWS } from "./rows.ts";

const EXIT = { measured: 0, notMeasurable: 1, wrongUse: 2, interrupted: 130 } as const;

class Interrupted extends Error {}

/** Rejects on Ctrl-C and its like, so that scopes end and everything is removed. */
function interruption(): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    Deno.addSignalListener(signal, () => reject(new Interrupted()));
  }
  return promise;
}

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
  try {
    const options = parseOptions(args, known);
    if (!options.help) return await run(options);
    print(usage(known));
    return EXIT.measured;
  } catch (error) {
    if (error instanceof WrongUse) {
      tell(`${error.message} (see --help)`);
      return EXIT.wrongUse;
    }
    if (!(error instanceof Interrupted)) throw error;
    tell("interrupted: everything is removed");
    return EXIT.interrupted;
  }
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

/** Beside the table, so that it alone can be redirected. */
function tell(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`bench: ${line}\n`));
}

Deno.exit(await main(Deno.args));
