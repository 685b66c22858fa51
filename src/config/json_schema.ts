import { KindGuard, type TObject, type TSchema } from "@sinclair/typebox";

const REWRITTEN = new Set(["note", "secret", "anyOf", "items", "properties", "required"]);

/**
 * Turns one of our schemas into plain JSON Schema: keys with a default are not required, secrets
 * are `writeOnly`, a choice is an `enum`, and our own annotations are gone.
 */
export function publishSchema(schema: TSchema): Record<string, unknown> {
  const plain = Object.entries(schema).filter(([key]) => !REWRITTEN.has(key));
  return {
    ...Object.fromEntries(plain),
    ...(schema["secret"] === true ? { writeOnly: true } : {}),
    ...(KindGuard.IsUnion(schema) ? publishUnion(schema.anyOf) : {}),
    ...(KindGuard.IsArray(schema) ? { items: publishSchema(schema.items) } : {}),
    ...(KindGuard.IsObject(schema) ? publishTable(schema) : {}),
  };
}

function publishUnion(variants: readonly TSchema[]): Record<string, unknown> {
  return variants.every((variant) => KindGuard.IsLiteral(variant))
    ? { enum: variants.map((variant) => variant.const) }
    : { anyOf: variants.map(publishSchema) };
}

function publishTable(schema: TObject): Record<string, unknown> {
  const keys = Object.entries(schema.properties);
  const required = (schema.required ?? []).filter((key) =>
    schema.properties[key]?.default === undefined
  );
  return {
    properties: Object.fromEntries(keys.map(([key, value]) => [key, publishSchema(value)])),
    ...(required.length === 0 ? {} : { required }),
  };
}
