export type TomlValue = string | number | boolean | readonly TomlValue[] | TomlTable;
export interface TomlTable {
  readonly [key: string]: TomlValue;
}

export interface ConfigTables {
  readonly general: TomlTable;
  readonly routers: readonly TomlTable[];
}

/** A configuration file's text: the general keys, then a `[[vrouter]]` table for each router. */
export function tomlText({ general, routers }: ConfigTables): string {
  const tables = routers.map((router) => `\n[[vrouter]]\n${lines(router)}`);
  return [lines(general), ...tables].join("");
}

function lines(table: TomlTable): string {
  return Object.entries(table).map(([key, value]) => `${key} = ${valueText(value)}\n`).join("");
}

function valueText(value: TomlValue): string {
  // TOML's basic strings take every escape that JSON writes.
  if (typeof value !== "object") return JSON.stringify(value);
  if (isList(value)) return `[${value.map(valueText).join(", ")}]`;
  const pairs = Object.entries(value).map(([key, item]) => `${key} = ${valueText(item)}`);
  return `{ ${pairs.join(", ")} }`;
}

// Array.isArray() does not narrow readonly arrays.
function isList(value: readonly TomlValue[] | TomlTable): value is readonly TomlValue[] {
  return Array.isArray(value);
}
