import { KindGuard, type TObject, type TSchema, type TString } from "@sinclair/typebox";
import { ConfigSchema } from "../src/config/schema.ts";

const HEADING = "### All keys";

/** What a text of each form is. */
const FORMS: Readonly<Record<string, string>> = {
  "ip-address": "address",
  "ip-address-or-prefix": "address with optional /length",
  "ipv4-mask": "mask",
  "interface-name": "name of an interface",
  "ethernet-interface": "name of an interface",
  path: "path",
  "path-or-off": 'path, or ""',
  name: "name",
  command: "words as one text",
  host: "address:port",
  "user-line": "line made by rvrrpd-pw",
  "hmac-key": "32 to 64 bytes, or hex: and digits",
};

interface Row {
  readonly key: string;
  readonly allowed: string;
  /** Empty where there is none. */
  readonly fallback: string;
  readonly meaning: string;
}

/** The README's reference of all keys: a table of them for each table of a configuration. */
export function referenceText(): string {
  const { vrouter, protocols, api, ...general } = ConfigSchema.properties;
  const routes = protocols.properties.static;
  return [
    HEADING,
    ...section("Outside of all tables", { ...ConfigSchema, properties: general }),
    ...section("In each `[[vrouter]]`", vrouter.items),
    ...section("In each `[[protocols.static]]`", routes.items),
    ...section("In `[api]`", api),
  ].join("\n\n") + "\n";
}

/** `readme` with the reference in the place of the one that it has. */
export function withReference(readme: string): string {
  const start = readme.indexOf(`${HEADING}\n`);
  if (start === -1) throw new Error(`Cannot place the reference: README.md has no "${HEADING}"`);
  const rest = readme.slice(start + HEADING.length);
  const next = rest.search(/\n##+ /);
  return readme.slice(0, start) + referenceText() + (next === -1 ? "" : rest.slice(next));
}

function section(heading: string, table: TObject): string[] {
  return [`${heading}:`, markdownTable(rowsOf(table))];
}

/** A key that is a table itself is followed by the keys in it. */
function rowsOf(table: TObject, prefix = ""): Row[] {
  return Object.entries<TSchema>(table.properties).flatMap(([name, schema]) => {
    const key = `${prefix}${name}`;
    const inner = tableIn(schema);
    return [rowOf(key, schema, required(table, name)), ...inner ? rowsOf(inner, `${key}.`) : []];
  });
}

function tableIn(schema: TSchema): TObject | undefined {
  const inner = KindGuard.IsArray(schema) ? schema.items : schema;
  return KindGuard.IsObject(inner) ? inner : undefined;
}

function required(table: TObject, name: string): boolean {
  return table.required?.includes(name) === true;
}

function rowOf(key: string, schema: TSchema, isRequired: boolean): Row {
  const { description = "" } = schema;
  return {
    key: `\`${key}\``,
    allowed: allowedOf(schema),
    fallback: fallbackOf(schema, isRequired),
    meaning: description,
  };
}

/** Of a table, each key in it has its own. */
function fallbackOf(schema: TSchema, isRequired: boolean): string {
  if (KindGuard.IsObject(schema)) return "";
  if (schema.default !== undefined) return `\`${JSON.stringify(schema.default)}\``;
  return isRequired ? "required" : "";
}

function allowedOf(schema: TSchema): string {
  if (KindGuard.IsInteger(schema) || KindGuard.IsNumber(schema)) {
    return `${schema.minimum} to ${schema.maximum}`;
  }
  if (KindGuard.IsBoolean(schema)) return "true, false";
  if (KindGuard.IsLiteral(schema)) return JSON.stringify(schema.const);
  if (KindGuard.IsUnion(schema)) return allowedOfUnion(schema.anyOf);
  if (KindGuard.IsArray(schema)) return listOf(schema.items);
  return KindGuard.IsString(schema) ? formOf(schema) : "table";
}

function listOf(items: TSchema): string {
  return KindGuard.IsObject(items) ? "list of tables" : `list: ${allowedOf(items)}`;
}

/** A choice, or one thing that may also be a list. */
function allowedOfUnion(variants: readonly TSchema[]): string {
  const [first, ...rest] = variants.map(allowedOf);
  const isChoice = variants.every((variant) => KindGuard.IsLiteral(variant));
  if (isChoice || first === undefined) return [first, ...rest].join(", ");
  return rest.includes(`list: ${first}`) ? `${first}, or a list of them` : `${first}, or as a list`;
}

function formOf({ format }: TString): string {
  const form = format === undefined ? "text" : FORMS[format];
  if (form === undefined) throw new Error(`Cannot describe the form "${format}": add it to FORMS`);
  return form;
}

/** In the form that the formatter gives it: cells as wide as the widest of their column. */
function markdownTable(rows: readonly Row[]): string {
  const cells = [
    ["key", "allowed", "default", "meaning"],
    ...rows.map(({ key, allowed, fallback, meaning }) => [key, allowed, fallback, meaning]),
  ].map((line) => line.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = (cells[0] ?? []).map((_, column) => {
    return Math.max(...cells.map((line) => line[column]?.length ?? 0));
  });
  const [heading, ...body] = cells.map((line) => {
    return `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  });
  return [heading, `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...body]
    .join("\n");
}
