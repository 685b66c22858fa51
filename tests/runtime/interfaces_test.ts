import assert from "node:assert/strict";
import { formatIp, formatPrefix, ip, type IpAddress } from "../../src/base/ip.ts";
import { OUR_PROTOCOL } from "../../src/drivers/driver.ts";
import {
  forwardsIpv6,
  InterfaceTable,
  linkLocalAddress,
  ownAddresses,
  primaryAddress,
} from "../../src/runtime/interfaces.ts";
import * as netlink from "../../src/wire/netlink.ts";
import { RTM } from "../../src/wire/rtnetlink.ts";
import { emitAddAddress, emitRemoveAddress } from "../../src/wire/rtnetlink_address.ts";
import { viewOf } from "../support/bytes.ts";
import { emitAll } from "../support/netlink_requests.ts";
import {
  ADDRESS_ADDED,
  ADDRESS_REMOVED,
  DEFAULT_FORWARDING_ON,
  DUMP_END,
  FILTERS_LOOSELY,
  FORWARDING_ON,
  MACVLAN,
} from "../wire/rtnetlink_messages.ts";
import { address, addresses, link } from "./fixtures.ts";

const AF_INET6 = 10;
const SCOPE_LINK = 253;

function messageOf(bytes: Uint8Array): netlink.NetlinkMessage {
  const [message] = netlink.parse(viewOf(bytes));
  assert.ok(message);
  return message;
}

/** A notification about a link with that name: ARPHRD_ETHER, IFF_UP and IFF_LOWER_UP. */
function linkMessage(
  index: number,
  name: string,
  { removed = false, settings = false } = {},
): netlink.NetlinkMessage {
  const fixed = Uint8Array.of(0, 0, 1, 0, index, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0);
  const conf = [{ type: 1, value: netlink.u32(1) }];
  return messageOf(emitAll([{
    type: removed ? RTM.delLink : RTM.newLink,
    flags: 0,
    sequence: 0,
    fixed,
    attributes: [
      { type: 3, value: netlink.cString(name) },
      { type: 1, value: Uint8Array.of(2, 0, 0, 0, 0, index) },
      ...(settings ? [{ type: 26, value: [{ type: 2, value: conf }] }] : []),
    ],
  }]));
}

/** The kernel's notifications have the form of the requests. */
function addressMessage(
  text: string,
  { removed = false, protocol = 0, ifindex = 3 } = {},
): netlink.NetlinkMessage {
  const request = { ifindex, prefix: address(text).prefix, sequence: 0, flags: 0 };
  const batch = new netlink.RequestBatch();
  if (removed) emitRemoveAddress(batch, request);
  else emitAddAddress(batch, { ...request, noPrefixRoute: false, protocol });
  return messageOf(batch.bytes);
}

function addressTexts(table: InterfaceTable, index = 3): string[] {
  return table.addressesOf(index).map(({ prefix }) => formatPrefix(prefix));
}

Deno.test("InterfaceTable.apply() takes links in and forgets them", () => {
  const table = new InterfaceTable();
  assert.equal(table.apply(messageOf(MACVLAN)), 4);
  assert.equal(table.byName("vr7")?.index, 4);
  assert.equal(table.get(4)?.kind, "macvlan");
  assert.equal(table.apply(linkMessage(4, "vr7", { removed: true })), 4);
  assert.equal(table.byName("vr7"), undefined);
  assert.equal(table.get(4), undefined);
});

Deno.test("InterfaceTable.apply() takes addresses in and forgets them", () => {
  const table = new InterfaceTable();
  assert.equal(table.apply(messageOf(ADDRESS_ADDED)), 3);
  assert.deepEqual(addressTexts(table), ["10.9.0.5/24"]);
  assert.equal(table.apply(messageOf(ADDRESS_REMOVED)), 3);
  assert.deepEqual(addressTexts(table), []);
});

Deno.test("InterfaceTable.apply() passes over what speaks of neither", () => {
  const table = new InterfaceTable();
  assert.equal(table.apply(messageOf(DUMP_END)), undefined);
  const short = new DataView(new ArrayBuffer(4));
  const types = [RTM.newLink, RTM.delLink, RTM.newAddress, RTM.delAddress, RTM.newNetconf];
  for (const type of types) {
    assert.equal(table.apply({ type, flags: 0, sequence: 0, payload: short }), undefined);
  }
});

