export type TomlValue = string | number | boolean | readonly TomlValue[] | TomlTable;

export interface TomlTable {
  readonly [key: string]: TomlValue;
}

const LINE_CHARACTERS = 100;

/** `key = value`, a list that would be too long for a line with one item a line (TOML 1.0). */
export function tomlEntry(key: string, value: TomlValue): string {
  const line = `${tomlKey(key)} = ${tomlValue(value)}`;
  if (!isList(value) || line.length <= LINE_CHARACTERS) return line;
  return `${tomlKey(key)} = [\n${value.map((item) => `  ${tomlValue(item)},\n`).join("")}]`;
}

/** Bare where TOML lets it be (TOML 1.0, Keys). */
export function tomlKey(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : tomlString(key);
}

function tomlValue(value: TomlValue): string {
  if (typeof value === "string") return tomlString(value);
  if (typeof value === "number") return tomlNumber(value);
  if (typeof value !== "object") return String(value);
  if (isList(value)) return `[${value.map(tomlValue).join(", ")}]`;
  const pairs = Object.entries(value).map(([key, item]) => `${tomlKey(key)} = ${tomlValue(item)}`);
  return pairs.length === 0 ? "{}" : `{ ${pairs.join(", ")} }`;
}

function tomlNumber(value: number): string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? "-0.0" : String(value);
  return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

/** JSON escapes what TOML wants escaped, but for DEL; TOML has no lone surrogates. */
function tomlString(text: string): string {
  return JSON.stringify(text.toWellFormed()).replaceAll("\x7f", "\\u007f");
}

/** One comment line; what a comment must not hold (TOML 1.0: control characters) is written out. */
export function tomlComment(text: string): string {
  const shown = text.toWellFormed().replaceAll(
    /\p{Cc}/gu,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
  return shown === "" ? "#" : `# ${shown}`;
}

// Array.isArray() does not narrow readonly arrays.
export function isList(value: TomlValue): value is readonly TomlValue[] {
  return Array.isArray(value);
}
