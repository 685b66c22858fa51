import { KindGuard, type TSchema } from "@sinclair/typebox";
import { type ValueError, ValueErrorType } from "@sinclair/typebox/value";
import { DATE } from "./document.ts";
import { describeFormat } from "./formats.ts";
import { formatPath, type KeyPath } from "./key_path.ts";

const SHOWN_CHARACTERS = 60;

/** What is wrong with the value of `error`, without it where it is secret, and what is allowed. */
export function describeMismatch(
  error: ValueError,
  at: KeyPath,
): { problem: string; hint: string } {
  const { schema, value } = error;
  const hint = allowedValues(schema, at);
  if (error.type === ValueErrorType.StringFormat) {
    const form = describeFormat(String(schema["format"]), String(value));
    return { problem: `${showValue(schema, value)} ${form.problem}`, hint: form.hint };
  }
  if (error.type === ValueErrorType.ArrayMaxItems) {
    const count = Array.isArray(value) ? value.length : 0;
    return { problem: `is a list of ${count}`, hint: `${schema["maxItems"]} at most` };
  }
  return { problem: problemOf(error), hint };
}

function problemOf({ type, schema, value }: ValueError): string {
  const shown = showValue(schema, value);
  switch (type) {
    case ValueErrorType.IntegerMinimum:
    case ValueErrorType.IntegerMaximum:
    case ValueErrorType.NumberMinimum:
    case ValueErrorType.NumberMaximum:
      return `${shown} is out of range`;
    case ValueErrorType.ArrayMinItems:
      return "is an empty list";
    case ValueErrorType.StringMinLength:
      return "is empty";
    case ValueErrorType.StringPattern:
      return `${shown} is not allowed`;
    default:
      return typeof value === "object" || value === DATE
        ? `is ${shown}, not ${kindName(schema)}`
        : `${shown} is not ${kindName(schema)}`;
  }
}

function showValue(schema: TSchema, value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (value === DATE) return "a date";
  if (typeof value === "object") return value === null ? "null" : "a table";
  if (schema["secret"] === true) return "***";
  // A text where a table or list should be could be a secret that lost its key.
  if (KindGuard.IsObject(schema) || KindGuard.IsArray(schema)) {
    return typeof value === "string" ? "a text" : `a ${typeof value}`;
  }
  const text = JSON.stringify(value) ?? String(value);
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}

function kindName(schema: TSchema): string {
  if (KindGuard.IsInteger(schema)) return "a whole number";
  if (KindGuard.IsNumber(schema)) return "a number";
  if (KindGuard.IsBoolean(schema)) return "true or false";
  if (KindGuard.IsString(schema)) return "a text";
  if (KindGuard.IsArray(schema)) return "a list";
  if (KindGuard.IsObject(schema)) return "a table";
  return isChoice(schema) ? "one of the choices" : "a text or a list of texts";
}

/** What a key takes, as the hint of a fault. */
export function allowedValues(schema: TSchema, at: KeyPath): string {
  const note = schema["note"] === undefined ? "" : `; ${schema["note"]}`;
  return `${allowedOf(schema, at)}${note}`;
}

function allowedOf(schema: TSchema, at: KeyPath): string {
  if (KindGuard.IsInteger(schema) || KindGuard.IsNumber(schema)) {
    return `${schema.minimum} to ${schema.maximum}`;
  }
  if (KindGuard.IsBoolean(schema)) return "true or false, without quotes";
  if (KindGuard.IsString(schema)) return allowedText(schema.format);
  if (KindGuard.IsArray(schema)) return allowedList(schema.items, at);
  if (!KindGuard.IsUnion(schema)) return "a table";
  const [first] = schema.anyOf;
  if (!isChoice(schema) && first !== undefined) return `${allowedOf(first, at)}; or a list of them`;
  return schema.anyOf.map((variant) => JSON.stringify(variant["const"])).join(", ");
}

function allowedText(format: string | undefined): string {
  return format === undefined
    ? "a text of at least one character"
    : describeFormat(format, "").hint;
}

function allowedList(items: TSchema, at: KeyPath): string {
  return KindGuard.IsObject(items)
    ? `a list of tables, in TOML [[${formatPath(at.filter((step) => typeof step === "string"))}]]`
    : `a list: ${allowedOf(items, at)}`;
}

function isChoice(schema: TSchema): boolean {
  return KindGuard.IsUnion(schema) &&
    schema.anyOf.every((variant) => KindGuard.IsLiteral(variant));
}
