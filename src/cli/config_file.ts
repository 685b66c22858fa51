import { createHash } from "node:crypto";
import type { Change, Obstacle } from "../config/changes.ts";
import { type Fault, formatFault } from "../config/fault.ts";
import { loadConfig, type LoadedConfig, type LoadOptions } from "../config/load.ts";
import type { DaemonConfig } from "../config/types.ts";
import { PROGRAM_INSPECTOR } from "../runtime/scripts/program_inspector.ts";
import { EXIT, ExitError } from "./exit.ts";
import type { RvrrpdOptions } from "./options.ts";

const DEFAULT_FILES = ["/etc/rvrrpd/rvrrpd.conf", "/etc/rvrrpd.conf"] as const;
/** Permission bits of those who are neither the owner nor in the group. */
const OTHERS_MAY_READ = 0o004;

/** One remark about the configuration, ready to be shown. */
export interface Remark {
  readonly text: string;
  /** A warning at start, an error for `--check`. */
  readonly failsCheck: boolean;
  /** Absent where it is the file that is wrong, not what it says. */
  readonly fault?: Fault;
}

export interface ReadConfig {
  readonly fileName: string;
  /** Tells one content of the file from another. It is for nobody outside: secrets are in it, too. */
  readonly digest: string;
  /** There only without faults; the command line's `debug` is in it. */
  readonly config?: DaemonConfig;
  /**
   * What others may read of it, as JSON, which costs those who hand it on little; there only where
   * somebody can ask for it.
   */
  readonly published?: string;
  /** What stands against each change that was to be made to it. */
  readonly obstacles: readonly (Obstacle | undefined)[];
  readonly faults: readonly Remark[];
  readonly warnings: readonly Remark[];
}

/** Reads the configuration file. Throws {@linkcode ExitError} where there is none to read. */
export function readConfig(
  options: RvrrpdOptions,
  changes: readonly Change[] = [],
): ReadConfig {
  const file = readConfigFile(options);
  const loaded = loadConfig({ ...file, ...FILE_CHECKS, format: options.configFormat, changes });
  return describeConfig(loaded, { file, options });
}

/** What else is looked at than the text. */
export const FILE_CHECKS: Pick<LoadOptions, "readTextFile" | "programs"> = {
  readTextFile: (path) => Deno.readTextFileSync(path),
  programs: PROGRAM_INSPECTOR,
};

export interface ConfigFile {
  readonly fileName: string;
  readonly text: string;
}

/** Throws {@linkcode ExitError} where there is none to read. */
export function readConfigFile(options: RvrrpdOptions): ConfigFile {
  const fileName = options.configFile ?? defaultFile();
  return { fileName, text: readFile(fileName) };
}

/** What has been loaded of a file that holds this. */
export function describeConfig(
  loaded: LoadedConfig,
  { file: { fileName, text }, options }: {
    readonly file: ConfigFile;
    readonly options: RvrrpdOptions;
  },
): ReadConfig {
  const remark = (fault: Parameters<typeof formatFault>[0]) => ({
    text: formatFault(fault, fileName),
    failsCheck: fault.unknownKey ?? fault.failsCheck ?? false,
    fault,
  });
  const { config, faults, warnings, published, obstacles } = loaded;
  return {
    fileName,
    digest: digestOf(text),
    ...(config === undefined
      ? {}
      : { config: { ...config, debug: options.debug ?? config.debug } }),
    ...(published === undefined || !isAsked(config)
      ? {}
      : { published: JSON.stringify(published) }),
    obstacles,
    faults: faults.map(remark),
    warnings: [...warnings.map(remark), ...exposedSecret(fileName, text)],
  };
}

/** See {@linkcode ReadConfig}. */
export function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function isAsked(config: DaemonConfig | undefined): boolean {
  return config !== undefined && (config.api !== undefined || config.controlSocket !== "");
}

/** The first that exists of the files that are read where none is named. */
export function findDefaultFile(): string | undefined {
  return DEFAULT_FILES.find((path) => exists(path));
}

function defaultFile(): string {
  const found = findDefaultFile();
  if (found !== undefined) return found;
  const names = DEFAULT_FILES.join(" nor ");
  throw new ExitError(EXIT.wrongUse, `No configuration: neither ${names} exists (use -c FILE)`);
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    // What exists but cannot be looked at is best told by the attempt to read it.
    return !(error instanceof Deno.errors.NotFound);
  }
}

function readFile(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      throw new ExitError(EXIT.wrongUse, `Cannot read ${path}: there is no such file`);
    }
    if (error instanceof Deno.errors.IsADirectory) {
      throw new ExitError(EXIT.wrongUse, `Cannot read ${path}: it is a directory`);
    }
    if (error instanceof Deno.errors.PermissionDenied) {
      const mend = "run as root or let this user read it";
      throw new ExitError(EXIT.refused, `Cannot read ${path}: permission denied (${mend})`);
    }
    const why = error instanceof Error ? error.message : String(error);
    throw new ExitError(EXIT.refused, `Cannot read ${path}: ${why}`);
  }
}

/** A file that everybody can read is no place for a secret. */
function exposedSecret(fileName: string, text: string): Remark[] {
  if (!/^[^#\n]*\b(auth_)?secret"?\s*[=:]\s*(?!null\b)/m.test(text)) return [];
  const { mode } = Deno.statSync(fileName);
  if (mode === null || (mode & OTHERS_MAY_READ) === 0) return [];
  const problem = "holds a secret and can be read by everybody";
  return [{ text: `${fileName}: ${problem} (chmod o-r ${fileName})`, failsCheck: false }];
}
