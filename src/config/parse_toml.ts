import { type AST, getStaticTOMLValue, ParseError, parseTOML } from "toml-eslint-parser";
import { err, ok, type Result } from "../base/result.ts";
import { DATE, type Document } from "./document.ts";
import type { Fault } from "./fault.ts";
import { type KeyPath, LineMap } from "./key_path.ts";

/**
 * Reads TOML 1.0. One syntax error ends the reading: what follows it cannot be trusted.
 *
 * The parser is chosen for its syntax tree: others give only values, and a fault without its line
 * sends people searching through a long file.
 */
export function parseToml(text: string): Result<Document, Fault> {
  try {
    const program = parseTOML(text, { tomlVersion: "1.0.0" });
    const lines = new LineMap();
    for (const node of program.body[0].body) addLines(lines, [], node);
    const hasComments = program.comments.length > 0;
    return ok({ value: withoutDates(getStaticTOMLValue(program)), lines, hasComments });
  } catch (error) {
    if (error instanceof ParseError) return err(syntaxFault(text, error));
    // The parser is recursive; only a document made to hurt nests that deeply.
    if (error instanceof RangeError) {
      return err({ path: "", problem: "cannot be read", hint: "tables or lists nest too deeply" });
    }
    throw error;
  }
}

function addLines(
  lines: LineMap,
  table: KeyPath,
  node: AST.TOMLTable | AST.TOMLKeyValue,
): void {
  if (node.type === "TOMLTable") {
    lines.add(node.resolvedKey, node.loc.start.line);
    for (const entry of node.body) addLines(lines, node.resolvedKey, entry);
    return;
  }
  let path = table;
  for (const key of node.key.keys) {
    path = [...path, key.type === "TOMLBare" ? key.name : key.value];
    lines.add(path, key.loc.start.line);
  }
  addValueLines(lines, path, node.value);
}

function addValueLines(lines: LineMap, path: KeyPath, node: AST.TOMLContentNode): void {
  if (node.type === "TOMLInlineTable") {
    for (const entry of node.body) addLines(lines, path, entry);
  } else if (node.type === "TOMLArray") {
    for (const [index, element] of node.elements.entries()) {
      const at = [...path, index];
      lines.add(at, element.loc.start.line);
      addValueLines(lines, at, element);
    }
  }
}

function withoutDates(value: unknown): unknown {
  if (value instanceof Date) return DATE;
  if (Array.isArray(value)) return value.map(withoutDates);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, own]) => [key, withoutDates(own)]));
}

/** The parser's messages name no part of the text, so a secret cannot slip out with them. */
function syntaxFault(text: string, error: ParseError): Fault {
  const line = error.lineNumber;
  if (/multiple times/.test(error.message)) return { path: "", line, ...duplicate(text, error) };
  const problem = `is not TOML from column ${error.column + 1} on`;
  return { path: "", line, problem, hint: hintFor(error.message) };
}

function duplicate(text: string, error: ParseError): { problem: string; hint: string } {
  const key = /^[\w-]+/.exec(text.slice(error.index))?.[0];
  return {
    problem: key === undefined ? "a key is given twice" : `the key ${key} is given twice`,
    hint: "keep one of them",
  };
}

function hintFor(message: string): string {
  if (/Unspecified values/.test(message)) return "a value is missing after =";
  if (/Unterminated string/.test(message)) return "the closing quote is missing";
  if (/Unterminated table-key/.test(message)) return "the closing bracket is missing";
  if (/Unterminated array/.test(message)) return "the closing bracket of the list is missing";
  if (/Must be a newline/.test(message)) return "one key = value a line";
  if (/Leading zeros/.test(message)) return "numbers have no leading zeros";
  return "one key = value a line; texts stand in quotes";
}
