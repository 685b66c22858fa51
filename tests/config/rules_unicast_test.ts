import assert from "node:assert/strict";
import { ip } from "../../src/base/ip.ts";
import { loadRouter, onlyRouter, paths } from "./support.ts";

const PEERS = { unicast_peers: ["10.9.0.12", "10.9.0.13"] };
const V6 = { version: 3, vip: ["fe80::1", "2001:db8::1"] };

interface RuleRow {
  readonly what: string;
  readonly keys: object;
  readonly faults?: readonly string[];
  readonly warnings?: readonly string[];
}

/** Paths are below `vrouter[0]`; the virtual address is 10.9.0.1. */
const ROWS: readonly RuleRow[] = [
  { what: "peers alone", keys: PEERS },
  { what: "peers and everything that goes with them", keys: { ...PEERS, unicast_ttl_min: 1 } },
  { what: "a source for unicast", keys: { ...PEERS, unicast_src: "10.9.0.11" } },
  {
    what: "the same source twice",
    keys: { ...PEERS, unicast_src: "10.9.0.11", source: "10.9.0.11" },
  },
  {
    what: "two sources",
    keys: { ...PEERS, unicast_src: "10.9.0.11", source: "10.9.0.14" },
    faults: ["unicast_src"],
  },
  { what: "unicast_src alone", keys: { unicast_src: "10.9.0.11" }, warnings: ["unicast_src"] },
  { what: "unicast_ttl_min alone", keys: { unicast_ttl_min: 1 }, warnings: ["unicast_ttl_min"] },
  {
    what: "a wrong list of peers, and nothing that hangs on it",
    keys: { unicast_src: "10.9.0.11", unicast_peers: [] },
    faults: ["unicast_peers"],
  },
  {
    what: "addresses of the other family",
    keys: { ...V6, unicast_src: "10.9.0.11", unicast_peers: ["fe80::2", "10.9.0.12"] },
    faults: ["unicast_src", "unicast_peers[1]"],
  },
  {
    what: "the group's address and others that no host has",
    keys: { unicast_peers: ["224.0.0.18", "127.0.0.1", "255.255.255.255", "0.0.0.0"] },
    faults: ["unicast_peers[0]", "unicast_peers[1]", "unicast_peers[2]", "unicast_peers[3]"],
  },
  {
    what: "a virtual address as a peer or as source",
    keys: { unicast_src: "10.9.0.1", unicast_peers: ["10.9.0.12", "10.9.0.1"] },
    faults: ["unicast_src", "unicast_peers[1]"],
  },
  {
    what: "an excluded virtual address as a peer",
    keys: { excluded_vips: ["10.9.0.12"], ...PEERS },
    faults: ["unicast_peers[0]"],
  },
  {
    what: "a peer twice",
    keys: { unicast_peers: ["10.9.0.12", "10.9.0.12"] },
    warnings: ["unicast_peers[1]"],
  },
  {
    what: "a list with this router in it",
    keys: { unicast_src: "10.9.0.11", unicast_peers: ["10.9.0.11", "10.9.0.12"] },
  },
  {
    what: "a list with nobody but this router",
    keys: { source: "10.9.0.11", unicast_peers: ["10.9.0.11"] },
    faults: ["unicast_peers"],
  },
  { what: "255 peers", keys: { unicast_peers: manyPeers(255) } },
  { what: "256 peers", keys: { unicast_peers: manyPeers(256) }, faults: ["unicast_peers"] },
];

function manyPeers(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `10.8.1.${index}`);
}

for (const { what, keys, faults = [], warnings = [] } of ROWS) {
  const outcome = faults.length > 0 ? "refuses" : warnings.length > 0 ? "warns of" : "takes";
  Deno.test(`checkUnicast() ${outcome} ${what}`, () => {
    const loaded = loadRouter(keys);
    const below = (all: readonly string[]) => all.map((path) => `vrouter[0].${path}`);
    assert.deepEqual(paths(loaded.faults), below(faults));
    assert.deepEqual(paths(loaded.warnings), below(warnings));
  });
}

Deno.test("unicast_peers become the others, each once, with the source that they are sent from", () => {
  const router = onlyRouter(loadRouter({
    unicast_src: "10.9.0.11",
    unicast_peers: ["10.9.0.13", "10.9.0.11", "10.9.0.12", "10.9.0.13"],
    unicast_ttl_min: 250,
  }));
  assert.deepEqual(router.source, ip("10.9.0.11"));
  assert.deepEqual(router.unicast, { peers: [ip("10.9.0.13"), ip("10.9.0.12")], ttlMin: 250 });
});

Deno.test("unicast goes from source where there is no unicast_src, which is nothing to multicast", () => {
  assert.deepEqual(
    onlyRouter(loadRouter({ ...PEERS, source: "10.9.0.14" })).source,
    ip("10.9.0.14"),
  );
  assert.equal(onlyRouter(loadRouter({ unicast_src: "10.9.0.11" })).source, undefined);
});
