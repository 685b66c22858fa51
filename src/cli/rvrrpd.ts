import metadata from "../../deno.json" with { type: "json" };
import { readConfig } from "./config_file.ts";
import { runDaemon } from "./daemon.ts";
import { EXIT, type ExitCode, ExitError } from "./exit.ts";
import { runForeground } from "./foreground.ts";
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
    const modes = "-m0 shows VRRP packets, -m1 runs in the foreground, -m2 as a daemon";
    throw new ExitError(EXIT.wrongUse, `No mode given: ${modes}`);
  }
  return await MODES[options.mode](options);
}

const MODES = { 0: runSniffer, 1: runForeground, 2: runDaemon } as const;

/** What is only a warning at start may be an error here: a check is where it should be found. */
function check(options: RvrrpdOptions): ExitCode {
  const { faults, warnings, fileName } = readConfig(options);
  const errors = [...faults, ...warnings.filter(({ failsCheck }) => failsCheck)];
  const remarks = warnings.filter(({ failsCheck }) => !failsCheck);
  for (const { text } of remarks) {
    console.error(`warning: ${text}`);
  }
  for (const { text } of errors) console.error(text);
  if (errors.length > 0) return EXIT.wrongUse;
  console.log(`${fileName}: no errors`);
  return EXIT.fine;
}
