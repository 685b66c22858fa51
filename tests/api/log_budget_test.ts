import assert from "node:assert/strict";
import { LogBudget } from "../../src/api/log_budget.ts";

Deno.test("LogBudget writes 60 lines of a level in a minute, and then how many it has held back", () => {
  const lines: string[] = [];
  let nowMs = 0;
  const budget = new LogBudget({
    write: (level, text) => lines.push(`${level} ${text}`),
    clock: () => nowMs,
  });
  for (let count = 0; count < 75; count++) budget.tell("error", "x");
  budget.tell("warning", "y");
  assert.equal(lines.length, 61);
  assert.equal(lines.at(-1), "warning y");
  nowMs = 60_000;
  for (const text of ["a", "b"]) budget.tell("error", text);
  assert.deepEqual(lines.slice(61), [
    "error a (15 lines of the client API were held back)",
    "error b",
  ]);
});
