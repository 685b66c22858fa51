import { type Fields, readNumber } from "./fields.ts";
import type { Identity } from "./identity.ts";
import { formatLine, parseLine } from "./lines.ts";
import { noteFields, readClaim, readNote } from "./note_text.ts";
import { type Claim, claimKey, type Note, noteKey } from "./notes.ts";

/** Of the form that this version writes; another one is not ours to guess at. */
const FORM = 1;
const MAX_PID = 0x7fff_ffff;

export interface Author {
  readonly identity: Identity;
  /** Process id, as the process itself sees it. */
  readonly pid: number;
}

/** What an undo file says. */
export interface UndoRecord extends Author {
  /** What has not been taken back, by {@linkcode noteKey}. */
  readonly notes: ReadonlyMap<string, Note>;
  readonly claims: readonly Claim[];
  /** Lines that could not be read. */
  readonly damagedLines: number;
}

export function authorLine({ identity, pid }: Author): string {
  return formatLine({ undo: FORM, ...identity, pid });
}

export function noteLine(note: Note): string {
  return formatLine(noteFields(note));
}

export function claimLine(claim: Claim): string {
  return formatLine({ claim });
}

/** Says that a note or a claim counts no more. */
export function strikeLine(key: string): string {
  return formatLine({ strike: key });
}

/**
 * Reads a whole file. A last line without its end was never finished, so what it speaks of was
 * never done. "unbegun" where not even the first line was; `undefined` where that one is damaged.
 */
export function readRecord(text: string): UndoRecord | "unbegun" | undefined {
  const [first, ...lines] = text.split("\n").slice(0, -1);
  if (first === undefined) return "unbegun";
  const author = readAuthor(parseLine(first));
  if (author === undefined) return undefined;
  const notes = new Map<string, Note>();
  const claims = new Map<string, Claim>();
  let damagedLines = 0;
  for (const line of lines) {
    // After a write that failed a line begins anew.
    if (line !== "" && !takeIn(parseLine(line), notes, claims)) damagedLines++;
  }
  return { ...author, notes, claims: [...claims.values()], damagedLines };
}

function takeIn(
  fields: Fields | undefined,
  notes: Map<string, Note>,
  claims: Map<string, Claim>,
): boolean {
  if (fields === undefined) return false;
  if (typeof fields.strike === "string") {
    notes.delete(fields.strike);
    claims.delete(fields.strike);
    return true;
  }
  const claim = readClaim(fields.claim);
  if (claim !== undefined) claims.set(claimKey(claim), claim);
  const note = readNote(fields);
  if (note !== undefined) notes.set(noteKey(note), note);
  return claim !== undefined || note !== undefined;
}

function readAuthor(fields: Fields | undefined): Author | undefined {
  if (fields === undefined || fields.undo !== FORM) return undefined;
  const { boot, namespace, cookie } = fields;
  const pid = readNumber(fields.pid, { least: 1, most: MAX_PID });
  if (
    typeof boot !== "string" || typeof namespace !== "string" ||
    pid === undefined
  ) {
    return undefined;
  }
  if (cookie !== undefined && typeof cookie !== "string") return undefined;
  return {
    pid,
    identity: { boot, namespace, ...(cookie === undefined ? {} : { cookie }) },
  };
}