Deno.test("InterfaceTable follows a rename by index", () => {
  const table = new InterfaceTable();
  table.apply(linkMessage(3, "eth0"));
  table.apply(linkMessage(3, "lan"));
  assert.equal(table.byName("eth0"), undefined);
  assert.equal(table.byName("lan")?.index, 3);
});

Deno.test("InterfaceTable keeps a name that another link has taken over", () => {
  const table = new InterfaceTable();
  table.apply(linkMessage(3, "eth0"));
  table.apply(linkMessage(4, "eth1"));
  // Two names are swapped over a third; then the news of an old name's end arrives late.
  table.apply(linkMessage(3, "swap"));
  table.apply(linkMessage(4, "eth0"));
  table.apply(linkMessage(3, "eth1"));
  assert.deepEqual([table.byName("eth0")?.index, table.byName("eth1")?.index], [4, 3]);
  table.apply(linkMessage(3, "eth0", { removed: true }));
  assert.equal(table.byName("eth0")?.index, 4);
});

Deno.test("InterfaceTable knows a link that was deleted and made again by its new index", () => {
  const table = new InterfaceTable();
  table.apply(linkMessage(3, "eth0"));
  table.apply(addressMessage("10.9.0.5/24"));
  table.apply(linkMessage(3, "eth0", { removed: true }));
  table.apply(linkMessage(5, "eth0"));
  assert.equal(table.byName("eth0")?.index, 5);
  assert.deepEqual(addressTexts(table, 3), []);
  assert.deepEqual(addressTexts(table, 5), []);
});

Deno.test("InterfaceTable keeps the settings where a notification leaves them out", () => {
  const table = new InterfaceTable();
  table.apply(linkMessage(3, "eth0", { settings: true }));
  table.apply(linkMessage(3, "eth0"));
  assert.deepEqual(table.get(3)?.ipv4Settings, { forwarding: 1 });
});

Deno.test("InterfaceTable.apply() takes in what a link does with others' packets", () => {
  const table = new InterfaceTable();
  table.replace([link({ ipv4Settings: { forwarding: 0, arpIgnore: 1 } })], []);
  assert.equal(table.apply(messageOf(FORWARDING_ON)), 3);
  assert.deepEqual(table.get(3)?.ipv4Settings, { forwarding: 1, arpIgnore: 1 });
  assert.equal(table.apply(messageOf(FILTERS_LOOSELY)), undefined);
  assert.equal(forwardsIpv6(table.get(3)), false);
  assert.equal(table.apply(messageOf(FORWARDING_ON.with(16, AF_INET6))), 3);
  assert.equal(forwardsIpv6(table.get(3)), true);
});

Deno.test("InterfaceTable makes no link of the settings of one that it does not know", () => {
  const table = new InterfaceTable();
  table.apply(messageOf(FORWARDING_ON));
  table.apply(messageOf(DEFAULT_FORWARDING_ON));
  table.noteSettings(4, { forwarding: 1 });
  assert.deepEqual([table.get(3), table.get(4)], [undefined, undefined]);
});

Deno.test("InterfaceTable.noteSettings() changes what is named and keeps the rest", () => {
  const table = new InterfaceTable();
  table.replace([link()], []);
  table.noteSettings(3, { forwarding: 1, arpIgnore: 1 });
  table.noteSettings(3, { forwarding: 0 });
  assert.deepEqual(table.get(3), link({ ipv4Settings: { forwarding: 0, arpIgnore: 1 } }));
});

Deno.test("InterfaceTable.removals() counts each time that a link of an index has gone", () => {
  const table = new InterfaceTable();
  assert.equal(table.removals(3), 0);
  table.apply(linkMessage(3, "eth0"));
  table.apply(linkMessage(3, "lan"));
  table.replace([link()], []);
  assert.equal(table.removals(3), 0, "renamed and listed again, it is the same link");
  table.apply(linkMessage(3, "eth0", { removed: true }));
  table.apply(linkMessage(3, "eth0"));
  assert.equal(table.removals(3), 1);
  table.replace([link({ index: 4 })], []);
  assert.deepEqual([table.removals(3), table.removals(4)], [2, 0]);
  table.replace([link()], []);
  assert.deepEqual([table.removals(3), table.removals(4)], [2, 1]);
});

