import { inColumns, numberText } from "../benchmark/report.ts";

/** A line of the report. */
export interface Line {
  readonly what: string;
  /** Default: it is a count. */
  readonly unit?: "ms" | "µs" | "MB" | "kB";
  /** Of the router that is Master first. */
  readonly r1?: number;
  readonly r2?: number;
  /** Not to be exceeded by either. */
  readonly goal?: number;
}

const HEADINGS = ["What", "Unit", "r1", "r2", "Goal", ""] as const;

export function tableText(lines: readonly Line[]): string {
  return `${inColumns([HEADINGS, ...lines.map(cellsOf)]).join("\n")}\n`;
}

function cellsOf({ what, unit, r1, r2, goal }: Line): string[] {
  const text = (value: number | undefined) => {
    if (value === undefined) return "";
    return unit === undefined ? String(value) : numberText(value);
  };
  const missed = goal !== undefined && Math.max(r1 ?? 0, r2 ?? 0) > goal;
  const bound = goal === undefined ? "" : `≤ ${goal}`;
  return [what, unit ?? "", text(r1), text(r2), bound, missed ? "misses the goal" : ""];
}
