import type { Statement } from "./blocks.ts";

/** The value behind the keyword; "" where there is none. */
export function valueOf({ words }: Statement): string {
  return words[1] ?? "";
}

/** The lines of the statement's block, each with its keyword before it. */
export function linesOf({ words: [keyword = ""], block = [] }: Statement): Statement[] {
  return block.map((line) => ({ ...line, words: [keyword, ...line.words] }));
}

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** A whole number in `range`, in decimal; `undefined` for anything else. */
export function wholeNumber(text: string, { min, max }: Range): number | undefined {
  const value = /^[+-]?\d{1,10}$/.test(text) ? Number(text) : NaN;
  return value >= min && value <= max ? value : undefined;
}

/** A decimal number in `range`, such as 2.5 or .25; `undefined` for anything else. */
export function decimal(text: string, { min, max }: Range): number | undefined {
  const value = /^(?:\d{1,9}(?:\.\d*)?|\.\d+)$/.test(text) ? Number(text) : NaN;
  return value >= min && value <= max ? value : undefined;
}

/** A switch; the keyword alone turns it on (keepalived.conf(5), "Parameter syntax"). */
export function flag(statement: Statement): boolean | undefined {
  const text = valueOf(statement);
  if (/^(?:|on|true|yes)$/i.test(text)) return true;
  return /^(?:off|false|no)$/i.test(text) ? false : undefined;
}

/** As a remark. */
export function notAllowed(statement: Statement, { min, max }: Range): string {
  return `"${valueOf(statement)}" is no number from ${min} to ${max}: left out`;
}

/** A name that our configuration takes: other characters become "-". */
export function asName(text: string): string {
  return text.replaceAll(/[^\w.@-]/g, "-").slice(0, 64) || "-";
}
