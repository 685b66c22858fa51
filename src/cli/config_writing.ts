import { isDeepStrictEqual } from "node:util";
import { type TomlTable } from "../base/toml.ts";
import { type Change, isTable, type RawTable } from "../config/changes.ts";
import type { Fault } from "../config/fault.ts";
import { LineMap } from "../config/key_path.ts";
import {
  type ConfigFormat,
  configFormat,
  loadDocument,
  type LoadedConfig,
  readDocument,
} from "../config/load.ts";
import {
  type ConfigPart,
  rewriteConfig,
  type Rewriting,
  type Rewritten,
} from "../config/rewrite.ts";
import { writeToml } from "../config/write_toml.ts";
import { countObjects, hasTooManyObjects } from "./change_limits.ts";
import {
  type ConfigFile,
  describeConfig,
  digestOf,
  FILE_CHECKS,
  type ReadConfig,
  readConfigFile,
} from "./config_file.ts";
import { type ConfigDraft, type Refused, refused, stale } from "./config_putting.ts";
import type { RvrrpdOptions } from "./options.ts";

/** What is to be written, and into which file. */
export interface WriteOrder {
  readonly what: "save" | ConfigPart;
  /** JSON of the part that is written; of a save nothing. */
  readonly text: string;
  /** From the control socket's owner, whom nothing limits. */
  readonly isLocal: boolean;
  /** What the file held when the daemon read it; `undefined`: whatever it holds is written over. */
  readonly digest: string | undefined;
  /** So large the configuration is that runs. */
  readonly objects: number;
}

export type WriteAnswer =
  | {
    readonly done: true;
    /** For {@linkcode putConfig}; absent where the file need not be written. */
    readonly draft?: ConfigDraft;
    /** What is to run now. */
    readonly read: ReadConfig;
    /** Those that are in force beside the file. */
    readonly changes: readonly Change[];
    readonly remarks: readonly string[];
  }
  | Refused;

/** One writing, and all there is to it. */
interface Job {
  readonly options: RvrrpdOptions;
  readonly changes: readonly Change[];
  readonly order: WriteOrder;
  readonly file: ConfigFile;
  readonly format: ConfigFormat;
  /** Whether people have written more into it than is configured. */
  readonly hasComments: boolean;
}

/**
 * Finds what the configuration file is to hold, or why it cannot be that; writes nothing. It takes the
 * time of a large configuration. Throws {@linkcode ExitError} where the file cannot be read.
 */
export function draftConfig(
  options: RvrrpdOptions,
  changes: readonly Change[],
  order: WriteOrder,
): WriteAnswer {
  const file = readConfigFile(options);
  if ((order.digest ?? digestOf(file.text)) !== digestOf(file.text)) return stale();
  const format = configFormat({ ...file, option: options.configFormat });
  const document = readDocument({ ...file, format });
  const config = document.ok ? document.value.value : undefined;
  if (!document.ok || !isTable(config)) {
    return refused("unable", `${file.fileName} is no configuration any more`);
  }
  const { hasComments } = document.value;
  const job: Job = { options, changes, order, file, format, hasComments };
  if (order.what === "save" && changes.length === 0) return nothingToSave(job, config);
  const rewritten = rewriteConfig(config, changes, rewritingOf(order));
  const running = checked(job, rewritten);
  return "done" in running ? running : draftOf(job, rewritten, running);
}

function rewritingOf({ what, text, isLocal }: WriteOrder): Rewriting {
  if (what === "save") return { what };
  return { what: "part", part: what, value: JSON.parse(text), isLocal };
}

function nothingToSave(job: Job, config: RawTable): WriteAnswer {
  const loaded = load(config, []);
  if (loaded.faults.length > 0) {
    // The file is as it was, and yet something that it names may be gone.
    return refused("invalid", "The configuration is wrong by now", loaded.faults);
  }
  return {
    done: true,
    read: describeConfig(loaded, job),
    changes: [],
    remarks: ["Nothing was changed since the file was read"],
  };
}

/** What would run, or what is wrong with it. */
function checked(job: Job, { config, changes, faults }: Rewritten): LoadedConfig | Refused {
  const alone = load(config, []);
  const found = [...faults, ...alone.faults, ...unknownKeys(job, alone)];
  if (found.length > 0) {
    return refused("invalid", "The configuration would be wrong: nothing is written", found);
  }
  const running = changes.length === 0 ? alone : load(config, changes);
  if (running.faults.length > 0) {
    const message = "With the changes that were not saved the configuration would be wrong";
    return refused("invalid", message, running.faults);
  }
  const after = countObjects(running.config?.routers ?? []);
  const { isLocal, objects, what } = job.order;
  const isTooMuch = !isLocal && what !== "save" && hasTooManyObjects({ before: objects, after });
  return isTooMuch
    ? refused("conflict", "There would be too many virtual routers, addresses and routes")
    : running;
}

/** In the file itself they are only a warning, as who wrote it does not wait for an answer. */
function unknownKeys({ order: { what } }: Job, { warnings }: LoadedConfig): Fault[] {
  if (what === "save") return [];
  return warnings.filter(({ unknownKey, path }) => unknownKey && isWithin(path, what));
}

function isWithin(path: string, part: ConfigPart): boolean {
  if (part === "global" || path === part) return true;
  return path.startsWith(`${part}.`) || path.startsWith(`${part}[`);
}

function draftOf(
  job: Job,
  { config, changes }: Rewritten,
  running: LoadedConfig,
): WriteAnswer {
  const { file, options, hasComments } = job;
  const { fileName } = file;
  const text = textOf(config, job);
  if (text === undefined) {
    const message = `${fileName} has values that cannot be written again, such as a date`;
    return refused("unable", `${message}: remove the keys that it warns of`);
  }
  return {
    done: true,
    draft: { fileName, text, digest: digestOf(file.text) },
    read: describeConfig(running, { file: { ...file, text }, options }),
    changes,
    remarks: hasComments ? [lostComments(file)] : [],
  };
}

/** `undefined` for what the format has no words for. */
function textOf(config: RawTable, { format, file: { fileName } }: Job): string | undefined {
  const text = format === "json"
    ? `${JSON.stringify(config, null, 2)}\n`
    // What it is made of has passed the schema, or was read from TOML.
    : writeToml(config as TomlTable);
  const again = readDocument({ text, fileName, format });
  return again.ok && isDeepStrictEqual(again.value.value, config) ? text : undefined;
}

function lostComments({ fileName }: ConfigFile): string {
  return `The comments of ${fileName} are lost: ${fileName}.bak has them`;
}

function load(config: RawTable, changes: readonly Change[]): LoadedConfig {
  return loadDocument({ value: config, lines: new LineMap() }, { ...FILE_CHECKS, changes });
}
