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
  /** The sniffer's, as are all that follow. */
  readonly iface?: string;
  readonly readFile?: string;
  readonly writeFile?: string;
  readonly json?: boolean;
  /** At least 1. */
  readonly count?: number;
}

export const HELP = `Usage: rvrrpd -m MODE [-c FILE] [OPTION]...
Keeps virtual IP addresses alive by the Virtual Router Redundancy Protocol.

  -m, --mode 0|1|2       0: sniffer, show VRRP packets; 1: run in the foreground;
                         2: run as a daemon, return when it is up
  -c, --conf FILE        configuration (/etc/rvrrpd/rvrrpd.conf, else /etc/rvrrpd.conf)
  -g, --cfg-format FMT   toml or json (told from the file's name and content)
  -d, --debug LEVEL      0, 1, 2, 3 or 5; overrides the file's
  -t, --check            check the configuration, say what is wrong with it, and end
  -h, --help             this help
  -V, --version          versions

Of the sniffer, -m0:
  -i, --iface NAME       listen on this interface
  -r, --read FILE        read a pcap file instead (-: standard input)
  -w, --write FILE       also write what is shown to a pcap file
      --json             one JSON object a line
      --count N          end after N packets

Of a daemon that runs: rvrrpd status, events, set, force, reload, stop; each takes --help.

rvrrpd schema prints the JSON Schema of a configuration.
rvrrpd convert FILE turns a configuration of keepalived into one of rvrrpd.
rvrrpd vrrpd -h explains the classic command line, without a configuration.

Exit status: 0 fine, 1 wrong use or configuration, 2 the system refused something.`;

/** Reads the command line. Throws {@linkcode ExitError} naming what is wrong with it. */
export function parseOptions(args: readonly string[]): RvrrpdOptions {
  const { values, positionals } = readArgs(args);
  if (positionals.length > 0) {
    throw wrongUse(`Unknown argument "${positionals[0]}": rvrrpd takes options only`);
  }
  const mode = choice("-m", values.mode, { "0": 0, "1": 1, "2": 2 } as const);
  if (mode !== 0 && !values.help && !values.version) refuseSnifferOptions(values);
  return {
    help: values.help,
    version: values.version,
    check: values.check,
    ...optional("mode", mode),
    ...optional("configFile", values.conf),
    ...optional(
      "configFormat",
      choice("-g", values["cfg-format"], { toml: "toml", json: "json" } as const),
    ),
    ...optional(
      "debug",
      choice("-d", values.debug, { "0": 0, "1": 1, "2": 2, "3": 3, "5": 5 } as const),
    ),
    ...optional("iface", values.iface),
    ...optional("readFile", values.read),
    ...optional("writeFile", values.write),
    ...optional("json", values.json),
    ...optional("count", count(values.count)),
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
        iface: { type: "string", short: "i" },
        read: { type: "string", short: "r" },
        write: { type: "string", short: "w" },
        json: { type: "boolean" },
        count: { type: "string" },
      },
    });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // The library's first sentence names the option; what follows fills lines with advice.
    const [sentence] = error.message.split(/\.\s/);
    throw wrongUse(sentence ?? error.message);
  }
}

/** Not `-i`: rVRRPd takes it in every mode and looks at it in this one. */
function refuseSnifferOptions(values: ReturnType<typeof readArgs>["values"]): void {
  const options = { "-r": values.read, "-w": values.write, "--json": values.json };
  const given = Object.entries({ ...options, "--count": values.count }).find(([, value]) => {
    return value !== undefined;
  });
  if (given !== undefined) throw wrongUse(`${given[0]} belongs to the sniffer: use it with -m0`);
}

function count(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^[1-9][0-9]*$/.test(text) && Number.isSafeInteger(value)) return value;
  throw wrongUse(`Wrong value "${text}" for --count: it takes a whole number from 1 on`);
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
