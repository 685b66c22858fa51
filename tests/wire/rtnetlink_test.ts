import assert from "node:assert/strict";
import fc from "fast-check";
import { formatPrefix } from "../../src/base/ip.ts";
import { formatMac } from "../../src/base/mac.ts";
import * as netlink from "../../src/wire/netlink.ts";
import * as rtnetlink from "../../src/wire/rtnetlink.ts";
import { filedSettings } from "../../src/wire/rtnetlink_settings.ts";
import { fromHex, hexOf, viewOf } from "../support/bytes.ts";
import { emitAll } from "../support/netlink_requests.ts";
import {
  ADDRESS_ADDED,
  ADDRESS_REMOVED,
  FILTERS_LOOSELY,
  FORWARDING_ON,
  IPV6_ADDRESS,
  MACVLAN,
  OUR_ADDRESS,
  PEER_ADDRESS,
} from "./rtnetlink_messages.ts";

const VIRTUAL_MAC = fromHex("00005e000107");
const GROUP = 0x52000407;

function messageOf(bytes: Uint8Array): netlink.NetlinkMessage {
  const [message] = netlink.parse(viewOf(bytes));
  assert.ok(message);
  return message;
}

/** The same message, cut to `length` bytes of payload. */
function cut(message: netlink.NetlinkMessage, length: number): netlink.NetlinkMessage {
  const { buffer, byteOffset } = message.payload;
  return { ...message, payload: new DataView(buffer, byteOffset, length) };
}

/** What iproute2 6.1 sends for the same wish: type, flags without request and ack, then the rest. */
const AS_IPROUTE2 = [
  {
    what: "setLinkUp() like ip link set DEV up",
    request: rtnetlink.setLinkUp(3),
    type: 0x10,
    flags: 0,
    hex: "00000000030000000100000001000000",
  },
  {
    what: "setLinkMac() like ip link set DEV address MAC",
    request: rtnetlink.setLinkMac(3, fromHex("020000000009")),
    type: 0x10,
    flags: 0,
    hex: "00000000030000000000000000000000 0a000100020000000009 0000",
  },
  {
    what: "deleteLink() like ip link del DEV",
    request: rtnetlink.deleteLink(4),
    type: 0x11,
    flags: 0,
    hex: "00000000040000000000000000000000",
  },
  {
    what: "deleteLinkGroup() like ip link del group GROUP",
    request: rtnetlink.deleteLinkGroup(GROUP),
    type: 0x11,
    flags: 0,
    hex: "00000000000000000000000000000000 08001b0007040052",
  },
] as const;

for (const { what, request, type, flags, hex } of AS_IPROUTE2) {
  Deno.test(`${what}, byte for byte`, () => {
    assert.deepEqual([request.type, request.flags], [type, flags]);
    const bytes = emitAll([{ ...request, sequence: 1 }]);
    assert.equal(hexOf(bytes.subarray(16)), hexOf(fromHex(hex)));
  });
}

/** Attributes by type, with those in `nested` opened up, so that their order does not matter. */
type Tree = { [type: number]: string | Tree };
type Nested = { readonly [type: number]: Nested };

function treeOf(view: DataView, { start = 0, nested }: { start?: number; nested: Nested }): Tree {
  const tree: Tree = {};
  for (const [type, value] of netlink.parseAttributes(view, start)) {
    const inside = nested[type];
    tree[type] = inside === undefined ? hexOf(value) : treeOf(value, { nested: inside });
  }
  return tree;
}

function payloadOf(request: rtnetlink.Request): DataView {
  return messageOf(emitAll([{ ...request, sequence: 1 }])).payload;
}

Deno.test("newMacvlan() asks for what ip link add … type macvlan mode bridge asks for", () => {
  const request = rtnetlink.newMacvlan({
    name: "vr7",
    parentIndex: 3,
    mac: VIRTUAL_MAC,
    group: GROUP,
  });
  const asIproute2 = fromHex(
    "00000000000000000000000000000000 0a00010000005e0001070000 08001b0007040052 0800050003000000" +
      "0800030076723700 1c001200 0b0001006d6163766c616e00 0c000200 0800010004000000",
  );
  const options = { start: 16, nested: { 18: { 2: {} } } };
  const expected = treeOf(viewOf(asIproute2), options);
  // We send the name's final zero, iproute2 the padding that comes to the same.
  const tree = treeOf(payloadOf(request), options);
  assert.deepEqual(tree, {
    ...expected,
    3: "76723700",
    18: { 1: "6d6163766c616e00", 2: { 1: "04000000" } },
  });
  assert.equal(request.flags, netlink.FLAG.create | netlink.FLAG.exclusive);
});

