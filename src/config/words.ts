import { assert } from "../base/assert.ts";
import { err, ok, type Result } from "../base/result.ts";

/**
 * Splits a command into its words at blanks. Single and double quotes keep blanks, a backslash
 * outside single quotes takes the next character as it is. Nothing is ever expanded: `$`, `*`, `~`
 * and `;` are ordinary characters, because no shell sees the command.
 */
export function splitWords(text: string): Result<readonly string[], string> {
  const words: string[] = [];
  let rest = text.trimStart();
  while (rest !== "") {
    const word = /^(?:'[^']*'|"(?:[^"\\]|\\[^])*"|\\[^]|[^\s'"\\])+/.exec(rest)?.[0];
    if (word === undefined) return err(openEnd(rest));
    words.push(unquote(word));
    const after = rest.slice(word.length);
    if (after !== "" && !/^\s/.test(after)) return err(openEnd(after));
    rest = after.trimStart();
  }
  return ok(words);
}

function openEnd(rest: string): string {
  return rest.startsWith("\\") ? "ends in a backslash" : "has a quote that is not closed";
}

function unquote(word: string): string {
  return word.replaceAll(
    /'([^']*)'|"((?:[^"\\]|\\[^])*)"|\\([^])/g,
    (_, single?: string, double?: string, escaped?: string) =>
      single ?? double?.replaceAll(/\\([^])/g, "$1") ?? escaped ?? "",
  );
}

/** The words of a command that the schema has already found to be one. */
export function commandWords(command: string | readonly string[]): readonly string[] {
  if (typeof command !== "string") return command;
  const words = splitWords(command);
  assert(words.ok, "the schema lets only commands through");
  return words.value;
}
