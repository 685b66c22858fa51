import assert from "node:assert/strict";
import { formatPrefix, ip } from "../../src/base/ip.ts";
import { formatMac } from "../../src/base/mac.ts";
import { type Change, OUR_PROTOCOL } from "../../src/drivers/driver.ts";
import { AddressGeneration } from "../../src/runtime/address_generation.ts";
import type { KernelAction, KernelWish } from "../../src/runtime/batch.ts";
import { kernelChanges } from "../../src/runtime/installation.ts";
import type { Router } from "../../src/runtime/router.ts";
import { address, addresses, OWN_MAC, PaperLog, placement, router } from "./fixtures.ts";

const MACVLAN = { ifindex: 9, name: "standby7" };
const ON_MACVLAN = placement({ carrier: MACVLAN });
const STILL = { addressGeneration: { halt: () => [], resume: () => [] } };
const VIEW = {
  addresses: [address("10.9.0.5/24")],
  forwarding: 1,
  ipv6Forwarding: 1,
  ipv6Disabled: false,
  ...STILL,
};

function wish(one: Router, want: KernelAction, where = placement()): KernelWish {
  return { router: one, placement: where, want };
}

function changes(one: Router, want: KernelAction, where = placement()): readonly Change[] {
  return kernelChanges(wish(one, want, where), VIEW);
}

/** The changes of addresses, as a person would say them. */
function said(list: readonly Change[]): string[] {
  return list.map((change) => {
    if (change.change === "addAddress") {
      const route = change.noPrefixRoute ? " without route" : "";
      return `add ${formatPrefix(change.prefix)} to ${change.interfaceName}${route}`;
    }
    if (change.change === "removeAddress") {
      return `remove ${formatPrefix(change.prefix)} from ${change.interfaceName}`;
    }
    return change.change;
  });
}

const LENGTHS = [
  { what: "the one that is configured", vip: "10.9.0.100", length: 28, expected: 28 },
  { what: "that of the network around it", vip: "10.9.0.100", expected: 24 },
  { what: "a host's where no network holds it", vip: "10.8.0.100", expected: 32 },
] as const;

for (const { what, vip, expected, ...rest } of LENGTHS) {
  Deno.test(`kernelChanges() sets a virtual address on ether with a length: ${what}`, () => {
    const prefixLength = "length" in rest ? { prefixLength: rest.length } : {};
    const one = router({ addresses: [{ address: ip(vip), ...prefixLength }] });
    assert.deepEqual(said(changes(one, "addAddresses")), [`add ${vip}/${expected} to eth0`]);
  });
}

Deno.test("kernelChanges() takes no length from the virtual address itself", () => {
  const one = router();
  const left = address("10.9.0.100/16", { protocol: OUR_PROTOCOL });
  const view = { ...VIEW, addresses: [left, address("10.9.0.5/24")] };
  const added = kernelChanges(wish(one, "addAddresses"), view);
  assert.deepEqual(said(added), ["add 10.9.0.100/24 to eth0"]);
});

Deno.test("kernelChanges() sets each address on a macvlan as a host without a route", () => {
  const one = router({
    interfaceType: "macvlan",
    addresses: [{ address: ip("10.9.0.100"), prefixLength: 24 }, { address: ip("10.9.0.101") }],
  });
  assert.deepEqual(said(changes(one, "addAddresses", ON_MACVLAN)), [
    "add 10.9.0.100/32 to standby7 without route",
    "add 10.9.0.101/32 to standby7 without route",
  ]);
});

Deno.test("kernelChanges() sets excluded addresses too, of either family", () => {
  const one = router({
    excludedAddresses: [{ address: ip("10.9.0.102") }, { address: ip("2001:db8::1") }],
  });
  assert.deepEqual(said(changes(one, "addAddresses")), [
    "add 10.9.0.100/24 to eth0",
    "add 10.9.0.102/24 to eth0",
    "add 2001:db8::1/128 to eth0",
  ]);
});

