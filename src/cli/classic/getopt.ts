import { err, ok, type Result } from "../../base/result.ts";

/** What each known option letter takes. */
export type Letters = Readonly<Record<string, "nothing" | "value">>;

export interface CommandLine {
  /** Values by letter, "" for an option that takes none; of one given twice, the later. */
  readonly options: ReadonlyMap<string, string>;
  readonly operands: readonly string[];
}

/**
 * Splits a command line as getopt(3) of glibc does: options alone or in bundles (`-snv1`), values
 * beside them or in the next word, operands also before options, and nothing but operands after
 * `--`. The error is a sentence; it holds no value, which might be a secret.
 */
export function getopt(args: readonly string[], letters: Letters): Result<CommandLine, string> {
  const options = new Map<string, string>();
  const operands: string[] = [];
  const words = [...args];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === "--") return ok({ options, operands: [...operands, ...words] });
    if (word === "-" || !word.startsWith("-")) operands.push(word);
    else {
      const problem = takeBundle(word, { letters, words, options });
      if (problem !== undefined) return err(problem);
    }
  }
  return ok({ options, operands });
}

function takeBundle(
  word: string,
  { letters, words, options }: {
    readonly letters: Letters;
    /** Those that follow; a value may be the first of them. */
    readonly words: string[];
    readonly options: Map<string, string>;
  },
): string | undefined {
  if (word.startsWith("--")) return `Unknown option ${word.replace(/=.*/s, "")}`;
  const [, ...bundle] = word;
  for (const [index, letter] of bundle.entries()) {
    const kind = Object.hasOwn(letters, letter) ? letters[letter] : undefined;
    if (kind === undefined) return `Unknown option -${letter}`;
    if (kind === "nothing") options.set(letter, "");
    else {
      const value = index + 1 < bundle.length ? bundle.slice(index + 1).join("") : words.shift();
      if (value === undefined) return `Option -${letter} is without its value`;
      options.set(letter, value);
      return undefined;
    }
  }
  return undefined;
}
