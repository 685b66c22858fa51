import type { Statement } from "./blocks.ts";
import type { Section } from "./section.ts";

/** What a rule has to say when something of a statement does not go over. */
type Remark = string | undefined;

/** A keyword that has a counterpart. `D` collects what is read. */
export interface Mapping<D> {
  /** The key of ours, or what of ours always behaves so. */
  readonly to: string;
  /** How many values may follow the keyword; 1 by default. */
  readonly values?: number;
  /** It may stand several times, and all of them count. */
  readonly repeats?: true;
  /** It has a block. */
  readonly block?: true;
  /** Gives what does not go over, and why; throws nothing. */
  readonly read: (statement: Statement, draft: D) => Remark;
}

/** A keyword without counterpart, and why. */
export interface NoCounterpart {
  readonly because: string;
}

/** The keywords of one kind of block. */
export type Rules<D> = Readonly<Record<string, Mapping<D> | NoCounterpart>>;

export interface WalkOptions<D> {
  readonly rules: Rules<D>;
  readonly draft: D;
  /** Takes what is to be said. */
  readonly section: Section;
}

/**
 * Reads a block by its rules. Every statement ends as carried over, as a remark, or as both: nothing
 * is dropped in silence, whatever stands there.
 */
export function walk<D>(statements: readonly Statement[], options: WalkOptions<D>): void {
  const { rules, draft, section } = options;
  const seen = new Set<string>();
  for (const statement of statements) {
    const [keyword = ""] = statement.words;
    const rule = Object.hasOwn(rules, keyword) ? rules[keyword] : undefined;
    if (rule === undefined || statement.elsewhere !== undefined) {
      section.quote(statement, strangeText(statement));
    } else if ("because" in rule) {
      section.quote(statement, `no counterpart: ${rule.because}`);
    } else {
      if (seen.has(keyword)) section.remark(statement, "stands here again: this later one counts");
      if (rule.repeats === undefined) seen.add(keyword);
      readMapped(statement, rule, { draft, section });
    }
  }
}

function strangeText({ words, elsewhere }: Statement): string {
  if (elsewhere !== undefined) return "for a machine of another name (convert -i NAME takes it)";
  if (words.length === 0) return "a block without a keyword";
  return "not known to this converter: left out";
}

function readMapped<D>(
  statement: Statement,
  rule: Mapping<D>,
  { draft, section }: { readonly draft: D; readonly section: Section },
): void {
  const { values = 1, block } = rule;
  const surplus = statement.words.slice(1 + values);
  if (surplus.length > 0) {
    section.remark(statement, "more values than it takes: the rest is left out");
  }
  if (block === undefined && statement.block !== undefined) {
    section.quote(statement, "a block where none belongs: its content is left out");
  }
  if (block && statement.block === undefined) {
    section.remark(statement, "its block is missing");
    return;
  }
  const remark = rule.read(statement, draft);
  if (remark === undefined) section.carry(statement, rule.to);
  else section.remark(statement, remark);
}
