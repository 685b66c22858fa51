import { Burdens } from "./burdens.ts";
import { askAll } from "./clients.ts";
import { type LoadPlan, type LoadReport, UNDER_WAY } from "./plan.ts";

// Runs inside a network namespace until it is killed: the plan as JSON is its only argument.

const plan: LoadPlan = JSON.parse(Deno.args[0] ?? "");
const burdens = new Burdens(plan);
await burdens.open();
say(UNDER_WAY);
const asking = await askAll(plan);
const { refusedBodies, endedHeads, endedStreams } = burdens;
const report: LoadReport = { ...asking, refusedBodies, endedHeads, endedStreams };
say(JSON.stringify(report));
// All that is open stays open: how much memory it takes is measured now.
await new Promise(() => setInterval(() => {}, 60_000));

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
