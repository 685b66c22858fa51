/** A line that stands for several: what to set before each of them, and the rest of the line. */
export interface Repetition {
  readonly rounds: readonly Readonly<Record<string, string>>[];
  readonly rest: string;
}

/** More rounds than virtual routers that one machine could have. */
const MAX_ROUNDS = 65_536;

/**
 * Reads `~SEQ(var, start, step, end)`, `~SEQx(…)` or `~LST(var, value, …)` at the start of a line
 * (keepalived.conf(5), "Sequence blocks", "List blocks"). Gives `undefined` where the line is none of
 * these, or none that makes sense.
 */
export function repetition(line: string): Repetition | undefined {
  const head = /^~(SEQx?|LST)\(((?:\{[^}]*\}|[^(){}])*)\)\s*/.exec(line);
  if (head === null) return undefined;
  const [all, kind, inner = ""] = head;
  const parts = splitList(inner);
  const rounds = kind === "LST" ? listRounds(parts) : sequenceRounds(parts, kind === "SEQx");
  return rounds && { rounds, rest: line.slice(all.length) };
}

/** Splits at commas outside of braces. */
function splitList(text: string): string[] {
  return Array.from(text.matchAll(/(?:\{[^}]*\}|[^,{])+/g), ([part]) => part.trim());
}

function listRounds(parts: readonly string[]): Record<string, string>[] {
  const [names = "", ...values] = parts.map(unbrace);
  const keys = splitList(names);
  return values.map((value) => {
    const items = keys.length === 1 ? [value] : splitList(value);
    return Object.fromEntries(keys.map((key, index) => [key, items[index] ?? ""]));
  });
}

function unbrace(text: string): string {
  return text.replace(/^\{(.*)\}$/s, "$1");
}

function sequenceRounds(parts: readonly string[], hex: boolean) {
  const [name = "", ...texts] = parts;
  const numbers = texts.map(wholeNumber);
  if (name === "" || numbers.includes(NaN) || numbers.length < 1 || numbers.length > 3) {
    return undefined;
  }
  const { start, step, end } = sequence(numbers);
  const count = Math.floor((end - start) / step) + 1;
  if (!(count >= 1 && count <= MAX_ROUNDS)) return undefined;
  return Array.from({ length: count }, (_, index) => ({
    [name]: (start + index * step).toString(hex ? 16 : 10),
  }));
}

/** One number is the end, two are start and end, three have the step between them. */
function sequence(numbers: readonly number[]) {
  const end = numbers.at(-1) ?? 0;
  const start = numbers.length > 1 ? numbers[0] ?? 0 : end > 0 ? 1 : -1;
  const step = numbers.length === 3 ? numbers[1] ?? 0 : end < start ? -1 : 1;
  return { start, step, end };
}

function wholeNumber(text: string): number {
  return /^-?(?:0x[0-9a-f]+|\d+)$/i.test(text)
    ? text.startsWith("-") ? -Number(text.slice(1)) : Number(text)
    : NaN;
}
