import assert from "node:assert/strict";
import fc from "fast-check";
import * as netlink from "../../src/wire/netlink.ts";
import { fromHex, hexOf, viewOf, viewOfHex } from "../support/bytes.ts";
import { emitAll } from "../support/netlink_requests.ts";
import {
  ACKNOWLEDGED,
  ADDRESS_ADDED,
  DUMP_END,
  MACVLAN,
  OUR_ADDRESS,
  REFUSED,
  REFUSED_WITH_WORDS,
} from "./rtnetlink_messages.ts";

const REQUEST: netlink.NetlinkRequest = {
  type: 0x14,
  flags: netlink.FLAG.request | netlink.FLAG.ack,
  sequence: 0x01020304,
  fixed: fromHex("0218000003000000"),
  attributes: [{ type: 2, value: fromHex("0a090005") }],
};

function bytesOf(request: netlink.NetlinkRequest): Uint8Array {
  return emitAll([request]);
}

function messageOf(bytes: Uint8Array): netlink.NetlinkMessage {
  const [message, ...more] = netlink.parse(viewOf(bytes));
  assert.ok(message);
  assert.deepEqual(more, []);
  return message;
}

function attributesOf(view: DataView, start = 0): Record<number, string> {
  return Object.fromEntries(
    Array.from(netlink.parseAttributes(view, start), ([type, value]) => [type, hexOf(value)]),
  );
}

Deno.test("emit() writes header, fixed part and attributes in the machine's byte order", () => {
  const view = viewOf(new Uint8Array(netlink.size(REQUEST)));
  netlink.emit(REQUEST, view);
  assert.equal(
    hexOf(view),
    "200000001400050004030201000000000218000003000000080002000a090005",
  );
});

Deno.test("emit() throws on a view of another length", () => {
  for (const length of [netlink.size(REQUEST) - 1, netlink.size(REQUEST) + 4]) {
    const view = viewOf(new Uint8Array(length));
    assert.throws(() => netlink.emit(REQUEST, view), /as long as the request/);
  }
});

const PADDED = [
  { value: "", hex: "04000700", why: "an empty value has a header only" },
  { value: "01", hex: "0500070001000000", why: "one byte takes three of padding" },
  { value: "010203", hex: "0700070001020300", why: "three bytes take one of padding" },
  { value: "01020304", hex: "0800070001020304", why: "four bytes take none" },
  { value: "0102030405", hex: "09000700010203040500 0000", why: "five bytes take three again" },
] as const;

for (const { value, hex, why } of PADDED) {
  Deno.test(`emit() pads attributes to multiples of four: ${why}`, () => {
    const attributes = [{ type: 7, value: fromHex(value) }, { type: 8, value: netlink.u32(1) }];
    const bytes = bytesOf({ ...REQUEST, attributes });
    assert.equal(hexOf(bytes.subarray(24)), hexOf(fromHex(`${hex} 0800080001000000`)));
    assert.equal(bytes.length, netlink.size({ ...REQUEST, attributes }));
  });
}

Deno.test("emit() counts a nested attribute without the padding after it and marks it", () => {
  const inner = [{ type: 1, value: netlink.cString("macvlan") }, { type: 8, value: netlink.u8(1) }];
  const attributes = [{ type: 18, value: inner }];
  const nested = "18001280 0c0001006d6163766c616e00 0500080001000000";
  assert.equal(
    hexOf(bytesOf({ ...REQUEST, attributes }).subarray(24)),
    hexOf(fromHex(nested)),
  );
});

Deno.test("RequestBatch puts requests behind each other at multiples of four", () => {
  const odd = { ...REQUEST, sequence: 1, attributes: [{ type: 11, value: netlink.u8(112) }] };
  const even = { ...REQUEST, sequence: 2 };
  const bytes = emitAll([odd, even, odd]);
  assert.equal(hexOf(bytes), [odd, even, odd].map((one) => hexOf(bytesOf(one))).join(""));
  const messages = netlink.parse(viewOf(bytes));
  assert.deepEqual(messages.map(({ sequence }) => sequence), [1, 2, 1]);
});

