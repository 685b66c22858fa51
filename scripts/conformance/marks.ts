import { err, ok, type Result } from "../../src/base/result.ts";
import { splitCode } from "../layers/code_text.ts";

/** A test shows that what is asked for happens, or that what is forbidden does not. */
export type Polarity = "demands" | "forbids";

/** What the name of a test says at its end: `… [B9 demands]`. */
export interface Mark {
  readonly id: string;
  readonly polarity: Polarity;
  readonly path: string;
  /** The test's name without its marks, with the words of the row that carries them. */
  readonly title: string;
}

export interface MarkedSource {
  readonly marks: readonly Mark[];
  /** One sentence each. */
  readonly faults: readonly string[];
}

const MARK = /\[([A-Z]\d+[a-z]?) (demands|forbids)\]/g;
const ONLY_MARKS = /^(?: \[[A-Z]\d+[a-z]? (?:demands|forbids)\])+$/;
/** What somebody meant as a mark, right or wrong. */
const LIKE_A_MARK = /\[[A-Z]+\d+[a-z]?(?: \w+)+\]/g;
const FIRST_MARK = / ?\[[A-Z]+\d+[a-z]?(?: \w+)+\]/;
const NAME_OF_A_TEST = /(?:\bDeno\.test|\.step)\(\s*$/;
const VALUE_OF_A_ROW = /\b(\w+):\s*$/;

/** The marks in one test file. Those in comments count for nothing; a misplaced one is a fault. */
export function marksIn(path: string, source: string): MarkedSource {
  const { code, comments } = splitCode(source);
  const shown = shownIn(source);
  const marks: Mark[] = [];
  const faults: string[] = [];
  for (const { index, 0: found } of source.matchAll(LIKE_A_MARK)) {
    if (code.charAt(index) !== " " || comments.charAt(index) !== " ") continue;
    const title = titleOf(literalAround({ source, code, at: index }), found, shown);
    if (title.ok) marks.push(...marksOf(found, { path, title: title.value }));
    else faults.push(`${path}:${lineOf(source, index)}: ${title.error}`);
  }
  return { marks, faults };
}

function marksOf(found: string, where: Pick<Mark, "path" | "title">): Mark[] {
  return Array.from(found.matchAll(MARK), ([, id = "", polarity]) => {
    return { id, polarity: polarity === "forbids" ? "forbids" : "demands", ...where };
  });
}

interface Literal {
  /** Up to its first mark; of a template, from its beginning. */
  readonly words: string;
  /** From the first mark to its end. */
  readonly rest: string;
  /** The code before it. */
  readonly before: string;
}

/** The text between quotes that `at` lies in; a name of a test is on one line. */
function literalAround(
  { source, code, at }: { readonly source: string; readonly code: string; readonly at: number },
): Literal {
  const nearest = code.slice(0, at).trimEnd().length - 1;
  // A template that holds expressions is in pieces: its name begins at the line's first backtick.
  const isPiece = code.charAt(nearest) === "}";
  const start = isPiece ? code.indexOf("`", source.lastIndexOf("\n", at) + 1) : nearest;
  const whole = source.slice(start + 1, at + code.slice(at).search(/\S/));
  const first = whole.search(FIRST_MARK);
  return { words: whole.slice(0, first), rest: whole.slice(first), before: code.slice(0, start) };
}

function titleOf(
  { words, rest, before }: Literal,
  found: string,
  shown: readonly Shown[],
): Result<string, string> {
  if (words === "" || !ONLY_MARKS.test(rest)) {
    return err(`${found} is not "[ID demands]" or "[ID forbids]" at the end of a name`);
  }
  if (NAME_OF_A_TEST.test(before)) return ok(words);
  const key = VALUE_OF_A_ROW.exec(before)?.[1];
  const [place, ...others] = shown.filter(({ keys }) => key !== undefined && keys.includes(key));
  if (place === undefined) return err(`${found} is in no test's name`);
  // Which of several names it is that shows the row cannot be told.
  return ok(others.length > 0 ? words : place.name.replace(place.expression, () => words));
}

/** Where the name of a test takes a part of itself from: `what` in `step() waits for ${what}`. */
interface Shown {
  readonly name: string;
  /** As it stands in the name. */
  readonly expression: string;
  readonly keys: readonly string[];
}

function shownIn(source: string): Shown[] {
  const names = source.matchAll(/(?:\bDeno\.test|\.step)\(\s*(?:`([^\n]*)`|([\w.]+),)/g);
  return Array.from(names).flatMap(([, template, variable = ""]) => {
    if (template === undefined) return [shownBy(variable, variable)];
    const expressions = template.match(/\$\{[^}]*\}/g) ?? [];
    return expressions.map((expression) => shownBy(template, expression));
  });
}

function shownBy(name: string, expression: string): Shown {
  return { name, expression, keys: expression.match(/\w+/g) ?? [] };
}

function lineOf(source: string, at: number): number {
  return source.slice(0, at).split("\n").length;
}
