import type { Operation } from "./operation.ts";

interface Route {
  readonly parts: readonly string[];
  readonly operations: readonly Operation[];
}

export interface RouteMatch {
  /** All of the path, one for each method. */
  readonly operations: readonly Operation[];
  readonly params: Readonly<Record<string, string>>;
}

/** Finds operations by path: a word goes before a parameter, and one slash at the end is nothing. */
export class Routes {
  readonly #routes: readonly Route[];

  constructor(operations: readonly Operation[]) {
    const byPath = Map.groupBy(operations, ({ path }) => path);
    this.#routes = Array.from(byPath, ([path, operations]) => ({ parts: split(path), operations }))
      .toSorted((a, b) => parameterCount(a) - parameterCount(b));
  }

  /** `undefined` for a path that nothing has, or that cannot be decoded. */
  find(path: string): RouteMatch | undefined {
    const parts = split(path).map(decode);
    for (const route of this.#routes) {
      const params = match(route.parts, parts);
      if (params !== undefined) return { operations: route.operations, params };
    }
    return undefined;
  }
}

function parameterCount({ parts }: Route): number {
  return parts.filter(isParameter).length;
}

function isParameter(part: string): boolean {
  return part.startsWith("{");
}

function split(path: string): string[] {
  return path.replace(/^\//, "").replace(/\/$/, "").split("/");
}

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    // A percent sign that begins no character.
    return undefined;
  }
}

function match(
  pattern: readonly string[],
  parts: readonly (string | undefined)[],
): Record<string, string> | undefined {
  if (pattern.length !== parts.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, wanted] of pattern.entries()) {
    const part = parts[index];
    if (part === undefined) return undefined;
    if (isParameter(wanted)) params[wanted.slice(1, -1)] = part;
    else if (wanted !== part) return undefined;
  }
  return params;
}
