import type { Statement } from "./blocks.ts";
import { readWeight, type Script, type TrackedFile, type Weight } from "./scripts.ts";
import type { Section } from "./section.ts";
import type { TomlTable } from "../base/toml.ts";
import { asName, valueOf } from "./values.ts";

export const TRACKED = ["track_interface", "track_script", "track_file"] as const;
export type Tracked = typeof TRACKED[number];

/** The lines of the blocks `track_…` of an instance or of a sync group, after that keyword. */
export type TrackLines = Record<Tracked, Statement[]>;

export function trackLines(): TrackLines {
  return { track_interface: [], track_script: [], track_file: [] };
}

/** What can be tracked, by its name. */
export interface Trackable {
  readonly scripts: ReadonlyMap<string, Script>;
  readonly files: ReadonlyMap<string, TrackedFile>;
}

export interface TrackOptions extends Trackable {
  readonly section: Section;
  readonly ownInterface: string;
  /** Members of a sync group have their own weights ignored, unless the group allows them. */
  readonly ignoresWeights: boolean;
}

/** Writes the keys `track_…`. Those of the sync group come with the group's own weights. */
export function writeTracking(
  { own, group }: { readonly own: TrackLines; readonly group?: TrackLines | undefined },
  options: TrackOptions,
): void {
  for (const kind of TRACKED) {
    const lines = [
      ...(group?.[kind] ?? []).map((line) => ({ line, ignoresWeights: false })),
      ...own[kind].map((line) => ({ line, ignoresWeights: options.ignoresWeights })),
    ];
    const entries = new Map<string, TomlTable>();
    for (const { line, ignoresWeights } of lines) {
      const name = valueOf(line);
      const entry = track(kind, line, { ...options, ignoresWeights });
      if (entry === undefined) continue;
      if (entries.has(name)) options.section.remark(line, "is tracked already: left out");
      else entries.set(name, entry);
    }
    if (entries.size > 0) options.section.set(kind, [...entries.values()]);
  }
}

function track(kind: Tracked, line: Statement, options: TrackOptions): TomlTable | undefined {
  const { section } = options;
  const [, name = "", keyword, ...rest] = line.words;
  const refuse = (text: string) => {
    section.quote(line, text);
    return undefined;
  };
  if (line.elsewhere !== undefined) return refuse("for a machine of another name");
  if (line.block !== undefined || name === "") return refuse("a block where none belongs");
  const target = findTarget(kind, name, options);
  if (typeof target === "string") return refuse(target);
  const own = keyword === "weight" ? readWeight(["weight", ...rest.slice(0, 2)]) : {};
  if (own.remark !== undefined) section.remark(line, own.remark);
  const surplus = keyword === "weight" ? rest.slice(2) : line.words.slice(2);
  if (surplus.length > 0) section.remark(line, `"${surplus.join(" ")}" is unknown: left out`);
  const weight = own.weight ?? target.weight ??
    { value: kind === "track_file" ? 1 : 0, isReverse: false };
  if (weight.isReverse) {
    return refuse("no counterpart: a weight cannot be reversed; left out");
  }
  if (!options.ignoresWeights || weight.value === 0) {
    return { ...target.keys, ...weightKey(kind, weight) };
  }
  if (kind !== "track_interface") {
    return refuse("keepalived ignores it: its weight does not go with a sync group; left out");
  }
  section.remark(line, "keepalived ignores its weight in a sync group, so that down is Fault");
  return target.keys;
}

function weightKey(kind: Tracked, { value }: Weight): TomlTable {
  return value === (kind === "track_file" ? 1 : 0) ? {} : { weight: value };
}

interface Target {
  readonly keys: TomlTable;
  readonly weight?: Weight | undefined;
}

/** The entry without its weight, or why there is none. */
function findTarget(kind: Tracked, name: string, options: TrackOptions): Target | string {
  if (kind === "track_interface") return interfaceTarget(name, options.ownInterface);
  if (kind === "track_file") {
    const file = options.files.get(name);
    if (file?.path === undefined) return "no track_file of that name has a file: left out";
    return { keys: { file: file.path }, weight: file.weight };
  }
  const script = options.scripts.get(name);
  if (script?.command === undefined) return "no vrrp_script of that name has a script: left out";
  const { command, intervalS, timeoutS, rise, fall, weight } = script;
  const keys = {
    name: asName(name),
    command,
    ...(intervalS === undefined ? {} : { interval: intervalS }),
    ...(timeoutS === undefined ? {} : { timeout: timeoutS }),
    ...(rise === undefined ? {} : { rise }),
    ...(fall === undefined ? {} : { fall }),
  };
  return { keys, weight };
}

function interfaceTarget(name: string, own: string): Target | string {
  if (name === own) return "its own interface is always tracked: left out";
  if (name.length > 15 || /[\s/:%]/.test(name)) return "no name of an interface: left out";
  return { keys: { name } };
}
