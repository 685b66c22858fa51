/**
 * Writes tests/conformance/README.md: each requirement of the RFCs with the tests whose names carry its
 * mark. Prints a line for each requirement without test and reason, and for each mark that means nothing;
 * exits 1 if there is one. With --check it writes nothing, and a table that is not up to date is such a line.
 *
 * Usage: deno run --allow-read=. --allow-write=tests/conformance scripts/conformance.ts [--check]
 */
import { SECTIONS } from "../tests/conformance/requirements.ts";
import { ledgerOf } from "./conformance/ledger.ts";
import { type MarkedSource, marksIn } from "./conformance/marks.ts";
import { tableText } from "./conformance/table.ts";

const TABLE = "tests/conformance/README.md";
/** Tests of scripts speak of marks without being about the protocol. */
const LEFT_OUT = "tests/scripts";

async function readMarks(directory: string): Promise<MarkedSource[]> {
  const entries = await Array.fromAsync(Deno.readDir(directory));
  const found: MarkedSource[] = [];
  for (const { name, isDirectory } of entries.toSorted((a, b) => a.name < b.name ? -1 : 1)) {
    const path = `${directory}/${name}`;
    if (isDirectory && path !== LEFT_OUT) found.push(...await readMarks(path));
    else if (name.endsWith("_test.ts")) found.push(marksIn(path, await Deno.readTextFile(path)));
  }
  return found;
}

async function staleness(text: string): Promise<string[]> {
  const current = await Deno.readTextFile(TABLE).catch(() => "");
  return current === text ? [] : [`${TABLE} is not up to date: run scripts/conformance.ts`];
}

async function main(args: readonly string[]): Promise<number> {
  const sources = await readMarks("tests");
  const requirements = SECTIONS.flatMap((section) => section.requirements);
  const { entries, faults } = ledgerOf(requirements, sources.flatMap(({ marks }) => marks));
  const text = tableText(SECTIONS, entries);
  const isCheck = args.includes("--check");
  if (!isCheck) await Deno.writeTextFile(TABLE, text);
  const lines = [
    ...sources.flatMap((source) => source.faults),
    ...faults,
    ...isCheck ? await staleness(text) : [],
  ];
  await Deno.stdout.write(new TextEncoder().encode(lines.map((line) => `${line}\n`).join("")));
  return lines.length === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
