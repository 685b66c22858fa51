import assert from "node:assert/strict";
import { loadRouter, loadValue, paths } from "./support.ts";

const V6 = { version: 3, vip: ["fe80::1", "2001:db8::1"] };

const SIGNED = {
  version: 3,
  auth_type: "hmac-sha256",
  auth_keys: [{ id: 1, secret: "0123456789abcdefghijklmnopqrstuv" }],
  active_key: 1,
};

function ipv6Addresses(length: number): string[] {
  return Array.from({ length }, (_, index) => `fe80::${(index + 1).toString(16)}`);
}

interface RuleRow {
  readonly what: string;
  readonly keys: object;
  readonly faults?: readonly string[];
  readonly warnings?: readonly string[];
}

/** Paths are below `vrouter[0]`. */
const ROWS: readonly RuleRow[] = [
  {
    what: "families mixed in vip",
    keys: { vip: ["10.9.0.1", "fe80::1"], version: 3 },
    faults: ["vip"],
  },
  { what: "IPv6 in version 2", keys: { vip: "fe80::1" }, faults: ["vip"] },
  { what: "IPv6 with a link-local address first", keys: V6 },
  {
    what: "IPv6 with a global address first",
    keys: { version: 3, vip: "2001:db8::1" },
    faults: ["vip"],
  },
  { what: "excluded addresses of the other family", keys: { excluded_vips: ["2001:db8::1"] } },
  {
    what: "an address twice in vip",
    keys: { vip: ["10.9.0.1", "10.9.0.1/24"] },
    warnings: ["vip[1]"],
  },
  {
    what: "an address in vip and excluded_vips",
    keys: { excluded_vips: ["10.9.0.1"] },
    warnings: ["excluded_vips[0]"],
  },
  {
    what: "as many addresses as an advertisement can list",
    keys: { vip: Array.from({ length: 255 }, (_, index) => `10.9.1.${index}`) },
  },
  {
    what: "two addresses more than that",
    keys: { vip: Array.from({ length: 257 }, (_, index) => `10.9.${index >> 8}.${index & 255}`) },
    faults: ["vip"],
  },
  {
    what: "a list that nobody has written by hand",
    keys: { vip: Array<string>(1001).fill("10.9.1.1") },
    faults: ["vip"],
  },
  { what: "as many IPv6 addresses as fit a frame", keys: { version: 3, vip: ipv6Addresses(90) } },
  {
    what: "more IPv6 addresses than fit a frame",
    keys: { version: 3, vip: ipv6Addresses(91) },
    faults: ["vip"],
  },
  { what: "as many as fit with a signature", keys: { ...SIGNED, vip: ipv6Addresses(89) } },
  {
    what: "more than fit with a signature",
    keys: { ...SIGNED, vip: ipv6Addresses(90) },
    faults: ["vip"],
  },
  { what: "the address of a network", keys: { vip: "10.9.0.0/24" }, faults: ["vip"] },
  {
    what: "a fraction of a second in version 2",
    keys: { timers: { advert: 0.5 } },
    faults: ["timers.advert"],
  },
  { what: "the longest interval of version 2", keys: { timers: { advert: 255 } } },
  { what: "centiseconds in version 3", keys: { version: 3, timers: { advert: 0.07 } } },
  { what: "the longest interval of version 3", keys: { version: 3, timers: { advert: 40.95 } } },
  {
    what: "an interval of version 2 in version 3",
    keys: { version: 3, timers: { advert: 41 } },
    faults: ["timers.advert"],
  },
  {
    what: "half a centisecond in version 3",
    keys: { version: 3, timers: { advert: 1.005 } },
    faults: ["timers.advert"],
  },
  { what: "the shortest interval of version 3", keys: { version: 3, timers: { advert: 0.01 } } },
  {
    what: "an interval in version 3 that is shorter still",
    keys: { version: 3, timers: { advert: 0.005 } },
    faults: ["timers.advert"],
  },
  {
    what: "rVRRPd's address list in version 3",
    keys: { version: 3, rfc3768: false },
    warnings: ["rfc3768"],
  },
  { what: "a checksum of version 3", keys: { version: 3, v3_checksum: "rfc9568" } },
  {
    what: "a checksum of version 3 in version 2",
    keys: { v3_checksum: "rfc9568" },
    warnings: ["v3_checksum"],
  },
  {
    what: "a checksum over IPv6, where there is but one",
    keys: { ...V6, v3_checksum: "rfc9568" },
    warnings: ["v3_checksum"],
  },
  {
    what: "macvlan without the virtual MAC",
    keys: { iftype: "macvlan", vmac: false },
    faults: ["vmac"],
  },
  {
    what: "a length other than 32 with macvlan",
    keys: { iftype: "macvlan", vip: "10.9.0.1/24" },
    warnings: ["vip"],
  },
  { what: "the length 32 with macvlan", keys: { iftype: "macvlan", vip: "10.9.0.1/32" } },
  { what: "vifname without macvlan", keys: { vifname: "x" }, warnings: ["vifname"] },
];

for (const { what, keys, faults = [], warnings = [] } of ROWS) {
  const outcome = faults.length > 0 ? "refuses" : warnings.length > 0 ? "warns of" : "takes";
  Deno.test(`checkRouter() ${outcome} ${what}`, () => {
    const loaded = loadRouter(keys);
    const below = (all: readonly string[]) => all.map((path) => `vrouter[0].${path}`);
    assert.deepEqual(paths(loaded.faults), below(faults));
    assert.deepEqual(paths(loaded.warnings), below(warnings));
  });
}

Deno.test("checkRouter() does not follow a wrong version with faults that hang on it", () => {
  const router = {
    group: 1,
    interface: "eth0",
    vip: "fe80::1",
    version: 4,
    timers: { advert: 0.5 },
  };
  assert.deepEqual(paths(loadValue({ vrouter: [router] }).faults), ["vrouter[0].version"]);
});
