import type { RawTable } from "../config/changes.ts";

/** Keys of a virtual router by which a client could run programs or have files read. */
const GUARDED = new Set([
  "notify_master",
  "notify_backup",
  "notify_fault",
  "notify_stop",
  "notify",
  "track_script",
  "track_file",
  "auth_secret_file",
]);

/** Those of the table's keys that only the file and the control socket may set. */
export function keysForFilesOnly(table: RawTable): string[] {
  const keys = Object.keys(table).filter((key) => GUARDED.has(key));
  const authKeys = Array.isArray(table["auth_keys"]) ? table["auth_keys"] : [];
  const files = authKeys.flatMap((key: unknown, index) =>
    typeof key === "object" && key !== null && "secret_file" in key
      ? [`auth_keys[${index}].secret_file`]
      : []
  );
  return [...keys, ...files];
}
