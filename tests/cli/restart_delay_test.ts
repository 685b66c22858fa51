import assert from "node:assert/strict";
import { RestartDelay } from "../../src/cli/restart_delay.ts";

Deno.test("RestartDelay.next() grows as long as what begins anew ends soon, and up to a minute", () => {
  const delay = new RestartDelay();
  let nowMs = 0;
  const delays = Array.from({ length: 8 }, () => {
    delay.begin(nowMs);
    nowMs += 59_999;
    return delay.next(nowMs);
  });
  assert.deepEqual(delays, [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  delay.begin(nowMs);
  assert.deepEqual([delay.next(nowMs + 60_000), delay.next(nowMs + 60_000)], [1000, 1000]);
});