Deno.test("disableAddressGeneration() asks for what ip link set … addrgenmode none asks for", () => {
  const request = rtnetlink.disableAddressGeneration(4);
  const asIproute2 = fromHex(
    "00000000040000000000000000000000 10001a00 0c000a00 0500080001000000",
  );
  const options = { start: 16, nested: { 26: { 10: {} } } };
  assert.deepEqual(treeOf(payloadOf(request), options), treeOf(viewOf(asIproute2), options));
  assert.equal(hexOf(request.fixed), hexOf(asIproute2.subarray(0, 16)));
});

Deno.test("setIpv4Settings() sends the settings that are given and no other", () => {
  const request = rtnetlink.setIpv4Settings(4, { arpIgnore: 1, forwarding: 0 });
  const tree = treeOf(payloadOf(request), { start: 16, nested: { 26: { 2: { 1: {} } } } });
  assert.deepEqual(tree, { 26: { 2: { 1: { 1: "00000000", 19: "01000000" } } } });
});

Deno.test("dumpLinks() and dumpAddresses() ask for everything of the family", () => {
  assert.deepEqual(rtnetlink.dumpLinks(), {
    type: 18,
    flags: netlink.FLAG.dump,
    fixed: new Uint8Array(16),
    attributes: [],
  });
  const [ipv4, ipv6] = [rtnetlink.dumpAddresses(4), rtnetlink.dumpAddresses(6)];
  assert.deepEqual([ipv4.type, ipv4.flags], [22, netlink.FLAG.dump]);
  assert.equal(hexOf(ipv4.fixed), "0200000000000000");
  assert.equal(hexOf(ipv6.fixed), "0a00000000000000");
});

Deno.test("parseLink() reads the kernel's description of a macvlan", () => {
  const link = rtnetlink.parseLink(messageOf(MACVLAN));
  assert.deepEqual(link, {
    index: 4,
    name: "vr7",
    ethernet: true,
    adminUp: true,
    up: true,
    mtu: 1200,
    mac: VIRTUAL_MAC,
    group: GROUP,
    kind: "macvlan",
    parentIndex: 3,
    ipv4Settings: {
      forwarding: 0,
      proxyArp: 0,
      sendRedirects: 0,
      rpFilter: 0,
      arpFilter: 0,
      mediumId: 0,
      arpAnnounce: 2,
      arpIgnore: 1,
      promoteSecondaries: 0,
      acceptLocal: 0,
      proxyArpPvlan: 0,
    },
  });
});

/** `flags` of struct ifinfomsg: 0x1 IFF_UP, 0x10000 IFF_LOWER_UP. */
const UP = [
  { flags: "43100100", adminUp: true, up: true, why: "switched on, with carrier" },
  { flags: "03100000", adminUp: true, up: false, why: "switched on, without carrier" },
  { flags: "02100100", adminUp: false, up: false, why: "carrier, but switched off" },
  { flags: "02100000", adminUp: false, up: false, why: "neither" },
] as const;

for (const { flags, adminUp, up, why } of UP) {
  Deno.test(`parseLink() says up ${up}: ${why}`, () => {
    const bytes = MACVLAN.slice();
    bytes.set(fromHex(flags), 16 + 8);
    const link = rtnetlink.parseLink(messageOf(bytes));
    assert.deepEqual([link?.adminUp, link?.up], [adminUp, up]);
  });
}

Deno.test("parseLink() passes over what a bridge says of its ports", () => {
  const bytes = MACVLAN.slice();
  bytes.set([7], 16);
  assert.equal(rtnetlink.parseLink(messageOf(bytes)), undefined);
});

Deno.test("parseLink() tells an interface of another kind and leaves a long hardware address out", () => {
  const bytes = emitAll([{
    type: rtnetlink.RTM.newLink,
    flags: 0,
    sequence: 0,
    // ARPHRD_INFINIBAND, index 9, up.
    fixed: fromHex("00002000090000000100010000000000"),
    attributes: [
      { type: 3, value: netlink.cString("ib0") },
      { type: 1, value: new Uint8Array(20) },
    ],
  }]);
  assert.deepEqual(rtnetlink.parseLink(messageOf(bytes)), {
    index: 9,
    name: "ib0",
    ethernet: false,
    adminUp: true,
    up: true,
    group: 0,
  });
});

