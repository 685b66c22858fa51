import type { RouterDraft } from "./drafts.ts";
import type { Findings } from "./findings.ts";
import { routerFamily } from "./rules_router.ts";

/** Hosts find an IPv4 router by its address alone. */
export function checkRouterAdvert(router: RouterDraft, findings: Findings): void {
  if (router.keys.router_advert !== true || routerFamily(router) !== 4) return;
  findings.fault({
    at: [...router.at, "router_advert"],
    problem: "true, but the virtual addresses are IPv4 ones",
    hint: "only IPv6 has router advertisements: no router_advert here",
  });
}
