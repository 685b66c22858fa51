import assert from "node:assert/strict";
import { lines, loadRouter, paths } from "./support.ts";

const V6 = { version: 3, vip: ["fe80::1", "2001:db8::1"] };

interface SourceRow {
  readonly what: string;
  readonly keys: object;
  readonly problem?: string;
}

const TAKEN: readonly SourceRow[] = [
  { what: "an address of the network", keys: { source: "10.9.0.11" } },
  { what: "an address of another network", keys: { source: "192.0.2.1" } },
  { what: "a link-local IPv6 address", keys: { ...V6, source: "fe80::11" } },
  {
    what: "a global IPv6 address in unicast",
    keys: { ...V6, source: "2001:db8::11", unicast_peers: ["2001:db8::12"] },
  },
];

const REFUSED: readonly SourceRow[] = [
  {
    what: "the other family",
    keys: { ...V6, source: "10.9.0.11" },
    problem: "10.9.0.11 is not of the family of the virtual addresses",
  },
  { what: "no address of a host", keys: { source: "0.0.0.0" }, problem: "is no address of a host" },
  {
    what: "the broadcast address",
    keys: { source: "255.255.255.255" },
    problem: "is the broadcast",
  },
  { what: "an IPv4 group", keys: { source: "224.0.0.1" }, problem: "is a multicast address" },
  { what: "loopback", keys: { source: "127.0.0.1" }, problem: "is a loopback address" },
  { what: "an IPv6 group", keys: { ...V6, source: "ff02::1" }, problem: "is a multicast address" },
  { what: "the unspecified address", keys: { ...V6, source: "::" }, problem: "is no address of a" },
  {
    what: "a group in unicast",
    keys: { source: "224.0.0.1", unicast_peers: ["10.9.0.12"] },
    problem: "is a multicast address",
  },
  {
    what: "a global IPv6 address in multicast",
    keys: { ...V6, source: "2001:db8::11" },
    problem: "2001:db8::11 is not link-local",
  },
  {
    what: "a virtual address of a router that is no owner",
    keys: { source: "10.9.0.1", owner: false },
    problem: "10.9.0.1 is a virtual address, which moves",
  },
  {
    what: "a virtual address on a macvlan, where nobody owns it",
    keys: { ...V6, source: "fe80::1", iftype: "macvlan" },
    problem: "fe80::1 is a virtual address, which moves",
  },
  {
    what: "an excluded virtual address",
    keys: { source: "10.9.0.2", excluded_vips: ["10.9.0.2"], owner: false },
    problem: "10.9.0.2 is a virtual address, which moves",
  },
];

for (const { what, keys } of TAKEN) {
  Deno.test(`checkSourceAddress() takes ${what}`, () => {
    const { faults, warnings } = loadRouter(keys);
    assert.deepEqual([...faults, ...warnings], []);
  });
}

for (const { what, keys, problem = "" } of REFUSED) {
  Deno.test(`checkSourceAddress() refuses ${what}`, () => {
    const { faults } = loadRouter(keys);
    assert.deepEqual(paths(faults), ["vrouter[0].source"]);
    assert.ok(lines(faults)[0]?.includes(problem), lines(faults)[0]);
  });
}

Deno.test("checkSourceAddress() warns of a virtual address where its owner may speak from it", () => {
  const { faults, warnings } = loadRouter({ source: "10.9.0.1" });
  assert.deepEqual(faults, []);
  assert.deepEqual(paths(warnings), ["vrouter[0].source"]);
});

Deno.test("checkSourceAddress() says nothing of multicast where the list of peers is wrong", () => {
  const { faults } = loadRouter({ ...V6, source: "2001:db8::11", unicast_peers: [] });
  assert.deepEqual(paths(faults), ["vrouter[0].unicast_peers"]);
});
