import { formatIp, isLinkLocal } from "../base/ip.ts";
import { checkedIp } from "./addresses.ts";
import type { RouterDraft } from "./drafts.ts";
import type { Findings } from "./findings.ts";
import { checkAddress, isVirtual } from "./rules_unicast.ts";

/** What `source` can be: an address of this router, which others can tell from its virtual ones. */
export function checkSourceAddress(router: RouterDraft, findings: Findings): void {
  const { at: routerAt, keys } = router;
  if (keys.source === undefined) return;
  const at = [...routerAt, "source"];
  const address = checkedIp(keys.source);
  if (isVirtual(address, router) && mayOwn(router)) {
    findings.warn({
      at,
      problem: `${formatIp(address)} is a virtual address, from which only its owner may speak`,
      hint: "an address that this router always has, or no source",
    });
    return;
  }
  checkAddress({ at, address }, router, findings);
  if (!findings.isSound(at) || address.family === 4 || isLinkLocal(address)) return;
  if (keys.unicast_peers !== undefined || !router.isSound("unicast_peers")) return;
  findings.fault({
    at,
    problem: `${formatIp(address)} is not link-local`,
    hint: "one of fe80::/10, from which all multicast of IPv6 comes (RFC 9568 section 5.1.2.1)",
  });
}

/** An owner's virtual addresses are those of the interface itself, and on a macvlan nobody is one. */
function mayOwn({ keys }: RouterDraft): boolean {
  return keys.owner !== false && keys.iftype !== "macvlan";
}
