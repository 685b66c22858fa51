import assert from "node:assert/strict";
import { ip } from "../../src/base/ip.ts";
import { libc } from "../../ffi/libc.ts";
import { libnl } from "../../ffi/libnl.ts";
import type { Change } from "../../src/drivers/driver.ts";
import { openDriver } from "../../src/drivers/open.ts";
import { valueOf } from "../support/bytes.ts";
import { can, DRIVER_NAMES } from "./abilities.ts";
import { mac, prefix } from "./bench.ts";

// They stay loaded, which would count as a leak of the test that happened to be the first.
libc();
libnl();

const LOOPBACK = { ifindex: 1, interfaceName: "lo" };
const ROUTE = { destination: prefix("10.50.0.0/16"), nextHop: ip("10.9.0.254") };

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
  { change: "addRoute", route: ROUTE },
  { change: "removeRoute", route: ROUTE },
];

for (const name of DRIVER_NAMES) {
  Deno.test(`${name} reads but names every change that CAP_NET_ADMIN is missing for`, () => {
    using driver = valueOf(openDriver(name));
    assert.ok(driver.links().some(({ name }) => name === "lo"));
    assert.deepEqual([driver.addresses(), driver.routes()], [[], []]);
    // By ioctl nothing is taken away that is not there, and there is nothing here.
    const changes = CHANGES.filter(({ change }) =>
      can(driver, change) && !(name === "ioctl" && change.startsWith("remove"))
    );
    const errors = driver.apply(changes);
    assert.deepEqual(errors.map(({ change }) => change), changes);
    for (const { code, message } of errors) {
      assert.equal(code, "EPERM", message);
      assert.match(message, /^Cannot .*: EPERM \(.*CAP_NET_ADMIN/);
    }
  });
}
