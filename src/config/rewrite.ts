import { type Change, isTable, type RawTable } from "./changes.ts";
import type { Fault } from "./fault.ts";
import type { Finding } from "./findings.ts";
import { guardedDifferences } from "./guarded_keys.ts";
import { toldSecrets } from "./told_secrets.ts";
import { revealSecrets } from "./hidden_secrets.ts";
import { formatPath } from "./key_path.ts";
import { withChanges } from "./load.ts";
import { withoutNulls } from "./parse_json.ts";

export type ConfigPart = "global" | "vrouter" | "protocols";

/** What is to be written into the configuration file. */
export type Rewriting =
  /** All of it or one of its tables; `null` is absent, and "***" keeps a secret. */
  | {
    readonly what: "part";
    readonly part: ConfigPart;
    readonly value: unknown;
    /** From somebody who may also set what runs programs and names files. */
    readonly isLocal: boolean;
  }
  /** What the file says with all changes made to it. */
  | { readonly what: "save" };

export interface Rewritten {
  /** In the words of the file. It is not checked here but for what the file itself cannot tell. */
  readonly config: RawTable;
  /** Those changes that are to be made to it all the same. */
  readonly changes: readonly Change[];
  readonly faults: readonly Fault[];
}

/** `file` is what the file says now, to which `changes` are made while the daemon runs. */
export function rewriteConfig(
  file: RawTable,
  changes: readonly Change[],
  order: Rewriting,
): Rewritten {
  const current = asTable(withChanges(file, changes).value);
  if (order.what === "save") return { config: current, changes: [], faults: [] };
  const { part, isLocal } = order;
  const value = withoutNulls(order.value);
  if (part === "global" && !isTable(value)) return { config: {}, changes: [], faults: [NO_TABLE] };
  const given = part === "global" ? asTable(value) : onlyKey(part, value ?? undefined);
  const { config, unknown } = revealSecrets(given, current);
  const guarded = isLocal ? [] : guardedDifferences(partOf(current, part), config);
  const told = isLocal ? [] : toldSecrets(current, config);
  return {
    config: part === "global" ? config : { ...without(file, part), ...config },
    changes: changes.filter((change) => isBeside(change, part)),
    faults: [...unknown.map(faultOf), ...guarded.map(guardedFault), ...told.map(toldFault)],
  };
}

const NO_TABLE: Fault = {
  path: "",
  problem: "is no table",
  hint: "the whole configuration, as a GET of the same path gives it",
};

function partOf(config: RawTable, part: ConfigPart): RawTable {
  return part === "global" ? config : onlyKey(part, config[part]);
}

function onlyKey(key: string, value: unknown): RawTable {
  return value === undefined ? {} : { [key]: value };
}

/** The others keep their order, and the one that is put back comes last. */
function without(config: RawTable, key: string): RawTable {
  return Object.fromEntries(Object.entries(config).filter(([one]) => one !== key));
}

/** Whether a change is of none of what has been written anew. */
function isBeside({ what }: Change, part: ConfigPart): boolean {
  const isOfRouter = what === "addRouter" || what === "setRouter" || what === "deleteRouter";
  return part !== "global" && isOfRouter === (part === "protocols");
}

function faultOf({ at, problem, hint }: Finding): Fault {
  return { path: formatPath(at), problem, hint };
}

function guardedFault(path: string): Fault {
  return {
    path,
    problem: "runs a program, names a file or socket, or belongs to the API",
    hint: "only the configuration file and the control socket set it: leave it as it is",
  };
}

function toldFault(path: string): Fault {
  return {
    path,
    problem: "sends a secret in the clear that so far nobody could read",
    hint: "another secret with it, or the control socket",
  };
}

function asTable(value: unknown): RawTable {
  return isTable(value) ? value : {};
}
