/** What a daemon's output says that matters here. */
export interface LogFacts {
  /** Changes of state, by the state that was entered. */
  readonly entered: ReadonlyMap<string, number>;
  /** How many changes of state in all. */
  readonly changes: number;
  /** Warnings and errors. */
  readonly complaints: readonly string[];
}

export function readLog(text: string): LogFacts {
  const entered = new Map<string, number>();
  const complaints: string[] = [];
  let changes = 0;
  for (const line of text.split("\n")) {
    const [, state] = / - Changed from \w+ to (\w+)\b/.exec(line) ?? [];
    if (state !== undefined) {
      changes++;
      entered.set(state, (entered.get(state) ?? 0) + 1);
    } else if (/\b(?:warning|error): /.test(line)) complaints.push(line);
  }
  return { entered, changes, complaints };
}
