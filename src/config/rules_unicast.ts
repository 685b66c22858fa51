import { equalIp, formatIp, type IpAddress } from "../base/ip.ts";
import { checkedIp, unusableAddress } from "./addresses.ts";
import type { RouterDraft } from "./drafts.ts";
import type { Findings } from "./findings.ts";
import type { KeyPath } from "./key_path.ts";
import { routerFamily, writtenAddresses } from "./rules_router.ts";

const MAX_PEERS = 255;

/** An address with the place where it is written. */
interface Written {
  readonly at: KeyPath;
  readonly address: IpAddress;
}

/** The rules of a virtual router that speaks to peers instead of the multicast group. */
export function checkUnicast(router: RouterDraft, findings: Findings): void {
  const { at, keys } = router;
  if (keys.unicast_src !== undefined) {
    const source = { at: [...at, "unicast_src"], address: checkedIp(keys.unicast_src) };
    checkAddress(source, router, findings);
  }
  if (keys.unicast_peers === undefined) {
    if (router.isSound("unicast_peers")) warnOfKeysWithoutPeers(router, findings);
    return;
  }
  const peers = keys.unicast_peers.map((text, index) => ({
    at: [...at, "unicast_peers", index],
    address: checkedIp(text),
  }));
  for (const peer of peers) checkAddress(peer, router, findings);
  checkSource(router, findings);
  warnOfDuplicates(peers, findings);
  checkCount(router, findings);
  checkOwn(router, peers, findings);
}

const WITHOUT_PEERS = {
  unicast_src: "unicast_peers, or source for the source of multicast",
  unicast_ttl_min: "unicast_peers; in multicast nothing but 255 is accepted",
} as const;

function warnOfKeysWithoutPeers({ at, keys }: RouterDraft, findings: Findings): void {
  for (const key of ["unicast_src", "unicast_ttl_min"] as const) {
    if (keys[key] === undefined) continue;
    const problem = "has no effect without unicast_peers";
    findings.warn({ at: [...at, key], problem, hint: WITHOUT_PEERS[key] });
  }
}

/** The rules of an address that one router has: its own, or a peer's. */
export function checkAddress(
  { at, address }: Written,
  router: RouterDraft,
  findings: Findings,
): void {
  const family = routerFamily(router);
  const text = formatIp(address);
  const unusable = unusableAddress({ address });
  if (family !== undefined && address.family !== family) {
    const problem = `${text} is not of the family of the virtual addresses`;
    findings.fault({ at, problem, hint: `an IPv${family} address` });
  } else if (unusable !== undefined) {
    findings.fault({ at, problem: `${text} ${unusable}`, hint: "the address of one router" });
  } else if (isVirtual(address, router)) {
    const problem = `${text} is a virtual address, which moves`;
    findings.fault({ at, problem, hint: "an address that a router always has" });
  }
}

export function isVirtual(address: IpAddress, router: RouterDraft): boolean {
  return writtenAddresses(router).some(({ written }) => equalIp(written.address, address));
}

/** Two names for one thing. */
function checkSource({ at, keys }: RouterDraft, findings: Findings): void {
  const { source, unicast_src: unicast } = keys;
  if (source === undefined || unicast === undefined) return;
  if (equalIp(checkedIp(source), checkedIp(unicast))) return;
  findings.fault({
    at: [...at, "unicast_src"],
    problem: `${unicast} is another address than source, ${source}`,
    hint: "one of the two keys",
  });
}

function checkCount({ at, keys }: RouterDraft, findings: Findings): void {
  const count = keys.unicast_peers?.length ?? 0;
  if (count <= MAX_PEERS) return;
  findings.fault({
    at: [...at, "unicast_peers"],
    problem: `names ${count} peers`,
    hint: `${MAX_PEERS} at most: each gets an advertisement of its own every time`,
  });
}

function warnOfDuplicates(peers: readonly Written[], findings: Findings): void {
  for (const [index, { at, address }] of peers.entries()) {
    if (!peers.slice(0, index).some((earlier) => equalIp(earlier.address, address))) continue;
    findings.warn({ at, problem: `${formatIp(address)} is listed twice`, hint: "it counts once" });
  }
}

/** A list that is the same on all routers names each one itself, too. */
function checkOwn(
  { at, keys }: RouterDraft,
  peers: readonly Written[],
  findings: Findings,
): void {
  const written = keys.unicast_src ?? keys.source;
  if (written === undefined) return;
  const own = checkedIp(written);
  if (peers.some(({ address }) => !equalIp(address, own))) return;
  findings.fault({
    at: [...at, "unicast_peers"],
    problem: `names nobody but this router itself, ${written}`,
    hint: "the addresses of the other routers",
  });
}
