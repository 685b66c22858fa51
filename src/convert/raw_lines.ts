import type { Place } from "./place.ts";

/** A line without comment and outer blanks, with the lines that it is continued by. */
export interface RawLine {
  readonly text: string;
  readonly place: Place;
}

interface OpenLine {
  readonly parts: string[];
  readonly line: number;
  readonly separator: "\n" | " ";
}

/** People write no longer ones; patterns on much longer ones would exhaust the stack. */
export const MAX_LINE_CHARACTERS = 65_536;

const LINE_END = /\r\n|\r|\n/;

/**
 * Splits a file into lines: comments (`#` and `!` outside of quotes) are cut off, a backslash at the
 * end joins the next line. In the definition of a parameter the joined lines stay lines.
 */
export function rawLines({ text, file }: { readonly text: string; readonly file: string }) {
  const lines: RawLine[] = [];
  let open: OpenLine | undefined;
  const close = () => {
    if (open === undefined) return;
    const joined = open.parts.join(open.separator);
    if (joined.trim() !== "") lines.push({ text: joined, place: { file, line: open.line } });
    open = undefined;
  };
  for (const [index, whole] of text.split(LINE_END).entries()) {
    const line = withoutComment(whole).trim();
    const goesOn = line.endsWith("\\");
    const part = goesOn ? line.slice(0, -1).trimEnd() : line;
    if (open === undefined) {
      open = { parts: [part], line: index + 1, separator: isDefinition(part) ? "\n" : " " };
    } else open.parts.push(part);
    if (!goesOn) close();
  }
  close();
  return lines;
}

function isDefinition(text: string): boolean {
  return /^(?:@\S{1,256}\s+)?\$[A-Za-z_]\w*=/.test(text);
}

/** A line that is too long stays whole: it is refused by the one who reads it. */
function withoutComment(line: string): string {
  if (line.length > MAX_LINE_CHARACTERS) return line;
  return /^(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\\.|[^#!])*/s.exec(line)?.[0] ?? "";
}
