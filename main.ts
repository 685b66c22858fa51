import process from "node:process";
import { isConfigWorker, serveConfig } from "./src/cli/config_worker.ts";
import { runProgram } from "./src/cli/programs.ts";

if (isConfigWorker()) serveConfig();
else if (import.meta.main) {
  Deno.exit(await runProgram({ startedAs: process.argv0, args: Deno.args }));
}