Deno.test("kernelChanges() sets no IPv6 address of an IPv4 router where IPv6 is switched off", () => {
  const one = router({ excludedAddresses: [{ address: ip("2001:db8::1") }] });
  const view = { ...VIEW, ipv6Disabled: true };
  const added = kernelChanges(wish(one, "addAddresses"), view);
  assert.deepEqual(said(added), ["add 10.9.0.100/24 to eth0"]);
  const again = kernelChanges(wish(one, "restoreAddresses"), VIEW);
  assert.deepEqual(said(again), ["add 10.9.0.100/24 to eth0", "add 2001:db8::1/128 to eth0"]);
});

Deno.test("kernelChanges() puts addresses back on a macvlan with IPv6 switched on, as at a take-over", () => {
  const protocol = { version: 3, family: 6, addresses: addresses("fe80::100") } as const;
  const one = router({ interfaceType: "macvlan", protocol });
  const [assumed, added] = [
    changes(one, "assumeMac", ON_MACVLAN),
    changes(one, "addAddresses", ON_MACVLAN),
  ];
  assert.deepEqual(said(assumed), ["setIpv6"]);
  assert.deepEqual(changes(one, "restoreAddresses", ON_MACVLAN), [...assumed, ...added]);
});

Deno.test("kernelChanges() removes what it set, last first, whatever the interface looks like", () => {
  const one = router({ protocol: { addresses: addresses("10.9.0.100", "10.9.0.101") } });
  changes(one, "addAddresses");
  const view = { ...VIEW, addresses: [] };
  const removed = kernelChanges(wish(one, "removeAddresses"), view);
  assert.deepEqual(said(removed), [
    "remove 10.9.0.101/24 from eth0",
    "remove 10.9.0.100/24 from eth0",
  ]);
});

Deno.test("kernelChanges() neither sets nor removes an address that was there without us", () => {
  const one = router({ protocol: { addresses: addresses("10.9.0.100", "10.9.0.101") } });
  const view = { ...VIEW, addresses: [address("10.9.0.5/24"), address("10.9.0.100/32")] };
  const added = kernelChanges(wish(one, "addAddresses"), view);
  assert.deepEqual(said(added), ["add 10.9.0.101/24 to eth0"]);
  const removed = kernelChanges(wish(one, "removeAddresses"), view);
  assert.deepEqual(said(removed), ["remove 10.9.0.101/24 from eth0"]);
});

Deno.test("kernelChanges() goes by the place of the wish, wherever the router is by then", () => {
  const one = router({ virtualMac: false });
  changes(one, "addAddresses");
  one.place(placement({ carrier: { ifindex: 5, name: "eth5" } }));
  assert.deepEqual(said(changes(one, "removeAddresses")), ["remove 10.9.0.100/24 from eth0"]);
});

Deno.test("kernelChanges() notes on the router what is on the interface", () => {
  const one = router();
  assert.deepEqual(said(changes(one, "removeAddresses")), []);
  changes(one, "addAddresses");
  assert.deepEqual(one.installed.map(formatPrefix), ["10.9.0.100/24"]);
  changes(one, "removeAddresses");
  assert.deepEqual(one.installed, []);
});

Deno.test("kernelChanges() changes the MAC of the interface itself, and back", () => {
  const one = router();
  const macs = (want: KernelAction) =>
    changes(one, want).map((change) => {
      assert.equal(change.change, "setMac");
      return change.change === "setMac" && `${change.interfaceName} ${formatMac(change.mac)}`;
    });
  assert.deepEqual(macs("assumeMac"), ["eth0 00:00:5e:00:01:07"]);
  assert.deepEqual(macs("releaseMac"), [`eth0 ${OWN_MAC}`]);
});

