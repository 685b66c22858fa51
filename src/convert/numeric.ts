import type { Statement } from "./blocks.ts";
import type { Mapping } from "./rules.ts";
import { notAllowed, type Range, valueOf } from "./values.ts";

export interface Numeric<D> {
  readonly to: string;
  readonly range: Range;
  /** Such as `wholeNumber`. */
  readonly read: (text: string, range: Range) => number | undefined;
  readonly set: (draft: D, value: number, statement: Statement) => void;
}

/** The rule of a keyword with one number; what is out of range is remarked and left out. */
export function numeric<D>({ to, range, read, set }: Numeric<D>): Mapping<D> {
  return {
    to,
    read: (statement, draft) => {
      const value = read(valueOf(statement), range);
      if (value === undefined) return notAllowed(statement, range);
      set(draft, value, statement);
      return undefined;
    },
  };
}