Deno.test("InterfaceTable keeps one entry for an address that is told again, at its place", () => {
  const table = new InterfaceTable();
  for (const text of ["10.9.0.5/24", "10.9.0.6/24", "10.9.0.5/32"]) {
    table.apply(addressMessage(text));
  }
  table.apply(addressMessage("10.9.0.5/24", { protocol: OUR_PROTOCOL }));
  assert.deepEqual(addressTexts(table), ["10.9.0.5/24", "10.9.0.6/24", "10.9.0.5/32"]);
  assert.equal(table.addressesOf(3)[0]?.protocol, OUR_PROTOCOL);
});

Deno.test("InterfaceTable removes an address of that length on that link only", () => {
  const table = new InterfaceTable();
  table.apply(addressMessage("10.9.0.5/24"));
  table.apply(addressMessage("10.9.0.5/32"));
  table.apply(addressMessage("10.9.0.5/24", { ifindex: 4 }));
  table.apply(addressMessage("10.9.0.5/24", { removed: true }));
  assert.deepEqual(addressTexts(table, 3), ["10.9.0.5/32"]);
  assert.deepEqual(addressTexts(table, 4), ["10.9.0.5/24"]);
});

Deno.test("InterfaceTable.replace() forgets what the new list does not have", () => {
  const table = new InterfaceTable();
  table.replace([link(), link({ index: 4, name: "eth1" })], [
    address("10.9.0.5/24"),
    address("10.8.0.5/24", { ifindex: 4 }),
  ]);
  table.replace([link({ index: 4, name: "eth0" })], [address("10.7.0.5/24", { ifindex: 4 })]);
  assert.equal(table.get(3), undefined);
  assert.equal(table.byName("eth1"), undefined);
  assert.equal(table.byName("eth0")?.index, 4);
  assert.deepEqual(addressTexts(table, 3), []);
  assert.deepEqual(addressTexts(table, 4), ["10.7.0.5/24"]);
});

const FOREIGN = [
  { what: "of link scope", one: address("169.254.0.1/16", { scope: 253 }) },
  { what: "of host scope", one: address("127.0.0.1/8", { scope: 254 }) },
  { what: "with our mark", one: address("10.9.0.101/24", { protocol: OUR_PROTOCOL }) },
  { what: "that is virtual", one: address("10.9.0.100/24") },
] as const;

for (const { what, one } of FOREIGN) {
  Deno.test(`ownAddresses() leaves an address out ${what}`, () => {
    const own = address("10.9.0.5/24");
    assert.deepEqual(ownAddresses([one, own], addresses("10.9.0.100")), [own]);
  });
}

const PRIMARY: readonly {
  readonly what: string;
  readonly candidates: readonly string[];
  readonly virtual: IpAddress;
  readonly expected: string | undefined;
}[] = [
  {
    what: "the first one",
    candidates: ["10.8.0.1/24", "10.7.0.1/24"],
    virtual: ip("10.9.0.100"),
    expected: "10.8.0.1",
  },
  {
    what: "one whose network holds the virtual address, although another comes first",
    candidates: ["10.8.0.1/24", "10.9.0.5/24", "10.9.0.6/24"],
    virtual: ip("10.9.0.100"),
    expected: "10.9.0.5",
  },
  {
    what: "none of another family",
    candidates: ["2001:db8::1/64"],
    virtual: ip("10.9.0.100"),
    expected: undefined,
  },
  { what: "nothing of nothing", candidates: [], virtual: ip("10.9.0.100"), expected: undefined },
];

for (const { what, candidates, virtual, expected } of PRIMARY) {
  Deno.test(`primaryAddress() chooses ${what}`, () => {
    const chosen = primaryAddress(candidates.map((text) => address(text)), virtual);
    assert.equal(chosen === undefined ? undefined : formatIp(chosen), expected);
  });
}

