import assert from "node:assert/strict";
import { ip } from "../../src/base/ip.ts";
import { type Change, DriverError, isSoAlready } from "../../src/drivers/driver.ts";
import { mac, prefix } from "./bench.ts";

const TARGET = { ifindex: 3, interfaceName: "eth0" };
const ADDRESS = { ...TARGET, prefix: prefix("10.9.0.100/24") };
const ADD: Change = { change: "addAddress", ...ADDRESS, noPrefixRoute: false };
const REMOVE: Change = { change: "removeAddress", ...ADDRESS };
const SET_MAC: Change = { change: "setMac", ...TARGET, mac: mac("00:00:5e:00:01:07") };
const ROUTE = { destination: prefix("10.50.0.0/16"), nextHop: ip("10.9.0.254") };
const SET_UP: Change = { change: "setUp", ...TARGET };

const ROWS: readonly {
  readonly row: string;
  readonly change: Change;
  readonly code: string;
  readonly so: boolean;
}[] = [
  { row: "an address to add is there", change: ADD, code: "EEXIST", so: true },
  { row: "an address to remove is not there", change: REMOVE, code: "EADDRNOTAVAIL", so: true },
  { row: "an address went with its link", change: REMOVE, code: "ENODEV", so: true },
  { row: "an address finds no link", change: ADD, code: "ENODEV", so: false },
  { row: "an address may not be added", change: ADD, code: "EPERM", so: false },
  { row: "a MAC cannot be changed now", change: SET_MAC, code: "EBUSY", so: false },
  { row: "a link to bring up is gone", change: SET_UP, code: "ENODEV", so: false },
  {
    row: "a link to delete is gone",
    change: { change: "deleteLink", ...TARGET },
    code: "ENODEV",
    so: true,
  },
  {
    row: "no link is left of the group to delete",
    change: { change: "deleteLinkGroup", group: 1 },
    code: "ENODEV",
    so: true,
  },
  {
    row: "a route to add may lead elsewhere",
    change: { change: "addRoute", route: ROUTE },
    code: "EEXIST",
    so: false,
  },
  {
    row: "a route to remove is not there",
    change: { change: "removeRoute", route: ROUTE },
    code: "ESRCH",
    so: true,
  },
  {
    row: "a link without IPv6 generates no address",
    change: { change: "noAddressGeneration", ...TARGET },
    code: "EAFNOSUPPORT",
    so: true,
  },
];

for (const { row, change, code, so } of ROWS) {
  Deno.test(`isSoAlready() says ${so}: ${row}`, () => {
    assert.equal(isSoAlready(new DriverError(change, code, "refused")), so);
  });
}
