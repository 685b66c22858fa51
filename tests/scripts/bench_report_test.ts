import assert from "node:assert/strict";
import type { Figure, Result } from "../../scripts/benchmark/figure.ts";
import { canMeasure, orderIn } from "../../scripts/benchmark/measure.ts";
import {
  jsonReport,
  markdownTable,
  summaryOf,
  textTable,
  verdictOf,
} from "../../scripts/benchmark/report.ts";

const LATENESS: Figure = { key: "late", what: "Lateness", unit: "ms", goal: 15 };
const EARLIEST: Figure = { key: "early", what: "Earliest", unit: "ms", kind: "earliness" };

function result(figure: Figure, rvrrpd: number[], keepalived: number[]): Result {
  return { figure, runs: { rvrrpd, keepalived } };
}

const VERDICTS = [
  { runs: [[3, 90, 4], [5, 6, 7]], expected: "", why: "the median counts, not the worst run" },
  { runs: [[6], [5]], expected: "WORSE than keepalived", why: "more is worse" },
  { runs: [[16], [20]], expected: "misses the goal", why: "better than keepalived may be too bad" },
  { runs: [[16], [5]], expected: "WORSE than keepalived, misses the goal", why: "both are said" },
  { runs: [[5], [5]], expected: "", why: "equal is not worse" },
  { runs: [[], [5]], expected: "NOT MEASURED", why: "no value is no success" },
] as const;
for (const { runs: [ours, theirs], expected, why } of VERDICTS) {
  Deno.test(`verdictOf(): ${why}`, () => {
    assert.equal(verdictOf(result(LATENESS, [...ours], [...theirs])), expected);
  });
}

Deno.test("verdictOf() does not judge earliness", () => {
  assert.equal(verdictOf(result(EARLIEST, [2], [1])), "");
});

const RATE: Figure = { key: "rate", what: "Answers", unit: "1/s", goal: 495, kind: "rate" };

Deno.test("verdictOf() wants more of a rate, and less of all else", () => {
  assert.equal(verdictOf(result(RATE, [500], [499])), "");
  assert.equal(verdictOf(result(RATE, [490], [491])), "WORSE than keepalived, misses the goal");
});

Deno.test("verdictOf() says why a figure stands alone, and needs no other", () => {
  const alone = { ...RATE, alone: "keepalived has no API" };
  assert.equal(verdictOf(result(alone, [500], [])), "keepalived has no API");
  assert.equal(verdictOf(result(alone, [400], [])), "misses the goal, keepalived has no API");
  assert.equal(verdictOf(result(alone, [], [])), "NOT MEASURED");
});

Deno.test("summaryOf() takes the lowest run of a rate for its worst", () => {
  assert.deepEqual(summaryOf(RATE, [400, 500, 500]), { median: 500, worst: 400 });
});

Deno.test("textTable() has to reach the goal of a rate", () => {
  assert.match(textTable([result(RATE, [500], [500])]), /≥ 495/);
});

Deno.test("canMeasure() leaves keepalived out of a row that is about rvrrpd alone", () => {
  const alone = { figures: [{ ...RATE, alone: "keepalived has no API" }] };
  assert.deepEqual(orderIn(1).filter((make) => canMeasure(alone, make)), ["rvrrpd"]);
  assert.equal(canMeasure({ figures: [RATE] }, "keepalived"), true);
});

Deno.test("textTable() shows medians, the worst of all runs, and goals", () => {
  const table = textTable([
    result(LATENESS, [1, 2.345, 120], [30, 31]),
    result(EARLIEST, [-0.4, 0.5], []),
  ]);
  assert.equal(
    table,
    `What      Unit  rvrrpd        keepalived   Goal
Lateness  ms    2.35 (120)    30.5 (31.0)  ≤ 15
Earliest  ms    0.05 (-0.40)  –                  NOT MEASURED
Medians of the runs; in brackets the worst of all runs.
`,
  );
});

Deno.test("markdownTable() has as many cells in every line", () => {
  const table = markdownTable([result(LATENESS, [1], [2]), result(EARLIEST, [1], [2])]);
  const lines = table.split("\n").filter((line) => line.startsWith("|"));
  assert.equal(lines.length, 4);
  assert.deepEqual(lines.map((line) => line.split("|").length), [8, 8, 8, 8]);
});

Deno.test("jsonReport() keeps every run", () => {
  const report = JSON.parse(jsonReport({
    environment: { cores: 2 },
    results: [result(LATENESS, [1, 3], [])],
    notMeasurable: ["run 1"],
  }));
  assert.deepEqual(report, {
    environment: { cores: 2 },
    figures: [{
      ...LATENESS,
      rvrrpd: { median: 2, worst: 3, runs: [1, 3] },
      keepalived: { runs: [] },
    }],
    notMeasurable: ["run 1"],
  });
});

Deno.test("orderIn() lets each daemon be first in turn", () => {
  assert.deepEqual([1, 2, 3].map((run) => orderIn(run)[0]), ["rvrrpd", "keepalived", "rvrrpd"]);
});
