import type { ApiNews } from "../../src/api/messages.ts";
import { isApiWorker, serveApi } from "../../src/cli/api_worker.ts";
import { isConfigProcess, serveConfig } from "../../src/cli/config_process.ts";
import { runRvrrpd } from "../../src/cli/rvrrpd.ts";

/* The daemon, but for one fault: the first thread of its API ends when the configuration changes. */

/** Later threads are told up to when sessions have ended with an earlier one. */
function endWhenConfigured(): void {
  let isFirst = false;
  addEventListener("message", (event) => {
    if (!(event instanceof MessageEvent)) return;
    const news: ApiNews = event.data;
    if (news.tell === "start") isFirst = news.refusedUpToMs === undefined;
    if (news.tell === "settings" && isFirst) throw new Error("a fault of this test");
  });
}

if (isApiWorker()) {
  endWhenConfigured();
  serveApi();
} else if (isConfigProcess()) serveConfig();
else if (import.meta.main) Deno.exit(await runRvrrpd(Deno.args));
