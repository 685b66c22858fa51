import assert from "node:assert/strict";
import { lateRouters } from "../../src/runtime/lateness.ts";
import { advert, facts } from "../vrrp/fixtures.ts";
import { NOW_MS, router } from "./fixtures.ts";

/** Of version 3, at one second; it has heard from a better Master with another interval. */
function backupOf(intervalMs: number) {
  const one = router({ protocol: { version: 3, advertIntervalMs: 1000 } });
  one.step({ kind: "linkReady", facts: facts() }, NOW_MS);
  one.step(advert({ priority: 200, intervalMs }), NOW_MS + 1);
  return one;
}

Deno.test("lateRouters() goes by the interval that a Backup has learnt", () => {
  const [hasty, calm] = [backupOf(100), backupOf(10_000)];
  assert.deepEqual(lateRouters([hasty, calm], 500), [hasty]);
  assert.deepEqual(lateRouters([hasty, calm], 5000), [hasty]);
  assert.deepEqual(lateRouters([hasty, calm], 50), []);
});

Deno.test("lateRouters() goes by a Master's own interval", () => {
  const one = router({ protocol: { version: 3, advertIntervalMs: 1000 } });
  one.step({ kind: "linkReady", facts: facts({ owner: true }) }, NOW_MS);
  assert.equal(one.state.name, "Master");
  assert.deepEqual(lateRouters([one], 1000), []);
  assert.deepEqual(lateRouters([one], 1001), [one]);
});
