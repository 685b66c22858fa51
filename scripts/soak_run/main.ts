/** The part of scripts/soak that needs root; see --help there. */
import { describe, readEnvironment } from "../benchmark/environment.ts";
import { WrongUse } from "../benchmark/options.ts";
import { RVRRPD } from "../../tests/support/rvrrpd.ts";
import { findingsOf } from "./findings.ts";
import { parseOptions, type SoakOptions, USAGE } from "./options.ts";
import { Scene } from "./scene.ts";
import { soak } from "./soak.ts";
import { tableText } from "./table.ts";

const EXIT = { well: 0, problems: 1, wrongUse: 2, interrupted: 130 } as const;
/** What one cause does to thousands is seen by the first of them. */
const MOST_TOLD = 20;

class Interrupted extends Error {}

/** Rejects on Ctrl-C and its like, so that scopes end and everything is removed. */
function interruption(): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    Deno.addSignalListener(signal, () => reject(new Interrupted()));
  }
  return promise;
}

async function run(options: SoakOptions): Promise<number> {
  const interrupted = interruption();
  const environment = await readEnvironment(RVRRPD);
  await using scene = await Scene.open(options);
  const { noted, taps } = await Promise.race([interrupted, soak(scene, options, tell)]);
  const { lines, problems, complaints } = await findingsOf(noted, taps, scene.count);
  print(`${describe(environment)}\n\n${tableText(lines)}`);
  tellSome(complaints);
  tellSome(problems.map((problem) => `problem: ${problem}`));
  return problems.length === 0 ? EXIT.well : EXIT.problems;
}

function tellSome(lines: readonly string[]): void {
  for (const line of lines.slice(0, MOST_TOLD)) tell(line);
  if (lines.length > MOST_TOLD) tell(`and ${lines.length - MOST_TOLD} more like these`);
}

async function main(args: readonly string[]): Promise<number> {
  try {
    const options = parseOptions(args);
    if (!options.help) return await run(options);
    print(USAGE);
    return EXIT.well;
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
  Deno.stderr.writeSync(new TextEncoder().encode(`soak: ${line}\n`));
}

Deno.exit(await main(Deno.args));
