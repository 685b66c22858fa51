import type { Action } from "../../vrrp/types.ts";
import type { Batch } from "../batch.ts";
import type { Router } from "../router.ts";
import type { SyncGroups } from "../sync_groups.ts";
import type { Change } from "./board.ts";

/**
 * Tells a virtual router what everything that it tracks comes to now, and its sync group with it.
 * Gives whether it has to be judged again: it may run no longer, or at last.
 */
export function applyChange(
  { router, outcome, causes }: Change,
  { groups, batch, nowMs }: {
    readonly groups: Pick<SyncGroups, "adjust" | "membersWith">;
    readonly batch: Batch;
    readonly nowMs: number;
  },
): boolean {
  const { down, awaits } = router.tracked;
  router.track(outcome);
  const members = groups.membersWith(router).map((member) => {
    return { member, before: member.effectivePriority };
  });
  groups.adjust([router], batch, nowMs);
  for (const { member, before } of members) {
    batch.add(member, priorityReports(member, { before, causes }));
  }
  return down !== outcome.down || awaits !== outcome.awaits;
}

function priorityReports(
  { effectivePriority: priority }: Router,
  { before, causes }: { readonly before: number; readonly causes: readonly string[] },
): Action[] {
  if (priority === before) return [];
  return [{ do: "report", report: { what: "priorityChanged", before, priority, causes } }];
}
