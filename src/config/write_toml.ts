import { isList, tomlEntry, tomlKey, type TomlTable, type TomlValue } from "../base/toml.ts";

/**
 * A configuration as TOML 1.0, in the order of its keys, as far as TOML allows that: tables of the
 * configuration come after its plain keys. Lists of tables are written out where they belong to the
 * configuration or one of its tables, and stand on a line of their own within a virtual router.
 */
export function writeToml(config: TomlTable): string {
  const parts = [
    plainKeys(config),
    ...tables(config).flatMap(([key, value]) => section(key, value)),
  ];
  return parts.filter((text) => text !== "").join("\n");
}

type Table = readonly [key: string, value: TomlTable | readonly TomlTable[]];

function section(key: string, value: Table[1]): string[] {
  if (isTables(value)) return value.map((table) => headed(`[[${tomlKey(key)}]]`, entries(table)));
  const lists = Object.entries(value).flatMap(([name, list]) => {
    const header = `[[${tomlKey(key)}.${tomlKey(name)}]]`;
    return isTables(list) ? list.map((table) => headed(header, entries(table))) : [];
  });
  const plain = entries(
    Object.fromEntries(Object.entries(value).filter(([, one]) => !isTables(one))),
  );
  const isNeeded = plain !== "" || lists.length === 0;
  return [...(isNeeded ? [headed(`[${tomlKey(key)}]`, plain)] : []), ...lists];
}

function headed(header: string, text: string): string {
  return `${header}\n${text}`;
}

function plainKeys(config: TomlTable): string {
  return entries(
    Object.fromEntries(Object.entries(config).filter(([, value]) => !isSection(value))),
  );
}

function entries(table: TomlTable): string {
  return Object.entries(table).map(([key, value]) => `${tomlEntry(key, value)}\n`).join("");
}

function tables(config: TomlTable): Table[] {
  return Object.entries(config).flatMap(([key, value]): Table[] =>
    isSection(value) ? [[key, value]] : []
  );
}

function isSection(value: TomlValue): value is TomlTable | readonly TomlTable[] {
  return isTable(value) || isTables(value);
}

/** An empty list has no tables that could be written out. */
function isTables(value: TomlValue): value is readonly TomlTable[] {
  return typeof value === "object" && isList(value) && value.length > 0 && value.every(isTable);
}

function isTable(value: TomlValue): value is TomlTable {
  return typeof value === "object" && !isList(value);
}
