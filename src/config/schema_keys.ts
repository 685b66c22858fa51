import { type TSchema, Type } from "@sinclair/typebox";

/** What a key says of itself beyond its type. */
interface KeyOptions {
  /** One sentence of help. */
  readonly description: string;
  /** Stands after the allowed range in a fault. */
  readonly note?: string;
  /** The value must never be shown. */
  readonly secret?: true;
}

const DAY_S = 86_400;

/** One of a closed list. */
export function choice<const T extends string | number>(
  values: readonly T[],
  options: KeyOptions & { readonly default?: NoInfer<T> },
) {
  const literals = values.map((value) => Type.Literal(value));
  return Type.Unsafe<T>(Type.Union(literals, options));
}

/** Seconds with fractions down to a millisecond, a day at most. */
export function seconds(options: KeyOptions & { readonly default?: number }) {
  return Type.Number({ minimum: 0, maximum: DAY_S, ...options });
}

export function flag(options: KeyOptions & { readonly default?: boolean }) {
  return Type.Boolean(options);
}

/** A text in one of the forms of formats.ts. */
export function text(format: string, options: KeyOptions & { readonly default?: string }) {
  return Type.String({ format, ...options });
}

/** One `item`, or a list with at least one. */
export function oneOrMore<T extends TSchema>(
  item: T,
  { maxItems, ...options }: KeyOptions & { readonly maxItems: number },
) {
  return Type.Union([item, Type.Array(item, { minItems: 1, maxItems, ...options })], options);
}

/** A program with its arguments: a list of words, or one text to be split into words. */
export function command(options: KeyOptions) {
  const word = Type.String({ pattern: "^[^\\u0000]*$", description: "One argument." });
  return Type.Union(
    [text("command", options), Type.Array(word, { minItems: 1, ...options })],
    options,
  );
}

/** As keepalived has it; 0 stands for "all or nothing". */
export function weight(options: { readonly default: number; readonly description: string }) {
  return Type.Integer({ minimum: -253, maximum: 253, ...options });
}
