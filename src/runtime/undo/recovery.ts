import { type Driver, isSoAlready } from "../../drivers/driver.ts";
import type { Log } from "../../log.ts";
import { deleteLeftTable } from "../accept/left_table.ts";
import { announceOwnAddresses } from "./announcement.ts";
import { type Identity, isPast, sameNamespace } from "./identity.ts";
import { type Note, tableKey } from "./notes.ts";
import { readRecord, type UndoRecord } from "./record.ts";
import { neededKeys, readPresent, restoringChanges } from "./restoration.ts";
import type { StateFiles } from "./state_directory.ts";
import { isUndoFileName } from "./undo_file.ts";

export interface RecoveryParts {
  readonly files: StateFiles;
  readonly identity: Identity;
  readonly driver: Driver;
  readonly log: Log;
  /** See {@linkcode Restoration.configured}. */
  readonly configured: ReadonlySet<string>;
}

interface Found {
  readonly name: string;
  readonly record: UndoRecord;
}

/**
 * Takes back what processes of this boot and namespace have left behind that did not live to do it
 * themselves. Call with the directory locked, and before anything of the machine is looked at.
 */
export function recover(parts: RecoveryParts): void {
  const living: UndoRecord[] = [];
  const ended: Found[] = [];
  for (const name of parts.files.names().filter(isUndoFileName).toSorted()) {
    const found = parts.files.inspect(name);
    if (found.state === "refused") {
      parts.log.warning(`Leaving ${parts.files.path}/${name} alone: ${found.problem}`);
    }
    if (found.state !== "held" && found.state !== "free") continue;
    const record = readRecord(found.text);
    if (found.state === "held") {
      if (typeof record === "object") living.push(record);
    } else if (record === undefined) {
      setAside(parts, name);
    } else if (record === "unbegun" || isPast(record.identity, parts.identity)) {
      parts.files.remove(name);
    } else ended.push({ name, record });
  }
  const isHere = ({ identity }: UndoRecord) => sameNamespace(identity, parts.identity);
  const needed = neededKeys(living.filter(isHere));
  for (const one of ended) if (isHere(one.record)) undo(parts, one, needed);
}

function setAside({ files, log }: RecoveryParts, name: string): void {
  const path = files.setAside(name);
  log.warning(`Cannot read the undo file ${path}: nothing of what it says is undone`);
}

/** The file stays where the kernel refuses: the next start tries again. */
function undo(
  parts: RecoveryParts,
  { name, record }: Found,
  needed: ReadonlySet<string>,
): void {
  const { files, log } = parts;
  const path = `${files.path}/${name}`;
  if (record.damagedLines > 0) {
    log.warning(`Passing over ${record.damagedLines} damaged lines of ${path}`);
  }
  const notes = [...record.notes.values()];
  const who = `what process ${record.pid} left behind`;
  if (takeBack({ ...parts, notes, needed, who })) files.remove(name);
  else log.error(`Could not undo all of ${who}: ${path} is kept for the next start`);
}

interface TakenBack {
  readonly driver: Driver;
  readonly log: Log;
  readonly notes: readonly Note[];
  readonly needed: ReadonlySet<string>;
  readonly configured: ReadonlySet<string>;
  /** What is undone, for the log; nothing is said without it. */
  readonly who?: string;
}

/**
 * Undoes what the notes speak of as far as it is still there; false where the kernel refused. What
 * is sent to addresses stays dropped until they are gone.
 */
export function takeBack(what: TakenBack): boolean {
  const changed = takeChangesBack(what);
  return deleteTables(what) && changed;
}

function takeChangesBack({ driver, log, notes, needed, configured, who }: TakenBack): boolean {
  if (notes.length === 0) return true;
  const present = readPresent(driver, notes);
  const changes = restoringChanges({ notes, present, needed, configured });
  if (changes.length === 0) return true;
  if (who !== undefined) log.warning(`Undoing ${who}: ${changes.length} changes`);
  const errors = driver.apply(changes);
  const failed = new Set(errors.map(({ change }) => change));
  announceOwnAddresses(changes.filter((change) => !failed.has(change)), { present, log });
  const refused = errors.filter((error) => !isSoAlready(error) && error.code !== "ENODEV");
  for (const error of refused) log.error(error.message);
  return refused.length === 0;
}

/** Whether there is such a table now is for the kernel to say: its name is nobody else's. */
function deleteTables({ log, notes, needed, who }: TakenBack): boolean {
  const tables = notes.filter((note) => note.note === "table")
    .filter(({ name }) => !needed.has(tableKey(name)));
  const refusals = tables.flatMap(({ name }) => {
    if (who !== undefined) log.warning(`Undoing ${who}: the nftables table ${name}`);
    const refusal = deleteLeftTable(name);
    return refusal === undefined
      ? []
      : [`Cannot delete the nftables table ${name}: ${refusal.code}`];
  });
  for (const line of refusals) log.error(line);
  return refusals.length === 0;
}
