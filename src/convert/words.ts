/** A part of a line: a word, or a brace that opens or closes a block. */
export type Token =
  | { readonly kind: "word"; readonly text: string }
  | { readonly kind: "open" }
  | { readonly kind: "close" };

/**
 * Splits a line at blanks. Quotes keep blanks together and go away, also in the middle of a word; a
 * backslash takes the next character along and stays, for only scripts give it a meaning.
 */
export function tokenize(line: string): Token[] {
  return Array.from(
    line.matchAll(/(?:"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'|\\\S|[^\s"'\\]|["'\\])+/g),
    ([written]) => splitBraces(written),
  ).flat();
}

/** Braces stand alone or at the edges of a word; `${NAME}` and the like in the middle are text. */
function splitBraces(written: string): Token[] {
  if (written === "{") return [{ kind: "open" }];
  if (written === "}") return [{ kind: "close" }];
  if (/^[{}]/.test(written)) {
    return [...splitBraces(written.slice(0, 1)), ...splitBraces(written.slice(1))];
  }
  const edge = /[{}]$/.exec(written)?.[0];
  const inner = written.slice(0, -1);
  if (edge !== undefined && !(edge === "}" && inner.includes("{"))) {
    return [...(inner === "" ? [] : splitBraces(inner)), ...splitBraces(edge)];
  }
  return [{ kind: "word", text: withoutQuotes(written) }];
}

function withoutQuotes(written: string): string {
  return written.replaceAll(
    /"((?:[^"\\]|\\[^])*)"|'((?:[^'\\]|\\[^])*)'/g,
    (_, double?: string, single?: string) => double ?? single ?? "",
  );
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  E: "\x1b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/** The program and its arguments in a script's text: single and double quotes, escapes as in C. */
export function splitCommand(text: string): string[] {
  const words = text.matchAll(
    /(?:"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'|\\[^]|[^\s"'\\]|["'\\])+/g,
  );
  return Array.from(words, ([written]) =>
    written.replaceAll(
      /\\(x[0-9a-f]{1,2}|[0-7]{1,3}|[^])|"((?:[^"\\]|\\[^])*)"|'((?:[^'\\]|\\[^])*)'/gi,
      (_, escape?: string, double?: string, single?: string) =>
        escape === undefined ? unescape(double ?? single ?? "") : unescapeOne(escape),
    ));
}

function unescape(text: string): string {
  return text.replaceAll(
    /\\(x[0-9a-f]{1,2}|[0-7]{1,3}|[^])/gi,
    (_, escape: string) => unescapeOne(escape),
  );
}

function unescapeOne(escape: string): string {
  if (/^x./i.test(escape)) return String.fromCharCode(Number.parseInt(escape.slice(1), 16));
  if (/^[0-7]/.test(escape)) return String.fromCharCode(Number.parseInt(escape, 8) & 0xff);
  return ESCAPES[escape] ?? escape;
}
