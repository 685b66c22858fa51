/**
 * A source file taken apart by what its characters are. Both texts are as long as the source and have
 * its line ends, so an offset means the same place in all three; what does not belong is blank.
 */
export interface CodeText {
  readonly source: string;
  /** Without comments and without what stands between quotes. */
  readonly code: string;
  readonly comments: string;
}

const COMMENT = /\/\/[^\n]*|\/\*[^]*?\*\//y;
const STRING = /"(?:[^"\\\n]|\\[^])*"|'(?:[^'\\\n]|\\[^])*'/y;
const TEMPLATE_PART = /[`}](?:[^`\\$]|\\[^]|\$(?!\{))*(?:`|\$\{)/y;
const REGEXP = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
const WORD = /[\w$]+/y;

/** After one of these words, or after no value at all, a slash begins a regular expression. */
const BEFORE_REGEXP =
  /(?:^|[(,=:[!&|?{};~+\-*%<>^]|\b(?:return|typeof|case|in|of|do|else|void|throw|await|yield))\s*$/;
const LOOK_BEHIND = 40;

type Kind = "code" | "comment" | "literal";

interface Piece {
  readonly kind: Kind;
  readonly text: string;
}

export function splitCode(source: string): CodeText {
  let code = "";
  let comments = "";
  for (const { kind, text } of pieces(source)) {
    code += kind === "code" ? text : kind === "literal" ? blankInside(text) : blank(text);
    comments += kind === "comment" ? text : blank(text);
  }
  return { source, code, comments };
}

/** One per token, or per character where no rule for a token fits. */
function* pieces(source: string): Generator<Piece> {
  // One entry for each open brace: whether it is the "${" of a template, so that its "}" goes on with it.
  const braces: boolean[] = [];
  let before = "";
  for (let at = 0; at < source.length;) {
    const piece = pieceAt(source, at, { before, inTemplate: braces.at(-1) === true });
    yield piece;
    at += piece.text.length;
    if (piece.kind === "comment") continue;
    before = `${before}${piece.kind === "literal" ? `"` : piece.text}`.slice(-LOOK_BEHIND);
    followBraces(braces, piece);
  }
}

function pieceAt(
  source: string,
  at: number,
  context: { readonly before: string; readonly inTemplate: boolean },
): Piece {
  const first = source.charAt(at);
  const comment = match(COMMENT, source, at);
  if (comment !== undefined) return { kind: "comment", text: comment };
  const string = match(STRING, source, at);
  if (string !== undefined) return { kind: "literal", text: string };
  if (first === "`" || (first === "}" && context.inTemplate)) {
    const part = match(TEMPLATE_PART, source, at);
    if (part !== undefined) return { kind: "literal", text: part };
  }
  if (first === "/" && BEFORE_REGEXP.test(context.before)) {
    const regexp = match(REGEXP, source, at);
    if (regexp !== undefined) return { kind: "literal", text: regexp };
  }
  return { kind: "code", text: match(WORD, source, at) ?? first };
}

function followBraces(braces: boolean[], { kind, text }: Piece): void {
  if (text.startsWith("}")) braces.pop();
  if (kind === "literal" && text.endsWith("${")) braces.push(true);
  else if (text === "{") braces.push(false);
}

function match(pattern: RegExp, source: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0];
}

function blank(text: string): string {
  return text.replaceAll(/[^\n]/g, " ");
}

/** Keeps the quotes, which tell an import where its specifier is. */
function blankInside(text: string): string {
  return text.charAt(0) + blank(text.slice(1, -1)) + text.slice(-1);
}
