import assert from "node:assert/strict";
import { parseOptions, usage } from "../../scripts/benchmark/options.ts";

const ROWS = ["memory", "take-over"];
const DEFAULTS = { help: false, runs: 3, rows: ROWS, watchMs: 20_000, markdown: false };

const GOOD = [
  { args: [], expected: DEFAULTS, why: "nothing means everything" },
  { args: ["--quick"], expected: { ...DEFAULTS, runs: 1, watchMs: 8000 }, why: "quick is one run" },
  {
    args: ["--quick", "--runs", "2"],
    expected: { ...DEFAULTS, runs: 2, watchMs: 8000 },
    why: "a number of runs outweighs quick",
  },
  {
    args: ["--rows=take-over", "--json=f", "--markdown"],
    expected: { ...DEFAULTS, rows: ["take-over"], json: "f", markdown: true },
    why: "all the others",
  },
];
for (const { args, expected, why } of GOOD) {
  Deno.test(`parseOptions(): ${why}`, () => assert.deepEqual(parseOptions(args, ROWS), expected));
}

const BAD = [
  { args: ["--runs", "0"], message: /"0" for --runs/, why: "no run at all" },
  { args: ["--runs", "1.5"], message: /"1.5" for --runs/, why: "half a run" },
  {
    args: ["--rows", "memory,speed"],
    message: /"speed".*memory, take-over/,
    why: "an unknown row",
  },
  { args: ["--slow"], message: /--slow/, why: "an unknown option" },
  { args: ["memory"], message: /memory/, why: "a bare word" },
];
for (const { args, message, why } of BAD) {
  Deno.test(`parseOptions() refuses ${why}`, () => {
    assert.throws(() => parseOptions(args, ROWS), { name: "WrongUse", message });
  });
}

Deno.test("usage() names every row", () => {
  for (const row of ROWS) assert.ok(usage(ROWS).includes(row));
});
