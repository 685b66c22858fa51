import { runRvrrpd } from "./src/cli/rvrrpd.ts";

if (import.meta.main) Deno.exit(await runRvrrpd(Deno.args));
