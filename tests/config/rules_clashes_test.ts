import assert from "node:assert/strict";
import { lines, loadValue, paths, resolved, ROUTER } from "./support.ts";

const MACVLAN = { ...ROUTER, iftype: "macvlan" };
const IPV6 = { version: 3, vip: "fe80::1" };

Deno.test("checkClashes() refuses a group twice on one interface and family, naming the first", () => {
  const { faults } = loadValue({ vrouter: [MACVLAN, { ...MACVLAN, vip: "10.9.0.2" }] });
  assert.deepEqual(lines(faults), [
    "rvrrpd.conf:1: vrouter[1].group: 1 is on eth0 already, in vrouter[0] (one virtual router for each group, interface and family; vip takes a list)",
  ]);
});

Deno.test("checkClashes() takes a group again on another interface or of the other family", () => {
  const { faults } = loadValue({
    vrouter: [MACVLAN, { ...MACVLAN, interface: "eth1" }, { ...MACVLAN, ...IPV6 }],
  });
  assert.deepEqual(faults, []);
});

Deno.test("checkClashes() lets one virtual router an interface set its MAC", () => {
  const second = { ...ROUTER, group: 2, vip: "10.9.0.2" };
  const rows = [
    { what: "two that set it", other: second, faults: ["vrouter[1].iftype"] },
    {
      what: "one of the other family",
      other: { ...ROUTER, ...IPV6 },
      faults: ["vrouter[1].iftype"],
    },
    { what: "one on another interface", other: { ...second, interface: "eth1" }, faults: [] },
    { what: "one without the virtual MAC", other: { ...second, vmac: false }, faults: [] },
    { what: "one on a macvlan", other: { ...second, iftype: "macvlan" }, faults: [] },
    { what: "one in unicast", other: { ...second, unicast_peers: ["10.9.0.12"] }, faults: [] },
    {
      what: "one in unicast that asks for it",
      other: { ...second, unicast_peers: ["10.9.0.12"], vmac: true },
      faults: ["vrouter[1].iftype"],
    },
  ];
  for (const { what, other, faults } of rows) {
    assert.deepEqual(paths(loadValue({ vrouter: [ROUTER, other] }).faults), faults, what);
  }
});

Deno.test("checkClashes() refuses a vifname that is taken", () => {
  const named = { ...MACVLAN, vifname: "vip0" };
  const rows = [
    { what: "by another vifname", other: { ...named, group: 2 }, faults: ["vrouter[1].vifname"] },
    {
      what: "by an interface",
      other: { ...MACVLAN, group: 2, interface: "vip0" },
      faults: ["vrouter[0].vifname"],
    },
    { what: "by none", other: { ...named, group: 2, vifname: "vip1" }, faults: [] },
  ];
  for (const { what, other, faults } of rows) {
    assert.deepEqual(paths(loadValue({ vrouter: [named, other] }).faults), faults, what);
  }
});

Deno.test("default names of macvlans give way to chosen names, interfaces and each other", () => {
  const routers = [
    MACVLAN,
    { ...MACVLAN, interface: "eth1" },
    { ...MACVLAN, ...IPV6 },
    { ...MACVLAN, group: 2, vifname: "standby3" },
    { ...MACVLAN, group: 3 },
    { ...MACVLAN, group: 4, interface: "standby5" },
    { ...MACVLAN, group: 5 },
  ];
  const names = resolved(loadValue({ vrouter: routers })).routers.map((own) =>
    own.virtualInterface
  );
  assert.deepEqual(names, [
    "standby1",
    "standby1.2",
    "standby1.3",
    "standby3",
    "standby3.2",
    "standby4",
    "standby5.2",
  ]);
});
