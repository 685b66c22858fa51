import assert from "node:assert/strict";
import { ReadingTime } from "../../src/runtime/reading_time.ts";

Deno.test("ReadingTime is over from the start, and some milliseconds after each beginning", () => {
  let nowMs = 1000;
  const time = new ReadingTime(() => nowMs);
  assert.equal(time.over, true);
  for (let round = 0; round < 2; round++) {
    time.begin();
    assert.equal(time.over, false);
    nowMs += 10;
    assert.equal(time.over, true);
  }
});
