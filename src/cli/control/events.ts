import type { RejectsBody, TransitionBody } from "../../api/answer_schemas.ts";
import { reasonText } from "../../runtime/reason_text.ts";
import { EXIT, type ExitCode, ExitError } from "../exit.ts";
import { DaemonClient } from "./daemon_client.ts";
import { CONTROL_HELP, parseControlOptions, refuseWords } from "./options.ts";
import { routerTitle } from "./router_title.ts";
import { findControlSocket } from "./socket_path.ts";

const HELP = `Usage: rvrrpd events [OPTION]...
Shows every change of state from now on, and every five seconds at most which packets were dropped.

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
  using client = await DaemonClient.open(findControlSocket(options));
  for await (const { name, data } of client.events(new AbortController().signal)) {
    const lines = linesOf(name, data);
    if (lines.length === 0) continue;
    console.log(options.json ? JSON.stringify(data) : lines.join("\n"));
  }
  throw new ExitError(EXIT.noDaemon, `The daemon at ${client.path} has ended`);
}

/** None of an event that is not meant for people. */
function linesOf(name: string, data: unknown): readonly string[] {
  if (name === "transition") return [eventLine(data as TransitionBody)];
  return name === "rejects" ? rejectLines(data as RejectsBody) : [];
}

/** A line for each reason why packets were dropped, and what did not fit the report. */
export function rejectLines({ at, rejected, left_out: leftOut }: RejectsBody): string[] {
  const lines = rejected.map(({ group, interface: name, family, reason, count }) => {
    const title = group === null
      ? name
      : routerTitle({ group, interface: name, family: family ?? 4 });
    return `${at}  ${title}  ${count} ${count === 1 ? "packet" : "packets"} dropped  (${reason})`;
  });
  return leftOut === 0 ? lines : [...lines, `${at}  ${leftOut} more reasons are not shown`];
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
