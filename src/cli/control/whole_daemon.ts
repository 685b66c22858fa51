import { EXIT, type ExitCode, ExitError } from "../exit.ts";
import { DaemonClient } from "./daemon_client.ts";
import { CONTROL_HELP, type ControlOptions, parseControlOptions, refuseWords } from "./options.ts";
import { findControlSocket } from "./socket_path.ts";

const RELOAD_HELP = `Usage: rvrrpd reload [OPTION]...
Has the daemon read its configuration again; a wrong one is told of and changes nothing.

${CONTROL_HELP}

Exit status: 0 it is right and taken over, 1 it is wrong, 4 no daemon answers.`;

const STOP_HELP = `Usage: rvrrpd stop [OPTION]...
Ends the daemon in order, and returns when it has ended.

${CONTROL_HELP}

Exit status: 0 it has ended, 2 it has not in time, 4 no daemon answers.`;

/** An orderly end waits for its scripts. */
const STOP_PATIENCE_MS = 60_000;
const LOOK_MS = 50;

export async function runReload(args: readonly string[]): Promise<ExitCode> {
  const options = parse(args, RELOAD_HELP);
  if (options === undefined) return EXIT.fine;
  using client = await DaemonClient.open(findControlSocket(options));
  await client.ask("POST", "/daemon/reload");
  return EXIT.fine;
}

export async function runStop(args: readonly string[]): Promise<ExitCode> {
  const options = parse(args, STOP_HELP);
  if (options === undefined) return EXIT.fine;
  using client = await DaemonClient.open(findControlSocket(options));
  const { pid } = await client.ask("GET", "/run/global") as { readonly pid: number };
  await askToStop(client);
  const untilMs = performance.now() + STOP_PATIENCE_MS;
  while (runs(pid)) {
    if (performance.now() > untilMs) {
      throw new ExitError(EXIT.refused, `The daemon (PID ${pid}) has not ended yet`);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return EXIT.fine;
}

/** A daemon that ends at once may not have answered by then. */
async function askToStop(client: DaemonClient): Promise<void> {
  try {
    await client.ask("POST", "/daemon/stop");
  } catch (error) {
    if (!(error instanceof ExitError) || error.code !== EXIT.noDaemon) throw error;
  }
}

/** Its socket goes before its addresses do, so it is the process that is looked at. */
function runs(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  } catch {
    return false;
  }
}

function parse(args: readonly string[], help: string): ControlOptions | undefined {
  const options = parseControlOptions(args, []);
  if (options.help) {
    console.log(help);
    return undefined;
  }
  refuseWords(options.words);
  return options;
}
