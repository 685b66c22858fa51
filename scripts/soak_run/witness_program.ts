import { boottimeMs } from "../../ffi/clock.ts";
import { Poller } from "../../ffi/poller.ts";

// Runs before everything else on one processor until it is killed: whenever it is late, the machine
// itself stood still. Each of its lines is a moment and the lateness then, in milliseconds.

const EVERY_MS = 2;
const WORTH_TELLING_MS = 3;
const WHOLE_WAIT_MS = 1000;

using poller = new Poller();
say("watching");
for (;;) {
  const dueMs = boottimeMs() + EVERY_MS;
  poller.arm(dueMs);
  poller.waitHere(WHOLE_WAIT_MS);
  const lateMs = boottimeMs() - dueMs;
  if (lateMs >= WORTH_TELLING_MS) say(`${Date.now()} ${lateMs.toFixed(1)}`);
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
