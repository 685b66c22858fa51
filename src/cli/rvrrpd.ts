import metadata from "../../deno.json" with { type: "json" };
import type { DaemonConfig } from "../config/types.ts";
import { type Log, openLog } from "../log.ts";
import { requireCapabilities, runRouters } from "../runtime/supervisor.ts";
import { readConfig } from "./config_file.ts";
import { readConfigElsewhere } from "./config_worker.ts";
import { EXIT, type ExitCode, ExitError } from "./exit.ts";
import { HELP, parseOptions, type RvrrpdOptions } from "./options.ts";
import { runSniffer } from "./sniffer.ts";

/** The daemon and its command line. */
export async function runRvrrpd(args: readonly string[]): Promise<ExitCode> {
  if (args.length === 0) {
    console.error(HELP);
    return EXIT.wrongUse;
  }
  return await run(parseOptions(args));
}

async function run(options: RvrrpdOptions): Promise<ExitCode> {
  if (options.help) {
    console.log(HELP);
    return EXIT.fine;
  }
  if (options.version) {
    const { build, version } = Deno;
    console.log(`rvrrpd ${metadata.version} (Deno ${version.deno}, ${build.target})`);
    return EXIT.fine;
  }
  if (options.check) return check(options);
  if (options.mode === undefined) {
    throw new ExitError(EXIT.wrongUse, "No mode given: -m1 runs in the foreground");
  }
  if (options.mode === 0) return await runSniffer(options);
  if (options.mode !== 1) {
    throw new ExitError(EXIT.wrongUse, `Mode ${options.mode} is not in this version: use -m1`);
  }
  return await foreground(options);
}

/** Unknown keys are errors here, because a check is where a misspelt one should be found. */
function check(options: RvrrpdOptions): ExitCode {
  const { faults, warnings, pending, fileName } = readConfig(options);
  const errors = [...faults, ...warnings.filter(({ unknownKey }) => unknownKey)];
  const remarks = warnings.filter(({ unknownKey }) => !unknownKey);
  for (const text of [...remarks.map(({ text }) => text), ...pending]) {
    console.error(`warning: ${text}`);
  }
  for (const { text } of errors) console.error(text);
  if (errors.length > 0) return EXIT.wrongUse;
  console.log(`${fileName}: no errors`);
  return EXIT.fine;
}

async function foreground(options: RvrrpdOptions): Promise<ExitCode> {
  const { config, faults, warnings, pending } = readConfig(options);
  if (config === undefined) {
    for (const { text } of faults) console.error(text);
    return EXIT.wrongUse;
  }
  requireCapabilities();
  collectGarbage();
  const log = openLog(config);
  try {
    for (const text of [...warnings.map(({ text }) => text), ...pending]) log.warning(text);
    await runRouters(config, log, { readAgain: () => readAgain(options, { config, log }) });
    return EXIT.fine;
  } finally {
    await log.close();
  }
}

/** Reads the configuration while the daemon runs, and tells what is wrong with it. */
async function readAgain(
  options: RvrrpdOptions,
  { config: started, log }: { readonly config: DaemonConfig; readonly log: Log },
): Promise<DaemonConfig | undefined> {
  const { config, faults, warnings, pending } = await readConfigElsewhere(options);
  if (config === undefined) {
    for (const { text } of faults) log.error(text);
    log.error("The configuration is wrong and stays as it was");
    return undefined;
  }
  for (const text of [...warnings.map(({ text }) => text), ...pending]) log.warning(text);
  for (const key of FIXED_KEYS) {
    if (config[key] !== started[key]) log.warning(`${FIXED_NAMES[key]} is taken over at a restart`);
  }
  log.information("Configuration read again");
  return config;
}

/** What a daemon that runs cannot change. */
const FIXED_NAMES = {
  pidFile: "pid",
  workingDir: "working_dir",
  stateDir: "state_dir",
  controlSocket: "control_socket",
} as const;
const FIXED_KEYS = Object.keys(FIXED_NAMES) as (keyof typeof FIXED_NAMES)[];

/**
 * What is left of reading a large configuration would stay for good: the engine alone makes too
 * little garbage for a full collection. `scripts/build` gives the program this function.
 */
function collectGarbage(): void {
  const { gc } = globalThis as { gc?: (options: { flavor: "last-resort" }) => void };
  gc?.({ flavor: "last-resort" });
}
