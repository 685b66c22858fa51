import { KindGuard, type TObject, type TSchema } from "@sinclair/typebox";
import { ConfigSchema } from "./schema.ts";

/** Stands for whatever is secret. */
export const HIDDEN = "***";

/**
 * A configuration for others to read: every key of the schema in the words of the file, `null` where
 * it is absent, and nothing secret.
 */
export function publishedConfig(config: unknown): Readonly<Record<string, unknown>> {
  return publishedTable(ConfigSchema, config);
}

function publishedTable(schema: TObject, table: unknown): Record<string, unknown> {
  const given = typeof table === "object" && table !== null ? { ...table } : {};
  const values: Record<string, unknown> = given;
  return Object.fromEntries(
    Object.entries(schema.properties).map(([key, property]) => [
      key,
      published(property, values[key]),
    ]),
  );
}

function published(schema: TSchema, value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (KindGuard.IsArray(schema) && Array.isArray(value)) {
    const { items } = schema;
    return value.map((one) =>
      KindGuard.IsObject(items) ? publishedTable(items, one) : published(items, one)
    );
  }
  if (KindGuard.IsObject(schema)) return emptyToNull(publishedTable(schema, value));
  return schema["secret"] === true ? HIDDEN : value;
}

/** A table in which nothing stands is as good as none. */
function emptyToNull(table: Readonly<Record<string, unknown>>): unknown {
  return Object.values(table).every((value) => value === null) ? null : table;
}
