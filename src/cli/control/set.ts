import { EXIT, type ExitCode } from "../exit.ts";
import { DaemonClient } from "./daemon_client.ts";
import { CONTROL_HELP, parseControlOptions, wrongUse } from "./options.ts";
import { routerPath } from "./router_path.ts";
import { findControlSocket } from "./socket_path.ts";

const HELP = `Usage: rvrrpd set [OPTION]... GROUP/INTERFACE KEY=VALUE...
Changes keys of a virtual router while it runs; the configuration file stays as it is.

Keys and values are those of a [[vrouter]] table: priority=120, vip='["10.0.0.1"]',
timers.advert=0.5. A value that is no JSON is a text, and null takes a key back to its default.

      --family 4|6       where there is a virtual router of each family
${CONTROL_HELP}

Exit status: 0 changed, 1 wrong use or wrong value, 2 refused, 4 no daemon answers.`;

export async function runSet(args: readonly string[]): Promise<ExitCode> {
  const options = parseControlOptions(args, ["family"]);
  if (options.help) {
    console.log(HELP);
    return EXIT.fine;
  }
  const [router, ...assignments] = options.words;
  const { path, query } = routerPath(router, options.family);
  if (assignments.length === 0) throw wrongUse("Nothing to set: KEY=VALUE, such as priority=120");
  const keys = assignmentsOf(assignments);
  using client = await DaemonClient.open(findControlSocket(options));
  await client.ask("PUT", `${path}${query}`, keys);
  return EXIT.fine;
}

/** A table of all of them; `timers.advert=1` is in the table `timers`. Throws {@linkcode ExitError}. */
export function assignmentsOf(words: readonly string[]): Record<string, unknown> {
  const keys: Record<string, unknown> = {};
  const timers: Record<string, unknown> = {};
  for (const [key, value] of words.map(parseAssignment)) {
    const timer = /^timers\.(.+)$/.exec(key)?.[1];
    if (timer === undefined) keys[key] = value;
    else timers[timer] = value;
  }
  return Object.keys(timers).length === 0 ? keys : { ...keys, timers };
}

/** Throws {@linkcode ExitError}; what may be a secret is in no message. */
export function parseAssignment(word: string): readonly [key: string, value: unknown] {
  const [, key, text] = /^((?:timers\.)?[a-z0-9_]+)=(.*)$/s.exec(word) ?? [];
  if (key === undefined || text === undefined) {
    throw wrongUse("A word is no KEY=VALUE: priority=120 is one");
  }
  return [key, parseValue(text)];
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A bare word, such as an address.
    return text;
  }
}
