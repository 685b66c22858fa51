import metadata from "../../deno.json" with { type: "json" };
import { openLog } from "../log.ts";
import { requireCapabilities, runRouters, SystemRefusal } from "../runtime/supervisor.ts";
import { readConfig } from "./config_file.ts";
import { EXIT, type ExitCode, ExitError } from "./exit.ts";
import { HELP, parseOptions, type RvrrpdOptions } from "./options.ts";

/** The daemon and its command line. Gives the exit code; every error has been told by then. */
export async function runRvrrpd(args: readonly string[]): Promise<ExitCode> {
  if (args.length === 0) {
    console.error(HELP);
    return EXIT.wrongUse;
  }
  try {
    return await run(parseOptions(args));
  } catch (error) {
    return tell(error, args);
  }
}

/** One line for the user; where our own code is to blame, `-d5` adds where it happened. */
function tell(error: unknown, args: readonly string[]): ExitCode {
  if (error instanceof ExitError || error instanceof SystemRefusal) {
    console.error(`rvrrpd: ${error.message}`);
    return error instanceof ExitError ? error.code : EXIT.refused;
  }
  const message = error instanceof Error ? error.message : String(error);
  console.error(`rvrrpd: Internal error: ${message} (please report it; -d5 shows where)`);
  const wantsMore = /(?:^|\s)(?:-d\s?|--debug[= ])5(?:\s|$)/.test(args.join(" "));
  if (wantsMore && error instanceof Error) console.error(error.stack);
  return EXIT.refused;
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
    await runRouters(config, log);
    return EXIT.fine;
  } finally {
    await log.close();
  }
}

/**
 * What is left of reading a large configuration would stay for good: the engine alone makes too
 * little garbage for a full collection. `scripts/build` gives the program this function.
 */
function collectGarbage(): void {
  const { gc } = globalThis as { gc?: (options: { flavor: "last-resort" }) => void };
  gc?.({ flavor: "last-resort" });
}
