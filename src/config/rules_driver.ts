import { checkedAddress } from "./addresses.ts";
import type { RouterDraft } from "./drafts.ts";
import type { Finding, Findings } from "./findings.ts";
import type { KeyPath } from "./key_path.ts";
import { writtenAddresses } from "./rules_router.ts";
import type { RawRoute } from "./schema_route.ts";

/** The kernel's limits for requests by ioctl: 15 bits less one, and IFNAMSIZ less one. */
const MAX_METRIC = 32_766;
const MAX_LABEL_BYTES = 15;

const MEND = 'netdrv = "netlink" or "libnl"';

/** What `netdrv` cannot do for its virtual router; only "ioctl" has such limits. */
export function checkDriver(router: RouterDraft, findings: Findings): void {
  const { at, keys } = router;
  if (keys.netdrv !== "ioctl") return;
  const problems = [macvlanProblem(router), ipv6Problem(router), labelProblem(router)];
  for (const problem of problems) {
    if (problem !== undefined) findings.fault({ at: [...at, "netdrv"], problem, hint: MEND });
  }
  for (const [index, route] of (keys.routes ?? []).entries()) {
    for (const fault of routeFaults(route, [...at, "routes", index])) findings.fault(fault);
  }
}

function macvlanProblem({ keys }: RouterDraft): string | undefined {
  return keys.iftype === "macvlan" ? '"ioctl" cannot make a macvlan' : undefined;
}

function ipv6Problem(router: RouterDraft): string | undefined {
  return writtenAddresses(router).some(({ written }) => written.address.family === 6)
    ? '"ioctl" cannot set an IPv6 address without a prefix route'
    : undefined;
}

/** Each address is an alias under a label of its own; these count from 0. */
function labelProblem(router: RouterDraft): string | undefined {
  const name = router.keys.interface;
  const last = writtenAddresses(router).length - 1;
  if (name === undefined || last < 0) return undefined;
  const label = `${name}:${last}`;
  return new TextEncoder().encode(label).length > MAX_LABEL_BYTES
    ? `"ioctl" would need labels up to ${label}, and ${MAX_LABEL_BYTES} bytes is the most`
    : undefined;
}

function routeFaults({ route, metric, mtu }: RawRoute, at: KeyPath): Finding[] {
  const faults: Finding[] = [];
  if (checkedAddress(route).address.family === 6) {
    faults.push({ at: [...at, "route"], problem: '"ioctl" cannot set an IPv6 route', hint: MEND });
  }
  if (mtu !== undefined) {
    faults.push({ at: [...at, "mtu"], problem: '"ioctl" cannot set a route\'s MTU', hint: MEND });
  }
  if (metric !== undefined && metric > MAX_METRIC) {
    const problem = `"ioctl" cannot set a metric of ${metric}`;
    faults.push({ at: [...at, "metric"], problem, hint: `0 to ${MAX_METRIC}, or ${MEND}` });
  }
  return faults;
}
