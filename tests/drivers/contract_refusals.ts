import assert from "node:assert/strict";
import type { Change } from "../../src/drivers/driver.ts";
import { can } from "./abilities.ts";
import { type Bench, mac, prefix } from "./bench.ts";

interface RefusalRow {
  readonly change: Change;
  readonly code: string;
  readonly says: RegExp;
}

const NOWHERE = { ifindex: 987_654, interfaceName: "gone" };

function addressRefusals(bench: Bench): readonly RefusalRow[] {
  return [
    {
      change: bench.addAddress("10.9.0.5/24"),
      code: "EEXIST",
      says: /^Cannot add 10\.9\.0\.5\/24 to near\d+: EEXIST/,
    },
    {
      change: bench.removeAddress("10.9.0.6/24"),
      code: "EADDRNOTAVAIL",
      says: /^Cannot remove 10\.9\.0\.6\/24 from near\d+: EADDRNOTAVAIL/,
    },
    {
      change: {
        change: "addAddress",
        ...NOWHERE,
        prefix: prefix("10.9.0.5/24"),
        noPrefixRoute: false,
      },
      code: "ENODEV",
      says: /^Cannot add 10\.9\.0\.5\/24 to gone: ENODEV/,
    },
    {
      change: { change: "removeAddress", ...NOWHERE, prefix: prefix("10.9.0.5/24") },
      code: "ENODEV",
      says: /^Cannot remove 10\.9\.0\.5\/24 from gone: ENODEV/,
    },
  ];
}

function linkRefusals(bench: Bench): readonly RefusalRow[] {
  return [
    {
      change: { change: "setMac", ...NOWHERE, mac: mac("02:00:00:00:00:01") },
      code: "ENODEV",
      says: /^Cannot set the MAC of gone to 02:00:00:00:00:01: ENODEV/,
    },
    {
      change: { change: "setMac", ...bench.target, mac: mac("01:00:5e:00:00:12") },
      code: "EADDRNOTAVAIL",
      says: /^Cannot set the MAC of near\d+ to 01:00:5e:00:00:12: EADDRNOTAVAIL/,
    },
    {
      change: { change: "setUp", ...NOWHERE },
      code: "ENODEV",
      says: /^Cannot bring gone up: ENODEV/,
    },
    {
      change: { change: "setIpv4", ...NOWHERE, settings: { arpIgnore: 1, rpFilter: 2 } },
      code: "ENODEV",
      says: /^Cannot set arpIgnore, rpFilter of gone: ENODEV/,
    },
    {
      change: { change: "noAddressGeneration", ...NOWHERE },
      code: "ENODEV",
      says: /^Cannot switch IPv6 address generation of gone off: ENODEV/,
    },
    {
      change: { ...bench.addMacvlan("vr7"), interfaceName: bench.name },
      code: "EEXIST",
      says: /^Cannot create the macvlan near\d+: EEXIST/,
    },
    {
      change: { change: "deleteLink", ...NOWHERE },
      code: "ENODEV",
      says: /^Cannot delete gone: ENODEV/,
    },
    {
      change: { change: "deleteLinkGroup", group: bench.group + 1 },
      code: "ENODEV",
      says: /^Cannot delete the links of group \d+: ENODEV/,
    },
  ];
}

function routeRefusals(bench: Bench): readonly RefusalRow[] {
  return [
    {
      change: bench.addRoute({ metric: 7 }),
      code: "EEXIST",
      says: /^Cannot add the route 10\.50\.0\.0\/16 via 10\.9\.0\.254 metric 7: EEXIST/,
    },
    {
      change: bench.addRoute({ nextHop: prefix("10.77.0.1").address }),
      code: "ENETUNREACH",
      says: /^Cannot add the route 10\.50\.0\.0\/16 via 10\.77\.0\.1: ENETUNREACH/,
    },
    {
      change: bench.removeRoute({ metric: 8 }),
      code: "ESRCH",
      says: /^Cannot remove the route 10\.50\.0\.0\/16 via 10\.9\.0\.254 metric 8: ESRCH/,
    },
  ];
}

export function namesEveryRefusal(bench: Bench): Promise<void> {
  bench.apply(bench.addAddress("10.9.0.5/24"), bench.addRoute({ metric: 7 }));
  const rows = [...addressRefusals(bench), ...linkRefusals(bench), ...routeRefusals(bench)]
    .filter(({ change }) => can(bench.driver, change.change));
  const errors = bench.driver.apply(rows.map(({ change }) => change));
  assert.deepEqual(errors.map(({ code }) => code), rows.map(({ code }) => code));
  for (const [index, { change, says }] of rows.entries()) {
    assert.equal(errors[index]?.change, change);
    assert.match(errors[index]?.message ?? "", says);
  }
  return Promise.resolve();
}
