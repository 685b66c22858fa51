import type { RouterDraft } from "./drafts.ts";
import type { Findings } from "./findings.ts";
import { formatPath } from "./key_path.ts";
import { routerFamily } from "./rules_router.ts";

/** The rules between virtual routers. */
export function checkClashes(routers: readonly RouterDraft[], findings: Findings): void {
  checkIdentities(routers, findings);
  checkSharedMacs(routers, findings);
  checkInterfaceNames(routers, findings);
}

function checkIdentities(routers: readonly RouterDraft[], findings: Findings): void {
  const seen = new Map<string, RouterDraft>();
  for (const router of routers) {
    const { group, interface: link } = router.keys;
    const family = routerFamily(router);
    if (group === undefined || link === undefined || family === undefined) continue;
    const identity = `${group} ${link} ${family}`;
    const earlier = seen.get(identity);
    if (earlier === undefined) {
      seen.set(identity, router);
      continue;
    }
    findings.fault({
      at: [...router.at, "group"],
      problem: `${group} is on ${link} already, in ${formatPath(earlier.at)}`,
      hint: "one virtual router for each group, interface and family; vip takes a list",
    });
  }
}

function checkSharedMacs(routers: readonly RouterDraft[], findings: Findings): void {
  const seen = new Map<string, RouterDraft>();
  for (const router of routers) {
    const link = router.keys.interface;
    if (link === undefined || !setsInterfaceMac(router)) continue;
    const earlier = seen.get(link);
    if (earlier === undefined) {
      seen.set(link, router);
      continue;
    }
    findings.fault({
      at: [...router.at, "iftype"],
      problem: `${link} can have only one virtual MAC, and ${formatPath(earlier.at)} sets it`,
      hint: 'iftype = "macvlan" (recommended) or vmac = false on all but one',
    });
  }
}

function setsInterfaceMac({ keys, isSound }: RouterDraft): boolean {
  if (keys.iftype !== "ether" || !isSound("vmac") || !isSound("unicast_peers")) return false;
  return keys.vmac ?? keys.unicast_peers === undefined;
}

/** Names that were chosen; default names give way to them (see virtual_interfaces.ts). */
function checkInterfaceNames(routers: readonly RouterDraft[], findings: Findings): void {
  const parents = new Set(routers.map((router) => router.keys.interface));
  const seen = new Map<string, RouterDraft>();
  for (const router of routers) {
    const name = router.keys.vifname;
    if (name === undefined || router.keys.iftype !== "macvlan") continue;
    const at = [...router.at, "vifname"];
    const earlier = seen.get(name);
    if (parents.has(name)) {
      const problem = `"${name}" is the interface of a virtual router`;
      findings.fault({ at, problem, hint: "a name that no other interface has" });
    } else if (earlier !== undefined) {
      const problem = `"${name}" is the vifname of ${formatPath(earlier.at)} already`;
      findings.fault({ at, problem, hint: "a name that no other interface has" });
    }
    seen.set(name, earlier ?? router);
  }
}