Deno.test("parseLink() reads the settings that an older kernel's shorter list has", () => {
  const conf = [{ type: 1, value: fromHex("01000000 00000000 00000000") }];
  const bytes = emitAll([{
    type: rtnetlink.RTM.newLink,
    flags: 0,
    sequence: 0,
    fixed: fromHex("00000100090000000000000000000000"),
    attributes: [
      { type: 3, value: netlink.cString("eth0") },
      { type: 26, value: [{ type: 2, value: conf }] },
    ],
  }]);
  const link = rtnetlink.parseLink(messageOf(bytes));
  assert.deepEqual(link?.ipv4Settings, { forwarding: 1, proxyArp: 0 });
});

const ADDRESSES = [
  {
    what: "one of the administrator",
    bytes: ADDRESS_ADDED,
    expected: { ifindex: 3, prefix: "10.9.0.5/24", scope: 0, protocol: 0 },
  },
  {
    what: "one with our mark",
    bytes: OUR_ADDRESS,
    expected: { ifindex: 3, prefix: "10.9.0.100/32", scope: 0, protocol: 112 },
  },
  {
    what: "our end of a point-to-point one",
    bytes: PEER_ADDRESS,
    expected: { ifindex: 3, prefix: "10.9.0.6/32", scope: 0, protocol: 0 },
  },
  {
    what: "one that was removed",
    bytes: ADDRESS_REMOVED,
    expected: { ifindex: 3, prefix: "10.9.0.5/24", scope: 0, protocol: 0 },
  },
  {
    what: "IPv6, which has no IFA_LOCAL",
    bytes: IPV6_ADDRESS,
    expected: { ifindex: 5, prefix: "fe80::5/64", scope: 253, protocol: 0 },
  },
] as const;

for (const { what, bytes, expected } of ADDRESSES) {
  Deno.test(`parseAddress() reads ${what}`, () => {
    const address = rtnetlink.parseAddress(messageOf(bytes));
    assert.ok(address);
    assert.deepEqual({ ...address, prefix: formatPrefix(address.prefix) }, expected);
  });
}

Deno.test("parseAddress() passes over another family", () => {
  const bytes = ADDRESS_ADDED.slice();
  bytes.set([0x06], 16 + 8);
  bytes.set([0x06], 16 + 16);
  assert.equal(rtnetlink.parseAddress(messageOf(bytes)), undefined);
});

Deno.test("parseLink() and parseAddress() give values that outlive the receive buffer", () => {
  const [linkBytes, addressBytes] = [MACVLAN.slice(), OUR_ADDRESS.slice()];
  const link = rtnetlink.parseLink(messageOf(linkBytes));
  const address = rtnetlink.parseAddress(messageOf(addressBytes));
  for (const bytes of [linkBytes, addressBytes]) bytes.fill(0xa5);
  assert.ok(link?.mac !== undefined && address !== undefined);
  assert.equal(formatMac(link.mac), "00:00:5e:00:01:07");
  assert.equal(formatPrefix(address.prefix), "10.9.0.100/32");
});

Deno.test("parseLink() and parseAddress() never throw on a message cut short", () => {
  for (const bytes of [MACVLAN, OUR_ADDRESS, IPV6_ADDRESS]) {
    const message = messageOf(bytes);
    for (let length = 0; length < message.payload.byteLength; length++) {
      const short = cut(message, length);
      const [link, address] = [rtnetlink.parseLink(short), rtnetlink.parseAddress(short)];
      if (length < 8) assert.deepEqual([link, address], [undefined, undefined]);
    }
  }
});

Deno.test("parseLink() and parseAddress() never throw, whatever the bytes", () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    // Behind a header that is right, so that the attributes are looked at.
    fc.uint8Array({ maxLength: 100 }).map((rest) => fromHex(`0218000003000000 ${rest.toHex()}`)),
    fc.array(fc.tuple(fc.nat(MACVLAN.length - 17), fc.nat(255)), { maxLength: 20 }).map(
      (changes) => {
        const changed = MACVLAN.slice(16);
        for (const [at, byte] of changes) changed[at] = byte;
        return changed;
      },
    ),
  );
  fc.assert(
    fc.property(bytes, (payload) => {
      const message = { type: 16, flags: 0, sequence: 0, payload: viewOf(payload) };
      rtnetlink.parseLink(message);
      rtnetlink.parseAddress(message);
    }),
    { numRuns: 3000 },
  );
});

