/** The part of scripts/soak that needs root; see --help there. */
import { describe, readEnvironment } from "../benchmark/environment.ts";
import { exitStatus, interruption, print, teller } from "../benchmark/program.ts";
import { RVRRPD } from "../../tests/support/rvrrpd.ts";
import { World } from "../../tests/support/world.ts";
import { findingsOf } from "./findings.ts";
import { parseOptions, type SoakOptions, USAGE } from "./options.ts";
import { Scene } from "./scene.ts";
import { soakShort } from "./short_soak.ts";
import { soak } from "./soak.ts";
import { tableText } from "./table.ts";

const tell = teller("soak");

const EXIT = { well: 0, problems: 1 } as const;
/** What one cause does to thousands is seen by the first of them. */
const MOST_TOLD = 20;

async function run(options: SoakOptions): Promise<number> {
  const interrupted = interruption();
  const environment = await readEnvironment(RVRRPD);
  if (options.short) {
    await using world = await World.create();
    const watching = soakShort(world, options, tell);
    const { lines, problems, remarks } = await Promise.race([interrupted, watching]);
    print(`${describe(environment)}\n\n${tableText(lines)}`);
    tellSome(remarks);
    return tellProblems(problems);
  }
  await using scene = await Scene.open(options);
  const { noted, taps } = await Promise.race([interrupted, soak(scene, options, tell)]);
  const { lines, problems, complaints } = await findingsOf(noted, taps, scene.count);
  print(`${describe(environment)}\n\n${tableText(lines)}`);
  tellSome(complaints);
  return tellProblems(problems);
}

function tellProblems(problems: readonly string[]): number {
  tellSome(problems.map((problem) => `problem: ${problem}`));
  return problems.length === 0 ? EXIT.well : EXIT.problems;
}

function tellSome(lines: readonly string[]): void {
  for (const line of lines.slice(0, MOST_TOLD)) tell(line);
  if (lines.length > MOST_TOLD) tell(`and ${lines.length - MOST_TOLD} more like these`);
}

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (!options.help) return await run(options);
  print(USAGE);
  return EXIT.well;
}

Deno.exit(await exitStatus(() => main(Deno.args), tell));
