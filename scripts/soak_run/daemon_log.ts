/** What a daemon's output says that matters here. */
export interface LogFacts {
  /** How many changes of state. */
  readonly changes: number;
  /** Warnings and errors. */
  readonly complaints: readonly string[];
}

export function readLog(text: string): LogFacts {
  const lines = Map.groupBy(text.split("\n"), kindOf);
  return {
    changes: lines.get("change")?.length ?? 0,
    complaints: lines.get("complaint") ?? [],
  };
}

/** What a line tells of; a change to Fault is a warning too, and counts as a change. */
export function kindOf(line: string): "change" | "complaint" | "other" {
  if (/ - Changed from \w+ to \w+\b/.test(line)) return "change";
  return /\b(?:warning|error): /.test(line) ? "complaint" : "other";
}
