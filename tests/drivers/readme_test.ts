import assert from "node:assert/strict";
import { libc } from "../../ffi/libc.ts";
import { libnl } from "../../ffi/libnl.ts";
import { openDriver } from "../../src/drivers/open.ts";
import { valueOf } from "../support/bytes.ts";
import { ABILITIES, type Ability, can, DRIVER_NAMES } from "./abilities.ts";

// They stay loaded, which would count as a leak of the test that happened to be the first.
libc();
libnl();

/** The rows of the README's table of drivers, cell by cell, without its two lines of heading. */
async function readmeRows(): Promise<string[][]> {
  const text = await Deno.readTextFile(new URL("../../README.md", import.meta.url));
  const [, section = ""] = text.split("\n### Drivers\n");
  const [before = ""] = section.split("\n### ");
  return before.split("\n").filter((line) => line.startsWith("| "))
    .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()))
    .filter(([first = ""]) => !first.startsWith("---"));
}

Deno.test("the README's table says what each driver can do, and nothing else", async () => {
  const [heading, ...rows] = await readmeRows();
  assert.deepEqual(heading?.slice(1), DRIVER_NAMES.map((name) => `\`${name}\``));
  const expected = DRIVER_NAMES.map((name) => {
    using driver = valueOf(openDriver(name));
    return Object.entries(ABILITIES).map(([ability, { row }]) => {
      return `${row}: ${can(driver, ability as Ability) ? "yes" : "no"}`;
    });
  });
  for (const [column, cells] of expected.entries()) {
    const found = rows.map((cells) => `${cells[0]}: ${cells[column + 1]}`);
    assert.deepEqual(found.toSorted(), cells.toSorted());
  }
});
