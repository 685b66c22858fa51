import { parseArgs } from "node:util";
import type { ConfigFormat } from "../config/load.ts";
import type { DebugLevel } from "../config/types.ts";
import { EXIT, ExitError } from "./exit.ts";

export type Mode = 0 | 1 | 2;

export interface RvrrpdOptions {
  readonly help: boolean;
  readonly version: boolean;
  readonly check: boolean;
  readonly mode?: Mode;
  readonly configFile?: string;
  readonly configFormat?: ConfigFormat;
  readonly debug?: DebugLevel;
}

export const HELP = `Usage: rvrrpd -m MODE [-c FILE] [OPTION]...
Keeps virtual IP addresses alive by the Virtual Router Redundancy Protocol.

  -m, --mode 1           1: run in the foreground
                         (0, sniffer, and 2, daemon, are not in this version)
  -c, --conf FILE        configuration (/etc/rvrrpd/rvrrpd.conf, else /etc/rvrrpd.conf)
  -g, --cfg-format FMT   toml or json (told from the file's name and content)
  -d, --debug LEVEL      0, 1, 2, 3 or 5; overrides the file's
  -t, --check            check the configuration, say what is wrong with it, and end
  -h, --help             this help
  -V, --version          versions

rvrrpd schema prints the JSON Schema of a configuration.

Exit status: 0 fine, 1 wrong use or configuration, 2 the system refused something.`;

/** Reads the command line. Throws {@linkcode ExitError} naming what is wrong with it. */
export function parseOptions(args: readonly string[]): RvrrpdOptions {
  const { values, positionals } = readArgs(args);
  if (positionals.length > 0) {
    throw wrongUse(`Unknown argument "${positionals[0]}": rvrrpd takes options only`);
  }
  return {
    help: values.help,
    version: values.version,
    check: values.check,
    ...optional("mode", choice("-m", values.mode, { "0": 0, "1": 1, "2": 2 } as const)),
    ...optional("configFile", values.conf),
    ...optional(
      "configFormat",
      choice("-g", values["cfg-format"], { toml: "toml", json: "json" } as const),
    ),
    ...optional(
      "debug",
      choice("-d", values.debug, { "0": 0, "1": 1, "2": 2, "3": 3, "5": 5 } as const),
    ),
  };
}

function readArgs(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        help: { type: "boolean", short: "h", default: false },
        version: { type: "boolean", short: "V", default: false },
        check: { type: "boolean", short: "t", default: false },
        mode: { type: "string", short: "m" },
        conf: { type: "string", short: "c" },
        "cfg-format": { type: "string", short: "g" },
        debug: { type: "string", short: "d" },
      },
    });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // The library's first sentence names the option; what follows fills lines with advice.
    const [sentence] = error.message.split(/\.\s/);
    throw wrongUse(sentence ?? error.message);
  }
}

function choice<K extends string, V>(
  option: string,
  value: string | undefined,
  choices: Readonly<Record<K, V>>,
): V | undefined {
  if (value === undefined) return undefined;
  const found = Object.entries<V>(choices).find(([key]) => key === value);
  if (found === undefined) {
    throw wrongUse(
      `Wrong value "${value}" for ${option}: it takes ${Object.keys(choices).join(", ")}`,
    );
  }
  return found[1];
}

function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : { [key]: value } as { [P in K]?: V };
}

function wrongUse(message: string): ExitError {
  return new ExitError(EXIT.wrongUse, `${message} (rvrrpd --help lists the options)`);
}
