import { parseArgs } from "node:util";
import { type ConfigFormat } from "../../config/load.ts";
import { EXIT, ExitError } from "../exit.ts";

/** What every sub-command that talks to a daemon takes. */
export interface ControlOptions {
  readonly help: boolean;
  readonly socket?: string | undefined;
  readonly configFile?: string | undefined;
  readonly configFormat?: ConfigFormat | undefined;
  readonly json: boolean;
  readonly watch: boolean;
  readonly family?: "4" | "6" | undefined;
  /** What stands beside the options. */
  readonly words: readonly string[];
}

export const CONTROL_HELP = `Of the daemon:
      --socket PATH      its control socket
  -c, --conf FILE        its configuration, which names the socket (the default file)
  -g, --cfg-format FMT   toml or json (told from the file's name and content)
  -h, --help             this help`;

type Flag = "json" | "watch" | "family";

const FLAGS = {
  json: { type: "boolean" },
  watch: { type: "boolean", short: "w" },
  family: { type: "string" },
} as const;

const COMMON = {
  help: { type: "boolean", short: "h" },
  socket: { type: "string" },
  conf: { type: "string", short: "c" },
  "cfg-format": { type: "string", short: "g" },
} as const;

/** `flags` are those that the command knows. Throws {@linkcode ExitError}. */
export function parseControlOptions(
  args: readonly string[],
  flags: readonly Flag[],
): ControlOptions {
  const { values, positionals } = readArgs(args);
  for (const flag of ["json", "watch", "family"] as const) {
    if (values[flag] !== undefined && !flags.includes(flag)) {
      throw wrongUse(`Unknown option '--${flag}'`);
    }
  }
  return {
    help: values.help ?? false,
    socket: values.socket,
    configFile: values.conf,
    configFormat: oneOf("-g", values["cfg-format"], ["toml", "json"] as const),
    json: values.json ?? false,
    watch: values.watch ?? false,
    family: oneOf("--family", values.family, ["4", "6"] as const),
    words: positionals,
  };
}

function readArgs(args: readonly string[]) {
  try {
    const options = { ...COMMON, ...FLAGS };
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // The library's first sentence names the option; what follows fills lines with advice.
    const [sentence = error.message] = error.message.split(/\.\s/);
    throw wrongUse(sentence);
  }
}

function oneOf<T extends string>(
  option: string,
  value: string | undefined,
  choices: readonly T[],
): T | undefined {
  const found = choices.find((one) => one === value);
  if (value !== undefined && found === undefined) {
    throw wrongUse(`Wrong value "${value}" for ${option}: it takes ${choices.join(", ")}`);
  }
  return found;
}

export function refuseWords(words: readonly string[]): void {
  if (words[0] !== undefined) throw wrongUse(`Unknown argument "${words[0]}": it takes none`);
}

export function wrongUse(message: string): ExitError {
  return new ExitError(EXIT.wrongUse, `${message} (--help explains)`);
}
