import type { Make } from "./daemon.ts";
import type { Figure, Result } from "./figure.ts";
import { median } from "./statistics.ts";

/** What stands for all runs of one daemon. */
export interface Summary {
  readonly median: number;
  /** Of all runs. */
  readonly worst: number;
}

/** `undefined` where no run had a value. */
export function summaryOf(figure: Figure, runs: readonly number[]): Summary | undefined {
  if (runs.length === 0) return undefined;
  const worst = figure.kind === undefined ? Math.max(...runs) : Math.min(...runs);
  return { median: median(runs), worst };
}

/** What has to be said about the figure, by the medians; empty where all is well. */
export function verdictOf({ figure, runs }: Result): string {
  const ours = summaryOf(figure, runs.rvrrpd)?.median;
  const theirs = summaryOf(figure, runs.keepalived)?.median;
  if (ours === undefined) return "NOT MEASURED";
  if (theirs === undefined && figure.alone === undefined) return "NOT MEASURED";
  if (figure.kind === "earliness") return "";
  const isWorse = theirs !== undefined && isBeyond(figure, ours, theirs);
  const isMissed = figure.goal !== undefined && isBeyond(figure, ours, figure.goal);
  return [
    ...(isWorse ? ["WORSE than keepalived"] : []),
    ...(isMissed ? ["misses the goal"] : []),
    ...(figure.alone === undefined ? [] : [figure.alone]),
  ].join(", ");
}

/** Whether `value` is on the wrong side of `bound`. */
function isBeyond({ kind }: Figure, value: number, bound: number): boolean {
  return kind === "rate" ? value < bound : value > bound;
}

const HEADINGS = ["What", "Unit", "rvrrpd", "keepalived", "Goal", ""] as const;
const EXPLANATION = "Medians of the runs; in brackets the worst of all runs.";

/** Columns in line, for a terminal. */
export function textTable(results: readonly Result[]): string {
  return [...inColumns([HEADINGS, ...results.map(cellsOf)]), EXPLANATION, ""].join("\n");
}

/** One line for each row, every column as wide as its widest cell. */
export function inColumns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const cells of rows) {
    cells.forEach((cell, column) => widths[column] = Math.max(widths[column] ?? 0, cell.length));
  }
  return rows.map((cells) =>
    cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd()
  );
}

export function markdownTable(results: readonly Result[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = line(["---", "---", "---:", "---:", "---:", "---"]);
  const lines = [line(HEADINGS), rule, ...results.map((result) => line(cellsOf(result)))];
  return [...lines, "", EXPLANATION, ""].join("\n");
}

function cellsOf(result: Result): string[] {
  const { what, unit, goal, kind } = result.figure;
  return [
    what,
    unit,
    valueText(result, "rvrrpd"),
    valueText(result, "keepalived"),
    goal === undefined ? "" : `${kind === "rate" ? "≥" : "≤"} ${goal}`,
    verdictOf(result),
  ];
}

function valueText({ figure, runs }: Result, make: Make): string {
  const summary = summaryOf(figure, runs[make]);
  if (summary === undefined) return "–";
  const value = numberText(summary.median);
  return runs[make].length === 1 ? value : `${value} (${numberText(summary.worst)})`;
}

/** About three digits: more would be noise. */
export function numberText(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size < 10 ? 2 : size < 100 ? 1 : 0);
}

/** Everything that a later comparison may need; `undefined` medians are left out. */
export function jsonReport(
  report: {
    readonly environment: unknown;
    readonly results: readonly Result[];
    readonly notMeasurable: readonly string[];
  },
): string {
  const figures = report.results.map(({ figure, runs }) => ({
    ...figure,
    rvrrpd: { ...summaryOf(figure, runs.rvrrpd), runs: runs.rvrrpd },
    keepalived: { ...summaryOf(figure, runs.keepalived), runs: runs.keepalived },
  }));
  const { environment, notMeasurable } = report;
  return `${JSON.stringify({ environment, figures, notMeasurable }, undefined, 2)}\n`;
}
