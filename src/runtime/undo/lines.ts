import { type Fields, readFields } from "./fields.ts";

/*
 * A line of an undo file is a checksum, a blank, and a JSON object. Whoever was killed while writing
 * leaves a last line without an end; the checksum tells of all other damage. It is no protection
 * against somebody who means it: for that the file is ours alone to write, and each field is checked.
 */

const LINE = /^[0-9a-f]{8} (?=\{)/;
const CHECKSUM_LENGTH = 8;

export function formatLine(fields: Fields): string {
  const text = JSON.stringify(fields);
  return `${checksum(text)} ${text}\n`;
}

/** `undefined` for a damaged line. */
export function parseLine(line: string): Fields | undefined {
  if (!LINE.test(line)) return undefined;
  const text = line.slice(CHECKSUM_LENGTH + 1);
  if (checksum(text) !== line.slice(0, CHECKSUM_LENGTH)) return undefined;
  try {
    return readFields(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** FNV-1a with 32 bits over the UTF-16 units: short, and quick without having been compiled. */
function checksum(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(CHECKSUM_LENGTH, "0");
}
