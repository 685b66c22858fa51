import type { RouterDraft } from "./drafts.ts";
import type { Findings } from "./findings.ts";
import { formatPath } from "./key_path.ts";

/** The rules between the members of one sync group. */
export function checkSyncGroups(routers: readonly RouterDraft[], findings: Findings): void {
  const members = routers.filter(({ keys }) => keys.sync_group !== undefined);
  for (const [name, group] of Map.groupBy(members, ({ keys }) => keys.sync_group)) {
    const [first, ...others] = group;
    if (first === undefined) continue;
    // One that is wrong may have the name that is meant.
    const isWhole = routers.every(({ isSound }) => isSound("sync_group"));
    if (others.length === 0 && isWhole) {
      findings.warn({
        at: [...first.at, "sync_group"],
        problem: `"${name}" has no other member`,
        hint: "virtual routers of one name change state together",
      });
    }
    for (const other of others) checkPriorities(first, other, findings);
  }
}

/** Two machines that each have the better one somewhere would both wait for the other. */
function checkPriorities(first: RouterDraft, other: RouterDraft, findings: Findings): void {
  const { priority, sync_group: name } = other.keys;
  if (priority === undefined || first.keys.priority === undefined) return;
  if (priority === first.keys.priority) return;
  findings.warn({
    at: [...other.at, "priority"],
    problem:
      `${priority} differs from ${first.keys.priority} of ${formatPath(first.at)}, which is ` +
      `in sync group "${name}" too`,
    hint: "one priority for all members",
  });
}