Deno.test("InterfaceTable knows at once what we have done ourselves", () => {
  const table = new InterfaceTable();
  const one = address("10.9.0.100/24");
  table.replace([link()], [address("10.9.0.5/24")]);
  table.noteAddress(3, one.prefix);
  assert.equal(table.hasAddress(3, one.prefix), true);
  assert.deepEqual(addressTexts(table), ["10.9.0.5/24", "10.9.0.100/24"]);
  assert.equal(table.addressesOf(3).at(-1)?.protocol, OUR_PROTOCOL);
  table.noteAddressGone(3, one.prefix);
  assert.equal(table.hasAddress(3, one.prefix), false);
  assert.deepEqual(addressTexts(table), ["10.9.0.5/24"]);
  const mac = Uint8Array.of(2, 0, 0, 0, 0, 9);
  table.noteMac(3, mac);
  assert.deepEqual(table.get(3)?.mac, mac);
});

Deno.test("InterfaceTable knows whether any interface has an address", () => {
  const table = new InterfaceTable();
  const one = ip("10.9.0.5");
  assert.equal(table.machineHas(one), false);
  table.replace([link()], [address("10.9.0.5/24")]);
  assert.equal(table.machineHas(one), true);
  assert.equal(table.machineHas(ip("10.9.0.6")), false);
  table.noteAddressGone(3, address("10.9.0.5/24").prefix);
  assert.equal(table.machineHas(one), false);
  table.noteAddress(3, address("10.9.0.5/24").prefix);
  assert.equal(table.machineHas(one), true);
  table.noteDeleted(3);
  assert.equal(table.machineHas(one), false);
});

Deno.test("InterfaceTable keeps addresses of one number and two lengths apart", () => {
  const table = new InterfaceTable();
  const [wide, narrow] = [address("10.9.0.100/24"), address("10.9.0.100/32")];
  table.replace([link()], [wide, narrow]);
  table.noteAddressGone(3, narrow.prefix);
  assert.deepEqual(table.addressesOf(3), [wide]);
});

Deno.test("InterfaceTable takes a link whose MTU cannot carry IPv4 for one that has gone", () => {
  const table = new InterfaceTable();
  table.replace([link({ mtu: 68 })], []);
  assert.equal(table.removals(3), 0);
  table.replace([link({ mtu: 67 })], []);
  assert.equal(table.removals(3), 1);
});

Deno.test("InterfaceTable.removals() tells an MTU that cannot carry IPv6 from one that carries nothing", () => {
  const table = new InterfaceTable();
  table.replace([link({ mtu: 1280 })], []);
  assert.deepEqual([table.removals(3, 4), table.removals(3, 6)], [0, 0]);
  table.replace([link({ mtu: 1279 })], []);
  assert.deepEqual([table.removals(3, 4), table.removals(3, 6)], [0, 1]);
  table.replace([link({ mtu: 67 })], []);
  assert.deepEqual([table.removals(3, 4), table.removals(3, 6)], [1, 2]);
});

const OF_LINK = { scope: SCOPE_LINK };

Deno.test("ownAddresses() has the link-local ones of IPv6, not those that may be another's", () => {
  const own = ownAddresses([
    address("fe80::5/64", OF_LINK),
    address("fe80::6/64", { ...OF_LINK, dad: "running" }),
    address("fe80::7/64", { ...OF_LINK, dad: "failed" }),
    address("fe80::100/64", OF_LINK),
    address("fe80::101/64", { ...OF_LINK, protocol: OUR_PROTOCOL }),
    address("fd00::5/64"),
    address("169.254.0.5/16", OF_LINK),
  ], addresses("fe80::100"));
  assert.deepEqual(own.map(({ prefix }) => formatPrefix(prefix)), ["fe80::5/64", "fd00::5/64"]);
});

Deno.test("linkLocalAddress() stays with the one before for as long as it is there", () => {
  const [old, young] = [address("fe80::5/64", OF_LINK), address("fe80::6/64", OF_LINK)];
  const text = (candidates: Parameters<typeof linkLocalAddress>[0], before?: string) => {
    const found = linkLocalAddress(candidates, before === undefined ? undefined : ip(before));
    return found && formatIp(found);
  };
  assert.equal(text([young, old]), "fe80::6");
  assert.equal(text([young, old], "fe80::5"), "fe80::5");
  assert.equal(text([young], "fe80::5"), "fe80::6");
  assert.equal(text([address("fd00::5/64"), address("10.9.0.5/24")], "fe80::5"), undefined);
});
