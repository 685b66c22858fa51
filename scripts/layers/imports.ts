import type { CodeText } from "./code_text.ts";

export interface Import {
  readonly specifier: string;
  /** Of the specifier, in the source. */
  readonly offset: number;
}

// The contents of quotes are blank in the code, hence " *" for a specifier.
const IMPORTS = [
  /\bfrom\s*["'] *["']/g,
  /\bimport\s*\(?\s*["'] *["']/g,
  /\bnew\s+URL\s*\(\s*["'] *["']\s*,\s*import\s*\.\s*meta/g,
];

/** All that a module imports or re-exports, types included, or starts as a worker. */
export function importsOf(text: CodeText): Import[] {
  return IMPORTS.flatMap((pattern) =>
    Array.from(text.code.matchAll(pattern), (match) => toImport(text, match))
  );
}

function toImport({ source, code }: CodeText, match: RegExpExecArray): Import {
  const quote = match.index + match[0].search(/["']/);
  const end = code.indexOf(code.charAt(quote), quote + 1);
  return { specifier: source.slice(quote + 1, end), offset: quote + 1 };
}