Deno.test("RequestBatch holds any number of requests", () => {
  const requests = Array.from({ length: 1000 }, (_, sequence) => ({ ...REQUEST, sequence }));
  const bytes = emitAll(requests);
  assert.equal(hexOf(bytes), requests.map((one) => hexOf(bytesOf(one))).join(""));
});

Deno.test("RequestBatch leaves nothing of one batch in the next", () => {
  const batch = new netlink.RequestBatch();
  batch.add({ ...REQUEST, fixed: new Uint8Array(64).fill(0xff) });
  batch.clear();
  assert.equal(batch.bytes.length, 0);
  const padded = { ...REQUEST, attributes: [{ type: 11, value: netlink.u8(112) }] };
  batch.add(padded);
  assert.equal(hexOf(batch.bytes), hexOf(bytesOf(padded)));
});

Deno.test("parse() reads what emit() wrote, for any request", () => {
  const attribute = fc.record({
    type: fc.integer({ min: 1, max: 0x3fff }),
    value: fc.uint8Array({ maxLength: 40 }),
  });
  const attributes = fc.uniqueArray(attribute, { selector: ({ type }) => type, maxLength: 8 });
  fc.assert(
    fc.property(fc.nat(0xffff), fc.nat(0xffffffff), attributes, (type, sequence, attributes) => {
      const message = messageOf(bytesOf({ ...REQUEST, type, sequence, attributes }));
      assert.deepEqual([message.type, message.sequence], [type, sequence]);
      assert.deepEqual(
        attributesOf(message.payload, REQUEST.fixed.length),
        Object.fromEntries(attributes.map(({ type, value }) => [type, value.toHex()])),
      );
    }),
  );
});

Deno.test("parse() takes a datagram of the kernel apart, message by message", () => {
  const sent = [ADDRESS_ADDED, OUR_ADDRESS, MACVLAN, DUMP_END];
  const messages = netlink.parse(viewOfHex(sent.map(hexOf).join("")));
  assert.deepEqual(
    messages.map(({ type, flags, sequence, payload }) => ({
      type,
      flags,
      sequence,
      length: payload.byteLength,
    })),
    [
      { type: 20, flags: 0, sequence: 0x6b027d00, length: 64 },
      { type: 20, flags: 0, sequence: 81, length: 72 },
      { type: 16, flags: 0, sequence: 77, length: 848 },
      { type: netlink.TYPE.done, flags: netlink.FLAG.multi, sequence: 77, length: 4 },
    ],
  );
});

Deno.test("parse() gives payloads as parts of the datagram, wherever that lies in its buffer", () => {
  const buffer = fromHex(`a5a5a5a5${hexOf(DUMP_END)}a5a5a5a5`);
  const [message] = netlink.parse(new DataView(buffer.buffer, 4, DUMP_END.length));
  assert.equal(message?.payload.byteOffset, 20);
  assert.equal(message?.payload.byteLength, 4);
});

Deno.test("parse() gives the whole messages before a cut", () => {
  const both = fromHex(hexOf(ACKNOWLEDGED) + hexOf(REFUSED));
  for (let length = 0; length <= both.length; length++) {
    const whole = Math.floor(length / ACKNOWLEDGED.length);
    assert.equal(netlink.parse(viewOf(both.subarray(0, length))).length, whole, `${length} bytes`);
  }
});

for (const length of ["00000000", "0f000000", "25000000", "ffffffff"]) {
  Deno.test(`parse() stops at a header whose length cannot be: ${length}`, () => {
    const bytes = fromHex(length + hexOf(ACKNOWLEDGED.subarray(4)));
    assert.deepEqual(netlink.parse(viewOf(bytes)), []);
  });
}

