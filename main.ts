import process from "node:process";
import { isApiWorker, serveApi } from "./src/cli/api_worker.ts";
import { isConfigProcess, serveConfig } from "./src/cli/config_process.ts";
import { runProgram } from "./src/cli/programs.ts";

if (isApiWorker()) serveApi();
else if (isConfigProcess()) serveConfig();
else if (import.meta.main) {
  Deno.exit(await runProgram({ startedAs: process.argv0, args: Deno.args }));
}
