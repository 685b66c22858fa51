import { command, DONE, REFUSALS } from "./change_operations.ts";
import type { Operation } from "./operation.ts";

/** What is done to the daemon as a whole. */
export const DAEMON_OPERATIONS: readonly Operation[] = [
  {
    id: "reload",
    method: "POST",
    path: "/daemon/reload",
    summary: "Reads the configuration file again; a wrong one changes nothing.",
    access: "local",
    answers: { 200: DONE, ...REFUSALS },
    handle: (_call, bench) => command(bench, { do: "reload" }),
  },
  {
    id: "stop",
    method: "POST",
    path: "/daemon/stop",
    summary: "Ends the daemon in order.",
    access: "local",
    answers: { 200: DONE, ...REFUSALS },
    handle: (_call, bench) => command(bench, { do: "stop" }),
  },
];
