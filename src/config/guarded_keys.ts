import { isDeepStrictEqual } from "node:util";
import { isTable, type RawTable, tableOf, tablesOf } from "./changes.ts";
import { RouterIndex } from "./router_index.ts";

/** Keys of a virtual router by which a client could run programs or have files read. */
const ROUTER_KEYS: readonly string[] = [
  "notify_master",
  "notify_backup",
  "notify_fault",
  "notify_stop",
  "notify",
  "track_script",
  "track_file",
  "auth_secret_file",
];

/** Keys outside all virtual routers that name a file or socket, say who runs programs, or are the API's. */
const GENERAL_KEYS: readonly string[] = [
  "pid",
  "working_dir",
  "main_log",
  "error_log",
  "client_api",
  "control_socket",
  "state_dir",
  "replay_dir",
  "script_user",
  "api",
];

/** Those of a `[[vrouter]]` table's keys that only the file and the control socket may set. */
export function keysForFilesOnly(table: RawTable): string[] {
  return [
    ...ROUTER_KEYS.filter((key) => Object.hasOwn(table, key)),
    ...secretFiles(table).map(([index]) => `auth_keys[${index}].secret_file`),
  ];
}

/**
 * Those keys in the words of a path that only the file and the control socket may set, and that are
 * not in `wanted` as they are in `current`, both without `null`. A virtual router that is gone may
 * take its own with it.
 */
export function guardedDifferences(current: RawTable, wanted: RawTable): string[] {
  const general = GENERAL_KEYS.filter((key) => !isDeepStrictEqual(current[key], wanted[key]));
  const before = new RouterIndex(current["vrouter"]);
  const routers = tablesOf(wanted["vrouter"]).flatMap((table, index) => {
    if (!isTable(table)) return [];
    const keys = routerDifferences(before.sameAs(table) ?? {}, table);
    return keys.map((key) => `vrouter[${index}].${key}`);
  });
  return [...general, ...routers];
}

function routerDifferences(current: RawTable, wanted: RawTable): string[] {
  const keys = ROUTER_KEYS.filter((key) => !isDeepStrictEqual(current[key], wanted[key]));
  const known = new Map(secretFiles(current).map(([, id, file]) => [id, file]));
  const files = secretFiles(wanted).filter(([, id, file]) => known.get(id) !== file);
  return [...keys, ...files.map(([index]) => `auth_keys[${index}].secret_file`)];
}

type SecretFile = readonly [index: number, id: unknown, file: unknown];

function secretFiles(router: RawTable): SecretFile[] {
  return tablesOf(router["auth_keys"]).flatMap((key, index): SecretFile[] => {
    const { id, secret_file: file } = tableOf(key);
    return file === undefined ? [] : [[index, id, file]];
  });
}
