import assert from "node:assert/strict";
import { formatPrefix, ip } from "../../src/base/ip.ts";
import { formatMac } from "../../src/base/mac.ts";
import { type Change, OUR_PROTOCOL } from "../../src/drivers/driver.ts";
import type { KernelAction, KernelWish } from "../../src/runtime/batch.ts";
import { kernelChanges } from "../../src/runtime/installation.ts";
import type { Router } from "../../src/runtime/router.ts";
import { address, addresses, OWN_MAC, placement, router } from "./fixtures.ts";

const MACVLAN = { ifindex: 9, name: "standby7" };
const ON_MACVLAN = placement({ carrier: MACVLAN });
const VIEW = { addresses: [address("10.9.0.5/24")], forwarding: 1 };

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
  const view = { addresses: [left, address("10.9.0.5/24")], forwarding: 0 };
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

Deno.test("kernelChanges() sets excluded addresses too, and those of IPv4 only", () => {
  const one = router({
    excludedAddresses: [{ address: ip("10.9.0.102") }, { address: ip("2001:db8::1") }],
  });
  assert.deepEqual(said(changes(one, "addAddresses")), [
    "add 10.9.0.100/24 to eth0",
    "add 10.9.0.102/24 to eth0",
  ]);
});

Deno.test("kernelChanges() removes what it set, last first, whatever the interface looks like", () => {
  const one = router({ protocol: { addresses: addresses("10.9.0.100", "10.9.0.101") } });
  changes(one, "addAddresses");
  const view = { addresses: [], forwarding: 0 };
  const removed = kernelChanges(wish(one, "removeAddresses"), view);
  assert.deepEqual(said(removed), [
    "remove 10.9.0.101/24 from eth0",
    "remove 10.9.0.100/24 from eth0",
  ]);
});

Deno.test("kernelChanges() neither sets nor removes an address that was there without us", () => {
  const one = router({ protocol: { addresses: addresses("10.9.0.100", "10.9.0.101") } });
  const view = { addresses: [address("10.9.0.5/24"), address("10.9.0.100/32")], forwarding: 0 };
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

Deno.test("kernelChanges() leaves every MAC alone without a virtual one", () => {
  const one = router({ virtualMac: false });
  assert.deepEqual(changes(one, "assumeMac"), []);
  assert.deepEqual(changes(one, "releaseMac"), []);
});

for (const forwarding of [0, 1]) {
  Deno.test(`kernelChanges() lets a Master's macvlan forward as its parent does: ${forwarding}`, () => {
    const one = router({ interfaceType: "macvlan" });
    const view = { addresses: [], forwarding };
    const target = { ifindex: MACVLAN.ifindex, interfaceName: MACVLAN.name };
    assert.deepEqual(kernelChanges(wish(one, "assumeMac", ON_MACVLAN), view), [
      { change: "setIpv4", ...target, settings: { forwarding, rpFilter: 2 } },
    ]);
    assert.deepEqual(kernelChanges(wish(one, "releaseMac", ON_MACVLAN), view), [
      { change: "setIpv4", ...target, settings: { forwarding: 0 } },
    ]);
  });
}
