/** As much of JSON Schema (draft 2020-12) as ours use. */
interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
  readonly items?: Schema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
}

/** What does not fit the schema, one line each. */
export function mismatches(schema: unknown, value: unknown, at = "$"): string[] {
  const { anyOf, ...own } = schema as Schema;
  if (anyOf !== undefined) {
    const fits = anyOf.some((one) => mismatches(one, value, at).length === 0);
    return fits ? [] : [`${at}: ${JSON.stringify(value)} fits none of the choices`];
  }
  return [...ofValue(own, value, at), ...ofParts(own, value, at)];
}

function ofValue(schema: Schema, value: unknown, at: string): string[] {
  const { type, const: only, enum: choices, minimum, maximum, pattern } = schema;
  const isWrong = (type !== undefined && !hasType(type, value)) ||
    (only !== undefined && value !== only) ||
    (choices !== undefined && !choices.includes(value)) ||
    (minimum !== undefined && typeof value === "number" && value < minimum) ||
    (maximum !== undefined && typeof value === "number" && value > maximum) ||
    (pattern !== undefined && typeof value === "string" && !new RegExp(pattern).test(value));
  return isWrong ? [`${at}: ${JSON.stringify(value)} is not as ${JSON.stringify(schema)}`] : [];
}

function ofParts(schema: Schema, value: unknown, at: string): string[] {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return [];
    return value.flatMap((one, index) => mismatches(items, one, `${at}[${index}]`));
  }
  if (typeof value !== "object" || value === null) return [];
  const { required = [], properties = {}, patternProperties = {} } = schema;
  const missing = required.filter((key) => !(key in value)).map((key) => `${at}.${key} is missing`);
  return [
    ...missing,
    ...Object.entries(value).flatMap(([key, one]) => {
      const own = properties[key] ??
        Object.entries(patternProperties).find(([pattern]) => new RegExp(pattern).test(key))?.[1];
      if (own !== undefined) return mismatches(own, one, `${at}.${key}`);
      return schema.additionalProperties === false ? [`${at}.${key} is too much`] : [];
    }),
  ];
}

function hasType(type: string, value: unknown): boolean {
  if (type === "null") return value === null;
  if (type === "array") return Array.isArray(value);
  if (type === "object") {
    return typeof value === "object" && value !== null && !Array.isArray(value);
  }
  if (type === "integer") return Number.isInteger(value);
  const kind: string = typeof value;
  return kind === type;
}
