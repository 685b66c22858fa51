import { err, ok, type Result } from "../base/result.ts";
import type { ConfigLine } from "./expand.ts";
import type { Place, Trouble } from "./place.ts";
import { tokenize } from "./words.ts";

/** One line of keepalived's language: a keyword with its values, and perhaps a block. */
export interface Statement {
  readonly place: Place;
  /** The keyword first; none where a block stands alone. */
  readonly words: readonly string[];
  readonly block?: readonly Statement[];
  /** The whole line, where it begins with `@` and is for a machine of another name. */
  readonly elsewhere?: string;
}

/** Statements are made from the outside in; the block is filled while its lines are read. */
interface Draft {
  readonly place: Place;
  readonly words: string[];
  block?: Draft[];
  elsewhere?: string;
}

/** Nobody nests deeper; what does would only overflow the stack of those who walk the blocks. */
const MAX_DEPTH = 100;

/** Builds the blocks. The trouble is braces that do not match, with their line. */
export function parseBlocks(lines: readonly ConfigLine[]): Result<readonly Statement[], Trouble> {
  const reader = new BlockReader();
  for (const line of lines) {
    const trouble = reader.line(line);
    if (trouble !== undefined) return err({ place: line.place, text: trouble });
  }
  const open = reader.open;
  if (open === undefined) return ok(reader.top);
  const name = open.words.join(" ");
  return err({ place: open.place, text: `the block "${name}" is not closed: a } is missing` });
}

class BlockReader {
  readonly top: Draft[] = [];
  /** The statements whose blocks are open, from the outside in. */
  readonly #open: Draft[] = [];
  #current: Draft | undefined;

  get open(): Draft | undefined {
    return this.#open.at(-1);
  }

  /** Gives what is wrong with the braces. */
  line({ text, place, elsewhere }: ConfigLine): string | undefined {
    if (elsewhere) {
      this.#add({ place, words: [], elsewhere: text });
      this.#current = undefined;
      return undefined;
    }
    const tokens = tokenize(text);
    // A brace at the start of a line opens the block of the statement before.
    if (tokens[0]?.kind !== "open") this.#current = undefined;
    for (const token of tokens) {
      const trouble = token.kind === "word"
        ? this.#word(token.text, place)
        : token.kind === "open"
        ? this.#openBlock(place)
        : this.#closeBlock();
      if (trouble !== undefined) return trouble;
    }
    return undefined;
  }

  #word(text: string, place: Place): undefined {
    if (this.#current === undefined) this.#current = this.#add({ place, words: [] });
    this.#current.words.push(text);
  }

  #openBlock(place: Place): string | undefined {
    if (this.#open.length >= MAX_DEPTH) return `blocks are more than ${MAX_DEPTH} deep`;
    const owner = this.#current?.block === undefined && this.#current !== undefined
      ? this.#current
      : this.#add({ place, words: [] });
    owner.block = [];
    this.#open.push(owner);
    this.#current = undefined;
    return undefined;
  }

  #closeBlock(): string | undefined {
    const closed = this.#open.pop();
    this.#current = undefined;
    return closed === undefined ? "a } closes no block" : undefined;
  }

  #add(draft: Draft): Draft {
    (this.open?.block ?? this.top).push(draft);
    return draft;
  }
}
