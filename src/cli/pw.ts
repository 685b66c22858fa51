import { parseArgs } from "node:util";
import { makeUserLine, type NewUser, type PasswordAlgorithm } from "../api/password.ts";
import { EXIT, type ExitCode, ExitError } from "./exit.ts";
import { readPassword } from "./password_input.ts";

export const PW_HELP = `Usage: rvrrpd-pw [OPTION]... USER [PASSWORD] [ALG]
Makes a line for the users of the client API ([api] in the configuration).

  -u, --user USER        1 to 256 letters and digits
  -p, --password TEXT    in sight of everybody who lists processes: better leave it out
  -a, --hash-alg ALG     scrypt (the default), or sha256 as rVRRPd has it
      --read-only        the user may not change anything (level 1)
  -h, --help             this help

Without a password it asks twice for one, or reads one line when standard input is no
terminal.

Exit status: 0 fine, 1 wrong use.`;

const ALGORITHMS: Readonly<Record<string, PasswordAlgorithm>> = {
  scrypt: "SCRYPT",
  sha256: "SHA256",
};

/** Prints one line for `users` of `[api]`. */
export async function runPw(args: readonly string[]): Promise<ExitCode> {
  if (args.length === 0) {
    console.error(PW_HELP);
    return EXIT.wrongUse;
  }
  const { help, password, ...user } = parsePwOptions(args);
  if (help) {
    console.log(PW_HELP);
    return EXIT.fine;
  }
  console.log(await makeUserLine({ ...user, password: password ?? await readPassword() }));
  return EXIT.fine;
}

interface PwOptions extends Omit<NewUser, "password"> {
  readonly help: boolean;
  readonly password?: string;
}

/** An option goes before an argument in the same place. */
function parsePwOptions(args: readonly string[]): PwOptions {
  const { values, positionals } = readArgs(args);
  const rest = [...positionals];
  const name = values.user ?? rest.shift() ?? "";
  const password = values.password ?? rest.shift();
  const algorithm = values["hash-alg"] ?? rest.shift() ?? "scrypt";
  const [surplus] = rest;
  if (!values.help) checkWords({ name, password, surplus });
  return {
    help: values.help,
    name,
    level: values["read-only"] ? 1 : 0,
    algorithm: algorithmOf(algorithm),
    ...(password === undefined ? {} : { password }),
  };
}

function readArgs(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        help: { type: "boolean", short: "h", default: false },
        user: { type: "string", short: "u" },
        password: { type: "string", short: "p" },
        "hash-alg": { type: "string", short: "a" },
        "read-only": { type: "boolean", default: false },
      },
    });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // The library quotes an argument that it does not understand, and that may be the password.
    throw wrongUse("Wrong options: a value is missing or an option is unknown");
  }
}

/** What follows the user's name may be a password, so no message shows it. */
function checkWords({ name, password, surplus }: {
  readonly name: string;
  readonly password: string | undefined;
  readonly surplus: string | undefined;
}): void {
  if (name === "") throw wrongUse("No user given");
  if (!/^[A-Za-z0-9]{1,256}$/.test(name)) {
    throw wrongUse("Wrong user: a name has 1 to 256 letters and digits");
  }
  if (password === "") throw wrongUse("The password is empty");
  if (surplus !== undefined) {
    throw wrongUse("Too many arguments: put a password with blanks in quotes");
  }
}

function algorithmOf(text: string): PasswordAlgorithm {
  const found = ALGORITHMS[text.toLowerCase()];
  if (found === undefined) throw wrongUse("Unknown algorithm: it is scrypt or sha256");
  return found;
}

function wrongUse(message: string): ExitError {
  return new ExitError(EXIT.wrongUse, `${message} (rvrrpd-pw --help lists the options)`);
}
