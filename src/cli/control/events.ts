import type { TransitionBody } from "../../api/answer_schemas.ts";
import { reasonText } from "../../runtime/reason_text.ts";
import { EXIT, type ExitCode, ExitError } from "../exit.ts";
import { DaemonClient } from "./daemon_client.ts";
import { CONTROL_HELP, parseControlOptions, refuseWords } from "./options.ts";
import { routerTitle } from "./router_title.ts";
import { findControlSocket } from "./socket_path.ts";

const HELP = `Usage: rvrrpd events [OPTION]...
Shows every change of state from now on.

      --json             one JSON object a line
${CONTROL_HELP}

Exit status: 4 no daemon answers, or it has ended.`;

export async function runEvents(args: readonly string[]): Promise<ExitCode> {
  const options = parseControlOptions(args, ["json"]);
  if (options.help) {
    console.log(HELP);
    return EXIT.fine;
  }
  refuseWords(options.words);
  const show = options.json ? JSON.stringify : eventLine;
  using client = await DaemonClient.open(findControlSocket(options));
  for await (const { name, data } of client.events(new AbortController().signal)) {
    if (name === "transition") console.log(show(data as TransitionBody));
  }
  throw new ExitError(EXIT.noDaemon, `The daemon at ${client.path} has ended`);
}

/** One change of state for people. */
export function eventLine(event: TransitionBody): string {
  const { at, from, to, reason, fault_text: wrong, peer } = event;
  const why = [
    wrong ?? reasonText(reason),
    ...(peer === null ? [] : [`${peer.address} with priority ${peer.priority}`]),
  ];
  return `${at}  ${routerTitle(event)}  ${from} to ${to}  (${why.join(", ")})`;
}