Deno.test("kernelChanges() switches address generation off before the virtual MAC comes, and on after it", () => {
  const one = router();
  const addressGeneration = new AddressGeneration({ log: new PaperLog(), read: () => "0" });
  const list = [
    ...kernelChanges(wish(one, "releaseMac"), { ...VIEW, addressGeneration }),
    ...kernelChanges(wish(one, "assumeMac"), { ...VIEW, addressGeneration }),
    ...kernelChanges(wish(one, "releaseMac"), { ...VIEW, addressGeneration }),
  ];
  assert.deepEqual(said(list), ["setMac", "setIpv6", "setMac", "setMac", "setIpv6"]);
});

Deno.test("kernelChanges() leaves every MAC alone without a virtual one", () => {
  const one = router({ virtualMac: false });
  assert.deepEqual(changes(one, "assumeMac"), []);
  assert.deepEqual(changes(one, "releaseMac"), []);
});

for (const forwarding of [0, 1]) {
  Deno.test(`kernelChanges() lets a Master's macvlan forward as its parent does: ${forwarding}`, () => {
    const one = router({ interfaceType: "macvlan" });
    const view = { ...VIEW, addresses: [], forwarding };
    const target = { ifindex: MACVLAN.ifindex, interfaceName: MACVLAN.name };
    assert.deepEqual(kernelChanges(wish(one, "assumeMac", ON_MACVLAN), view), [
      { change: "setIpv4", ...target, settings: { forwarding, rpFilter: 2 } },
    ]);
    assert.deepEqual(kernelChanges(wish(one, "releaseMac", ON_MACVLAN), view), [
      { change: "setIpv4", ...target, settings: { forwarding: 0 } },
    ]);
  });
}

const IPV6 = { family: 6, version: 3, addresses: addresses("fe80::100", "2001:db8::100") } as const;

Deno.test("kernelChanges() sets IPv6 addresses with the length of the network around each", () => {
  const one = router({ protocol: IPV6 });
  const around = [address("fe80::5/64", { scope: 253 }), address("2001:db8::5/48")];
  const view = { ...VIEW, addresses: around };
  assert.deepEqual(said(kernelChanges(wish(one, "addAddresses"), view)), [
    "add fe80::100/64 to eth0",
    "add 2001:db8::100/48 to eth0",
  ]);
});

Deno.test("kernelChanges() sets IPv6 addresses on a macvlan as hosts without a route, but for the link's", () => {
  const one = router({ interfaceType: "macvlan", protocol: IPV6 });
  assert.deepEqual(said(changes(one, "addAddresses", ON_MACVLAN)), [
    "add fe80::100/64 to standby7",
    "add 2001:db8::100/128 to standby7 without route",
  ]);
});

for (const ipv6Forwarding of [0, 1]) {
  Deno.test(`kernelChanges() gives IPv6 to a Master's macvlan alone, forwarding ${ipv6Forwarding}`, () => {
    const one = router({ interfaceType: "macvlan", protocol: IPV6 });
    const view = { ...VIEW, addresses: [], ipv6Forwarding };
    const target = { ifindex: MACVLAN.ifindex, interfaceName: MACVLAN.name };
    assert.deepEqual(kernelChanges(wish(one, "assumeMac", ON_MACVLAN), view), [
      { change: "setIpv6", ...target, settings: { disableIpv6: 0, ipv6Forwarding } },
    ]);
    assert.deepEqual(kernelChanges(wish(one, "releaseMac", ON_MACVLAN), view), [
      { change: "setIpv6", ...target, settings: { disableIpv6: 1, ipv6Forwarding: 0 } },
    ]);
  });
}

Deno.test("kernelChanges() opens a Master's macvlan to both families where it carries both", () => {
  const one = router({
    interfaceType: "macvlan",
    excludedAddresses: [{ address: ip("2001:db8::1") }],
  });
  const kinds = (want: KernelAction) => said(changes(one, want, ON_MACVLAN));
  assert.deepEqual(kinds("assumeMac"), ["setIpv4", "setIpv6"]);
  assert.deepEqual(kinds("releaseMac"), ["setIpv4", "setIpv6"]);
});
