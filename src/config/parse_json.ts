import { type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import { err, ok, type Result } from "../base/result.ts";
import type { Document } from "./document.ts";
import type { Fault } from "./fault.ts";
import { formatPath, type KeyPath, LineMap } from "./key_path.ts";

/**
 * Reads JSON (RFC 8259), without comments or trailing commas. A table's `null` counts as absent.
 * Faults: the first syntax error, or else every key that a table holds twice.
 */
export function parseJson(text: string): Result<Document, readonly Fault[]> {
  const lineAt = lineFinder(text);
  try {
    const errors: ParseError[] = [];
    const tree = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
    const [first] = errors;
    if (first !== undefined || tree === undefined) {
      return err([syntaxFault(first, lineAt(first?.offset ?? 0))]);
    }
    const walk: Walk = { lines: new LineMap(), lineAt, duplicates: [] };
    visit(walk, [], tree);
    if (walk.duplicates.length > 0) return err(walk.duplicates);
    return ok({
      value: withoutNulls(JSON.parse(text)),
      lines: walk.lines,
      hasComments: false,
    });
  } catch (error) {
    // Both parsers are recursive; only a document made to hurt nests that deeply.
    if (!(error instanceof RangeError)) throw error;
    return err([{ path: "", problem: "cannot be read", hint: "tables or lists nest too deeply" }]);
  }
}

interface Walk {
  readonly lines: LineMap;
  readonly lineAt: (offset: number) => number;
  readonly duplicates: Fault[];
}

function visit(walk: Walk, path: KeyPath, node: Node): void {
  if (node.type === "object") visitTable(walk, path, node);
  if (node.type !== "array") return;
  for (const [index, element] of (node.children ?? []).entries()) {
    walk.lines.add([...path, index], walk.lineAt(element.offset));
    visit(walk, [...path, index], element);
  }
}

/** `JSON.parse` silently keeps the last of two equal keys; here both are seen. */
function visitTable(walk: Walk, path: KeyPath, node: Node): void {
  const seen = new Set<string>();
  for (const property of node.children ?? []) {
    const [key, value] = property.children ?? [];
    if (key === undefined || value === undefined) continue;
    const name = String(key.value);
    if (seen.has(name)) walk.duplicates.push(duplicateFault(walk, [...path, name], key));
    seen.add(name);
    walk.lines.add([...path, name], walk.lineAt(key.offset));
    visit(walk, [...path, name], value);
  }
}

function duplicateFault(walk: Walk, path: KeyPath, key: Node): Fault {
  return {
    path: formatPath(path),
    line: walk.lineAt(key.offset),
    problem: "the key is given twice",
    hint: "keep one of them",
  };
}

function syntaxFault(error: ParseError | undefined, line: number): Fault {
  if (error === undefined) {
    return { path: "", line, problem: "holds no JSON", hint: 'at least "{}" is needed' };
  }
  return { path: "", line, problem: "is not JSON", hint: hintFor(error) };
}

function hintFor(error: ParseError): string {
  switch (printParseErrorCode(error.error)) {
    case "InvalidCommentToken":
      return "JSON has no comments; TOML has";
    case "PropertyNameExpected":
      return "a key in double quotes is expected; no comma stands after the last one";
    case "CommaExpected":
      return "a comma is expected before this";
    case "ColonExpected":
      return "a colon is expected between key and value";
    case "CloseBraceExpected":
    case "CloseBracketExpected":
      return "a closing bracket is missing";
    case "UnexpectedEndOfString":
      return "the closing quote is missing";
    default:
      return "a value is missing, or a text or key is without its double quotes";
  }
}

/** A copy in which a table's `null` is absent. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutNulls(inner)]));
}

/** Gives the line, from 1, of an offset into `text`. */
function lineFinder(text: string): (offset: number) => number {
  const starts = [0, ...Array.from(text.matchAll(/\n/g), (match) => match.index + 1)];
  return (offset) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}
