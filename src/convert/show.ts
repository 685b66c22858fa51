import type { Statement } from "./blocks.ts";
import type { Place } from "./place.ts";

const MAX_CHARACTERS = 160;

/** What follows one of these is a secret, or may be. */
const SECRET_WORD = /(?:pass|password|secret)$|^key$/i;

/** A statement in one line for comments and warnings: without its block, never with a secret. */
export function showStatement({ words, elsewhere }: Statement): string {
  if (elsewhere !== undefined) return cut(withoutSecret(elsewhere.split(/\s+/)).join(" "));
  return words.length === 0 ? "{ … }" : cut(withoutSecret(words).join(" "));
}

/** A statement with its whole block, one line each, never with a secret. */
export function showWhole(statement: Statement): string[] {
  const line = showStatement(statement);
  if (statement.block === undefined) return [line];
  const inner = statement.block.flatMap(showWhole).map((text) => `  ${text}`);
  return [`${line} {`, ...inner, "}"];
}

/** `line 12`, or `FILE line 12` in a file that was included. */
export function showPlace({ file, line }: Place, main: string): string {
  return file === main ? `line ${line}` : `${file} line ${line}`;
}

function withoutSecret(words: readonly string[]): string[] {
  const index = words.findIndex((word) => SECRET_WORD.test(word));
  return index === -1 || index === words.length - 1
    ? [...words]
    : [...words.slice(0, index + 1), "…"];
}

function cut(text: string): string {
  return text.length <= MAX_CHARACTERS ? text : `${text.slice(0, MAX_CHARACTERS)}…`;
}