const ODD_ATTRIBUTES = [
  { hex: "", types: {}, why: "none" },
  { hex: "030001", types: {}, why: "a header cut short" },
  { hex: "03000100", types: {}, why: "a length below the header's own" },
  { hex: "00000100 0500020007000000", types: {}, why: "a length of 0, which would never end" },
  { hex: "0900010001020304", types: {}, why: "a value longer than what is there" },
  { hex: "0500070001", types: { 7: "01" }, why: "the last one without its padding" },
  { hex: "0500070001000000 0600", types: { 7: "01" }, why: "a cut after the first" },
  { hex: "04000780 0400c840", types: { 7: "", 200: "" }, why: "the flags above the type" },
  { hex: "0500070001000000 0500070002000000", types: { 7: "02" }, why: "the same one twice" },
] as const;

for (const { hex, types, why } of ODD_ATTRIBUTES) {
  Deno.test(`parseAttributes() reads what can be read: ${why}`, () => {
    assert.deepEqual(attributesOf(viewOfHex(hex)), types);
  });
}

Deno.test("parseAttributes() starts where it is told to", () => {
  assert.deepEqual(attributesOf(viewOfHex("ffffffff 0500070001000000"), 4), { 7: "01" });
});

Deno.test("parseAnswer() reads an acknowledgement", () => {
  assert.deepEqual(netlink.parseAnswer(messageOf(ACKNOWLEDGED)), { sequence: 80, errno: 0 });
});

Deno.test("parseAnswer() reads a refusal without words", () => {
  assert.deepEqual(netlink.parseAnswer(messageOf(REFUSED)), { sequence: 78, errno: 19 });
});

Deno.test("parseAnswer() reads a refusal with the kernel's words", () => {
  assert.deepEqual(netlink.parseAnswer(messageOf(REFUSED_WITH_WORDS)), {
    sequence: 82,
    errno: 22,
    message: "ipv4: Invalid prefix length",
  });
});

Deno.test("parseAnswer() refuses an answer cut short and tells one whose words are cut", () => {
  const { payload, ...header } = messageOf(REFUSED_WITH_WORDS);
  const whole = new Uint8Array(payload.buffer, payload.byteOffset, payload.byteLength);
  for (let length = 0; length < whole.length; length++) {
    const answer = netlink.parseAnswer({ ...header, payload: viewOf(whole.subarray(0, length)) });
    const expected = length < 20 ? undefined : { sequence: 82, errno: 22 };
    assert.deepEqual(answer, expected, `${length} bytes`);
  }
});

Deno.test("parse(), parseAttributes() and parseAnswer() never throw, whatever the bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(20), (bytes, start) => {
      const view = viewOf(bytes);
      netlink.parseAttributes(view, start);
      netlink.parse(view).forEach(netlink.parseAnswer);
      netlink.parseAnswer({ type: 2, flags: 0x200, sequence: 0, payload: view });
    }),
    { numRuns: 3000 },
  );
});

Deno.test("parse() reads messages with any bytes changed without leaving the datagram", () => {
  const change = fc.tuple(fc.nat(REFUSED_WITH_WORDS.length - 1), fc.nat(255));
  fc.assert(fc.property(fc.array(change, { maxLength: 6 }), (changes) => {
    const bytes = REFUSED_WITH_WORDS.slice();
    for (const [at, byte] of changes) bytes[at] = byte;
    for (const { payload } of netlink.parse(viewOf(bytes))) {
      assert.ok(payload.byteOffset + payload.byteLength <= bytes.length);
    }
  }));
});

Deno.test("readCString() ends at the first zero or at the end", () => {
  assert.equal(netlink.readCString(viewOfHex("65746830 00 7878")), "eth0");
  assert.equal(netlink.readCString(viewOfHex("65746830")), "eth0");
  assert.equal(netlink.readCString(viewOfHex("")), "");
});

Deno.test("u8(), u32() and cString() write what the kernel reads", () => {
  assert.equal(hexOf(netlink.u8(0x70)), "70");
  assert.equal(hexOf(netlink.u32(0x52000407)), "07040052");
  assert.equal(hexOf(netlink.cString("vr7")), "76723700");
  assert.equal(netlink.readU32(viewOfHex("00ffffffff"), 1), 0xffffffff);
  assert.equal(netlink.readU16(viewOfHex("00ff01"), 1), 0x01ff);
});
