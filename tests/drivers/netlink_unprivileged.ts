import assert from "node:assert/strict";
import { libc } from "../../ffi/libc.ts";
import type { Change } from "../../src/drivers/driver.ts";
import { NetlinkDriver } from "../../src/drivers/netlink.ts";
import { mac, prefix } from "./bench.ts";

// It stays loaded, which would count as a leak of the test that happened to be the first.
libc();

const LOOPBACK = { ifindex: 1, interfaceName: "lo" };

const CHANGES: readonly Change[] = [
  {
    change: "addAddress",
    ...LOOPBACK,
    prefix: prefix("10.9.0.5/32"),
    noPrefixRoute: false,
  },
  { change: "removeAddress", ...LOOPBACK, prefix: prefix("127.0.0.1/8") },
  { change: "setMac", ...LOOPBACK, mac: mac("02:00:00:00:00:01") },
  { change: "setUp", ...LOOPBACK },
  { change: "setIpv4", ...LOOPBACK, settings: { arpIgnore: 1 } },
  { change: "noAddressGeneration", ...LOOPBACK },
  {
    change: "addMacvlan",
    interfaceName: "vr7",
    parentIndex: 1,
    mac: mac("00:00:5e:00:01:07"),
    group: 7,
  },
  { change: "deleteLink", ...LOOPBACK },
  { change: "deleteLinkGroup", group: 7 },
];

Deno.test("NetlinkDriver reads but names every change that CAP_NET_ADMIN is missing for", () => {
  using driver = new NetlinkDriver();
  assert.ok(driver.links().some(({ name }) => name === "lo"));
  driver.addresses();
  const errors = driver.apply(CHANGES);
  assert.deepEqual(errors.map(({ change }) => change), CHANGES);
  for (const { code, message } of errors) {
    assert.equal(code, "EPERM", message);
    assert.match(message, /^Cannot .*: EPERM \(.*CAP_NET_ADMIN/);
  }
});
