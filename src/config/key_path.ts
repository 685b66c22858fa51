/** The way from the top of a configuration to one value: table keys and list indexes. */
export type KeyPath = readonly (string | number)[];

/** As people write it: `vrouter[0].timers.advert`; keys that TOML would quote are quoted. */
export function formatPath(path: KeyPath): string {
  return path.map(formatStep).join("").replace(/^\./, "");
}

function formatStep(step: string | number): string {
  if (typeof step === "number") return `[${step}]`;
  return `.${/^[\w-]+$/.test(step) ? step : JSON.stringify(step)}`;
}

/** Reads a JSON pointer (RFC 6901); steps that are whole numbers become list indexes. */
export function pathFromPointer(pointer: string): KeyPath {
  return pointer.split("/").slice(1).map((step) =>
    /^(0|[1-9][0-9]*)$/.test(step) ? Number(step) : step.replaceAll("~1", "/").replaceAll("~0", "~")
  );
}

/** The line on which each key of a document stands. */
export class LineMap {
  readonly #lines = new Map<string, number>();

  /** Keeps the first line given for a path, which is where a table is opened. */
  add(path: KeyPath, line: number): void {
    const key = formatPath(path);
    if (!this.#lines.has(key)) this.#lines.set(key, line);
  }

  /** The line of `path`, or where that is absent of the nearest table around it. */
  find(path: KeyPath): number | undefined {
    for (let length = path.length; length > 0; length--) {
      const line = this.#lines.get(formatPath(path.slice(0, length)));
      if (line !== undefined) return line;
    }
    return undefined;
  }
}
