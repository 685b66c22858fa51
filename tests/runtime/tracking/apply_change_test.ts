import assert from "node:assert/strict";
import { Batch } from "../../../src/runtime/batch.ts";
import { reportLines } from "../../../src/runtime/report_text.ts";
import type { Router, TrackOutcome } from "../../../src/runtime/router.ts";
import { SyncGroups } from "../../../src/runtime/sync_groups.ts";
import { applyChange } from "../../../src/runtime/tracking/apply_change.ts";
import { NOW_MS, PaperLog, router } from "../fixtures.ts";

const CAUSES = ["interface eth1 is down (weight -20)", "script web fails (weight -5)"];

/** Applies a change to the first of `routers`; gives the lines that come of it, and what it answers. */
function apply(routers: readonly [Router, ...Router[]], outcome: TrackOutcome) {
  const [first] = routers;
  const batch = new Batch();
  const groups = new SyncGroups({ routers, log: new PaperLog() });
  const again = applyChange({ router: first, outcome, causes: CAUSES }, {
    groups,
    batch,
    nowMs: NOW_MS,
  });
  const lines = batch.reports.flatMap(({ router, report }) => reportLines(router, report));
  return { again, lines: lines.map(({ text }) => text.replace(/^.* - /, "")) };
}

Deno.test("applyChange() changes the priority in effect and says why", () => {
  const one = router({ protocol: { priority: 100 } });
  const { again, lines } = apply([one], { adjustment: -25 });
  assert.equal(one.effectivePriority, 75);
  assert.deepEqual(lines, [`Priority 75, before 100: ${CAUSES.join(", ")}`]);
  assert.equal(again, false);
});

Deno.test("applyChange() says nothing where the priority cannot change any further", () => {
  const one = router({ protocol: { priority: 100 } });
  assert.deepEqual(apply([one], { adjustment: -99 }).lines.length, 1);
  assert.deepEqual(apply([one], { adjustment: -200 }).lines, []);
  assert.equal(one.effectivePriority, 1);
});

Deno.test("applyChange() has a virtual router judged again that may run no longer, or at last", () => {
  const one = router();
  assert.equal(apply([one], { adjustment: 0, awaits: "script web" }).again, true);
  assert.equal(apply([one], { adjustment: 0, down: "script web" }).again, true);
  assert.equal(apply([one], { adjustment: 0, down: "script web" }).again, false);
  assert.equal(apply([one], { adjustment: 0 }).again, true);
});

Deno.test("applyChange() changes the priority of a whole sync group", () => {
  const protocol = { priority: 100, syncGroup: "inside" };
  const [one, other] = [router({ protocol }), router({ interface: "eth1", protocol })];
  const { lines } = apply([one, other], { adjustment: -20 });
  assert.deepEqual([one.effectivePriority, other.effectivePriority], [80, 80]);
  assert.equal(lines.length, 2);
});
