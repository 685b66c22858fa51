import type { RouterDetail, RunGlobal } from "../../api/answer_schemas.ts";
import { EXIT, type ExitCode, ExitError } from "../exit.ts";
import { DaemonClient } from "./daemon_client.ts";
import { CONTROL_HELP, type ControlOptions, parseControlOptions, refuseWords } from "./options.ts";
import { print, Screen } from "./screen.ts";
import type { ServerEvent } from "./server_events.ts";
import { findControlSocket } from "./socket_path.ts";
import { statusTable } from "./status_table.ts";

const HELP = `Usage: rvrrpd status [OPTION]...
Shows the virtual routers of the running daemon.

      --json             all there is to know, as JSON
  -w, --watch            show it again whenever it changes
${CONTROL_HELP}

Exit status: 0 every virtual router is Master or Backup, 3 one is in Fault or Init,
4 no daemon answers.`;

/** What changes without a change of state, such as a priority, is seen after this time. */
const LOOK_AGAIN_MS = 1000;

export async function runStatus(args: readonly string[]): Promise<ExitCode> {
  const options = parseControlOptions(args, ["json", "watch"]);
  if (options.help) {
    console.log(HELP);
    return EXIT.fine;
  }
  refuseWords(options.words);
  using client = await DaemonClient.open(findControlSocket(options));
  if (options.watch) return await watch(client, options);
  const status = await readStatus(client);
  print(statusText(status, options));
  return exitCodeOf(status);
}

interface Status {
  readonly routers: readonly RouterDetail[];
  readonly problems: readonly string[];
}

async function readStatus(client: DaemonClient): Promise<Status> {
  const { problems } = await client.ask("GET", "/run/global") as RunGlobal;
  const enough = new AbortController();
  for await (const { name, data } of client.events(enough.signal)) {
    if (name !== "snapshot") continue;
    const { routers } = data as Pick<Status, "routers">;
    enough.abort();
    return { routers, problems };
  }
  throw new ExitError(EXIT.noDaemon, `The daemon at ${client.path} has ended`);
}

function statusText({ routers, problems }: Status, { json }: ControlOptions): string {
  if (json) return `${JSON.stringify({ routers, problems }, null, 2)}\n`;
  const isTerminal = Deno.stdout.isTerminal();
  return statusTable(routers, {
    color: isTerminal && !Deno.noColor,
    width: isTerminal ? terminalWidth() : undefined,
    problems,
  });
}

/** `undefined` for a terminal that does not say. */
function terminalWidth(): number | undefined {
  try {
    return Deno.consoleSize().columns || undefined;
  } catch {
    return undefined;
  }
}

function exitCodeOf({ routers }: Status): ExitCode {
  const isWell = routers.every(({ state }) => state === "Master" || state === "Backup");
  return isWell ? EXIT.fine : EXIT.inTrouble;
}

/** Until the user has seen enough, or the daemon ends. */
async function watch(client: DaemonClient, options: ControlOptions): Promise<ExitCode> {
  using interruption = new Interruption();
  using screen = new Screen();
  let shown = "";
  let code: ExitCode = EXIT.fine;
  const events = client.events(interruption.signal);
  for await (const _ of changes(events, interruption.signal)) {
    const status = await readStatus(client);
    const text = statusText(status, options);
    code = exitCodeOf(status);
    if (text !== shown) screen.draw(text);
    shown = text;
  }
  if (interruption.signal.aborted) return code;
  throw new ExitError(EXIT.noDaemon, `The daemon at ${client.path} has ended`);
}

/** Gives a turn for each event, and for a while without any. */
async function* changes(
  events: AsyncGenerator<ServerEvent>,
  signal: AbortSignal,
): AsyncGenerator<void> {
  let next = events.next();
  while (!signal.aborted) {
    const { promise: waited, resolve } = Promise.withResolvers<undefined>();
    const timer = setTimeout(resolve, LOOK_AGAIN_MS);
    const event = await Promise.race([next, waited]);
    clearTimeout(timer);
    if (event?.done || signal.aborted) return;
    if (event !== undefined) next = events.next();
    yield;
  }
}

/** The user's wish to end, after which the terminal is to be as it was. */
class Interruption implements Disposable {
  static readonly #SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  readonly #controller = new AbortController();
  readonly #listener = () => this.#controller.abort();

  constructor() {
    for (const signal of Interruption.#SIGNALS) Deno.addSignalListener(signal, this.#listener);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    for (const signal of Interruption.#SIGNALS) Deno.removeSignalListener(signal, this.#listener);
  }
}
