import { isTable, type RawTable, tablesOf } from "./changes.ts";
import { RouterIndex } from "./router_index.ts";

/** The secret goes with every advertisement, for everybody on the link to read. */
const OPEN_TYPE = "rfc2338-simple";

/**
 * Paths of each `auth_type` in `wanted` that would tell the network a secret which is in `current`
 * already and is not sent there: who does not know it shall not learn it in this way.
 */
export function toldSecrets(current: RawTable, wanted: RawTable): string[] {
  const before = new RouterIndex(current["vrouter"]);
  return tablesOf(wanted["vrouter"]).flatMap((table, index) => {
    if (!isTable(table) || table["auth_type"] !== OPEN_TYPE) return [];
    const told = isTold(table, before);
    return told ? [`vrouter[${index}].auth_type`] : [];
  });
}

/** Over the network the file of a secret stays where it is, so that only the place tells of it. */
function isTold(table: RawTable, before: RouterIndex): boolean {
  const one = before.sameAs(table);
  if (one === undefined || one["auth_type"] === OPEN_TYPE) return false;
  return ["auth_secret", "auth_secret_file"].some((key) =>
    one[key] !== undefined && one[key] === table[key]
  );
}

/** Whether such keys would do the same to a virtual router that is not of this kind already. */
export function wouldTellSecret(keys: RawTable): boolean {
  return keys["auth_type"] === OPEN_TYPE && typeof keys["auth_secret"] !== "string";
}
