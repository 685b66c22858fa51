import { EXIT, type ExitCode } from "../exit.ts";
import { DaemonClient } from "./daemon_client.ts";
import { CONTROL_HELP, parseControlOptions, wrongUse } from "./options.ts";
import { routerPath } from "./router_path.ts";
import { findControlSocket } from "./socket_path.ts";

const HELP = `Usage: rvrrpd force [OPTION]... GROUP/INTERFACE master|backup|auto
Forces a virtual router into a state; auto gives it free again.

      --family 4|6       where there is a virtual router of each family
${CONTROL_HELP}

Exit status: 0 done, 1 wrong use, 2 refused (a Master of higher priority is heard),
4 no daemon answers.`;

const STATES: readonly string[] = ["master", "backup", "auto"];

export async function runForce(args: readonly string[]): Promise<ExitCode> {
  const options = parseControlOptions(args, ["family"]);
  if (options.help) {
    console.log(HELP);
    return EXIT.fine;
  }
  const [router, state, surplus] = options.words;
  const { path, query } = routerPath(router, options.family);
  if (state === undefined || !STATES.includes(state) || surplus !== undefined) {
    throw wrongUse("It takes one state: master, backup or auto");
  }
  using client = await DaemonClient.open(findControlSocket(options));
  await client.ask("POST", `${path}/force${query}`, { state });
  return EXIT.fine;
}
