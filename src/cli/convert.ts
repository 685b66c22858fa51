import { parseArgs } from "node:util";
import { formatFault } from "../config/fault.ts";
import { loadConfig } from "../config/load.ts";
import { convertKeepalived } from "../convert/convert.ts";
import type { Included } from "../convert/expand.ts";
import type { Trouble } from "../convert/place.ts";
import { hostName } from "../runtime/host_name.ts";
import { EXIT, type ExitCode, ExitError } from "./exit.ts";
import { includedFiles } from "./include.ts";
import { readText } from "./read_text.ts";

export const HELP = `Usage: rvrrpd convert [-i NAME] FILE
Turns a configuration of keepalived into one of rvrrpd, on standard output.

  -i, --config-id NAME  take lines that begin with @NAME (the host's name)
  -h, --help            this help

What is not as it was is a comment in the result and a line on standard error.

Exit status: 0 converted, also with such lines; 1 the file cannot be read or followed.`;

/** Converts a file with all that it includes. Throws {@linkcode ExitError}. */
export function runConvert(args: readonly string[]): ExitCode {
  const { help, file, configId } = parseOptions(args);
  if (help) {
    console.log(HELP);
    return EXIT.fine;
  }
  if (file === undefined) {
    throw wrongUse("It needs a file, such as /etc/keepalived/keepalived.conf");
  }
  const source = { file, text: readText(file) };
  const converted = convertKeepalived({
    source,
    configId: configId ?? hostName(),
    include: readIncluded,
    findProgram,
  });
  if (!converted.ok) throw new ExitError(EXIT.wrongUse, showTrouble(converted.error));
  const { toml, warnings, holdsSecret } = converted.value;
  console.log(toml.trimEnd());
  for (const warning of warnings) console.error(showTrouble(warning));
  if (holdsSecret) {
    console.error(`${file}: the result holds a secret: keep it from others (umask 077)`);
  }
  for (const line of remainingFaults(toml)) console.error(line);
  return EXIT.fine;
}

function parseOptions(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        help: { type: "boolean", short: "h", default: false },
        "config-id": { type: "string", short: "i" },
      },
    });
    const [file, surplus] = positionals;
    if (surplus !== undefined) throw wrongUse(`Unknown argument "${surplus}": it takes one file`);
    return { help: values.help, file, configId: values["config-id"] };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // The library's first sentence names the option; what follows fills lines with advice.
    const [sentence = error.message] = error.message.split(/\.\s/);
    throw wrongUse(sentence);
  }
}

/** The files of `include PATTERN`, which is relative to the file that it stands in. */
function readIncluded(pattern: string, from: string): Included {
  const files: { file: string; text: string }[] = [];
  const problems: string[] = [];
  const names = includedFiles(pattern, from);
  if (names.length === 0) problems.push("there is no such file");
  for (const file of names) {
    try {
      files.push({ file, text: readText(file) });
    } catch (error) {
      if (!(error instanceof ExitError)) throw error;
      problems.push(error.message);
    }
  }
  return { files, problems };
}

/** Along the path that root has everywhere, not along that of the one who converts. */
function findProgram(name: string): string | undefined {
  const folders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];
  return folders.map((folder) => `${folder}/${name}`).find(isFile);
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    // One that cannot be looked at cannot be run either.
    return false;
  }
}

function showTrouble({ place, text }: Trouble): string {
  return `${place.file}:${place.line}: ${text}`;
}

/** What `--check` would refuse: values that keepalived takes, or was wrong about, too. */
function remainingFaults(toml: string): string[] {
  const fileName = "the result";
  const { faults } = loadConfig({
    text: toml,
    fileName,
    format: "toml",
    readTextFile: (path) => Deno.readTextFileSync(path),
  });
  return faults.map((fault) => `${formatFault(fault, fileName)}: mend it before use`);
}

function wrongUse(message: string): ExitError {
  return new ExitError(EXIT.wrongUse, `${message} (rvrrpd convert --help)`);
}
