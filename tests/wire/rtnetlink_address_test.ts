import assert from "node:assert/strict";
import { type IpPrefix, parsePrefix } from "../../src/base/ip.ts";
import * as netlink from "../../src/wire/netlink.ts";
import { parseLabelledAddress } from "../../src/wire/rtnetlink.ts";
import { emitAddAddress, emitRemoveAddress } from "../../src/wire/rtnetlink_address.ts";
import { fromHex, hexOf, viewOf } from "../support/bytes.ts";
import { IPV6_ADDRESS, OUR_ADDRESS } from "./rtnetlink_messages.ts";

function prefix(text: string): IpPrefix {
  const parsed = parsePrefix(text);
  assert.ok(parsed, text);
  return parsed;
}

const IPV4 = { ifindex: 3, prefix: prefix("10.9.0.100/24"), sequence: 0x01020304, flags: 0x5 };
const IPV6 = { ...IPV4, prefix: prefix("fe80::5/64") };
const MARK = { protocol: 112, noPrefixRoute: false };

/** Each is the message of 24 bytes and more, as the kernel's headers describe it. */
const ROWS: readonly {
  readonly what: string;
  readonly emit: (batch: netlink.RequestBatch) => void;
  readonly hex: string;
}[] = [
  {
    what: "emitAddAddress() asks for a new address with our mark",
    emit: (batch) => emitAddAddress(batch, { ...IPV4, ...MARK }),
    hex: "38000000 1400 0506 04030201 00000000 0218000003000000" +
      "080002000a090064 080001000a090064 0800080000000000 05000b0070000000",
  },
  {
    what: "emitAddAddress() leaves the route to the network out",
    emit: (batch) => emitAddAddress(batch, { ...IPV4, ...MARK, noPrefixRoute: true }),
    hex: "38000000 1400 0506 04030201 00000000 0218000003000000" +
      "080002000a090064 080001000a090064 0800080000020000 05000b0070000000",
  },
  {
    // Neither asked for first nor preferred, but valid for ever.
    what: "emitAddAddress() writes IPv6 addresses with their family and all 16 bytes, without DAD",
    emit: (batch) => emitAddAddress(batch, { ...IPV6, ...MARK }),
    hex: "64000000 1400 0506 04030201 00000000 0a40000003000000" +
      "14000200fe800000000000000000000000000005 14000100fe800000000000000000000000000005" +
      "0800080002000000 05000b0070000000 1400060000000000ffffffff0000000000000000",
  },
  {
    // The same attributes as `ip addr del 10.9.0.100/24 dev DEV` of iproute2 6.1 sends.
    what: "emitRemoveAddress() names the address",
    emit: (batch) => emitRemoveAddress(batch, IPV4),
    hex: "28000000 1500 0500 04030201 00000000 0218000003000000" +
      "080002000a090064 080001000a090064",
  },
  {
    what: "emitRemoveAddress() names an IPv6 address",
    emit: (batch) => emitRemoveAddress(batch, IPV6),
    hex: "40000000 1500 0500 04030201 00000000 0a40000003000000" +
      "14000200fe800000000000000000000000000005 14000100fe800000000000000000000000000005",
  },
];

for (const { what, emit, hex } of ROWS) {
  Deno.test(`${what}, byte for byte`, () => {
    const batch = new netlink.RequestBatch();
    emit(batch);
    assert.equal(hexOf(batch.bytes), hexOf(fromHex(hex)));
  });
}

Deno.test("emitAddAddress() and emitRemoveAddress() put requests behind each other", () => {
  const batch = new netlink.RequestBatch();
  for (const { emit } of ROWS) emit(batch);
  assert.equal(hexOf(batch.bytes), ROWS.map(({ hex }) => hexOf(fromHex(hex))).join(""));
});

function messageOf(bytes: Uint8Array): netlink.NetlinkMessage {
  const [message] = netlink.parse(viewOf(bytes));
  assert.ok(message);
  return message;
}

Deno.test("parseLabelledAddress() reads the label with the address", () => {
  const found = parseLabelledAddress(messageOf(OUR_ADDRESS));
  assert.deepEqual([found?.label, found?.prefix.length, found?.ifindex], ["near", 32, 3]);
});

Deno.test("parseLabelledAddress() passes over an address without a label", () => {
  assert.equal(parseLabelledAddress(messageOf(IPV6_ADDRESS)), undefined);
});