Deno.test("parseForwarding() reads of which interface and what", () => {
  assert.deepEqual(rtnetlink.parseForwarding(messageOf(FORWARDING_ON)), {
    ifindex: 3,
    family: 4,
    forwarding: 1,
  });
  assert.equal(rtnetlink.parseForwarding(messageOf(FORWARDING_ON.with(16, 10)))?.family, 6);
});

const OTHER_NETCONF = [
  { what: "of another setting", message: messageOf(FILTERS_LOOSELY) },
  { what: "of another family", message: messageOf(FORWARDING_ON.with(16, 28)) },
  { what: "cut within its header", message: cut(messageOf(FORWARDING_ON), 3) },
  { what: "of no interface", message: cut(messageOf(FORWARDING_ON), 4) },
];

for (const { what, message } of OTHER_NETCONF) {
  Deno.test(`parseForwarding() passes over a notification ${what}`, () => {
    assert.equal(rtnetlink.parseForwarding(message), undefined);
  });
}

/** fe80::5/64 on the link 3 with these IFA_FLAGS, as the kernel tells it. */
function addressWith(flags: number): netlink.NetlinkMessage {
  const address = fromHex("fe800000000000000000000000000005");
  return messageOf(emitAll([{
    type: rtnetlink.RTM.newAddress,
    flags: 0,
    sequence: 0,
    fixed: Uint8Array.of(10, 64, 0x80, 253, 3, 0, 0, 0),
    attributes: [{ type: 1, value: address }, { type: 8, value: netlink.u32(flags) }],
  }]));
}

const DAD_ROWS = [
  { what: "a permanent one", flags: 0x80, dad: undefined },
  { what: "one that the kernel asks for", flags: 0xc0, dad: "running" },
  { what: "one that may be used meanwhile", flags: 0xc4, dad: undefined },
  { what: "one that another has", flags: 0xc8, dad: "failed" },
] as const;

for (const { what, flags, dad } of DAD_ROWS) {
  Deno.test(`parseAddress() tells whether nobody may use an IPv6 address yet: ${what}`, () => {
    assert.equal(rtnetlink.parseAddress(addressWith(flags))?.dad, dad);
  });
}

/** RTM_NEWLINK of one family whose IPv6 is switched on, and which forwards. */
function ipv6LinkOf(family: number): netlink.NetlinkMessage {
  const conf = new Uint8Array(4 * 43);
  conf.set(netlink.u32(1), 0);
  conf.set(netlink.u32(0xffff_ffff), 4 * 7);
  const fixed = Uint8Array.of(family, 0, 1, 0, 3, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0);
  return messageOf(emitAll([{
    type: rtnetlink.RTM.newLink,
    flags: 0,
    sequence: 0,
    fixed,
    attributes: [{ type: 12, value: [{ type: 2, value: conf }] }],
  }]));
}

Deno.test("parseIpv6Link() reads the settings of a link whose IPv6 was switched on", () => {
  assert.deepEqual(rtnetlink.parseIpv6Link(ipv6LinkOf(10)), {
    ifindex: 3,
    settings: {
      disableIpv6: 0,
      ipv6Forwarding: 1,
      acceptRa: 0,
      autoconf: 0,
      routerSolicitations: 0xffff_ffff,
      keepAddrOnDown: 0,
    },
  });
  assert.equal(rtnetlink.parseIpv6Link(ipv6LinkOf(7)), undefined, "a bridge's port");
  assert.equal(rtnetlink.parseIpv6Link(cut(ipv6LinkOf(10), 15)), undefined, "cut short");
});

Deno.test("filedSettings() names files in the order in which they are written, and signs numbers", () => {
  const settings = { routerSolicitations: 0xffff_ffff, ipv6Forwarding: 1, disableIpv6: 0 };
  assert.deepEqual(filedSettings(settings), [
    ["disable_ipv6", 0],
    ["forwarding", 1],
    ["router_solicitations", -1],
  ]);
});
