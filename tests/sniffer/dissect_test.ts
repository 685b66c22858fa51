import assert from "node:assert/strict";
import fc from "fast-check";
import { formatIp } from "../../src/base/ip.ts";
import { formatJson } from "../../src/sniffer/json.ts";
import type { VrrpInfo } from "../../src/sniffer/sighting.ts";
import { formatText } from "../../src/sniffer/text.ts";
import * as checksum from "../../src/wire/checksum.ts";
import { fromHex, viewOf, withBytes, withFlippedBit } from "../support/bytes.ts";
import { capturedFrames } from "../support/captures.ts";
import { sight } from "./fixtures.ts";

const MACS = "01005e000012 020000000001";
const IP_AT = 14;
const MESSAGE_AT = 34;
/** r1 to the group: version 2, group 1, priority 100, one address. */
const V2 = fromHex(
  `${MACS} 0800 45c0002800010000ff70d0880a090001e0000012 210164010001708f0a0900640000000000000000`,
);
/** The same in version 3, one address, with pseudo-header. */
const V3 = fromHex(
  `${MACS} 0800 45c0002000010000ff70d0900a090001e0000012 3101640100647593 0a090064`,
);

function vrrpOf(bytes: Uint8Array): VrrpInfo {
  const { content } = sight(bytes);
  assert.ok(content.kind === "vrrp", content.kind);
  return content.vrrp;
}

/** With the checksums of IP and of version 2 made anew. */
function resealed(frame: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const copy = frame.slice();
  for (const part of [{ from: IP_AT, to: MESSAGE_AT, at: 10 }, { from: MESSAGE_AT, at: 6 }]) {
    const view = viewOf(copy.subarray(part.from, part.to));
    view.setUint16(part.at, 0);
    view.setUint16(part.at, checksum.finish(checksum.sum(view)));
  }
  return copy;
}

function changed(at: number, ...bytes: number[]): Uint8Array<ArrayBuffer> {
  return resealed(withBytes(V2, at, bytes));
}

const FAULTS: readonly {
  readonly what: string;
  readonly frame: Uint8Array;
  readonly problems: readonly string[];
}[] = [
  {
    what: "a TTL of 64",
    frame: changed(IP_AT + 8, 64),
    problems: ["TTL 64, must be 255"],
  },
  {
    what: "a wrong IP checksum",
    frame: withBytes(V2, IP_AT + 10, [0, 0]),
    problems: ["the IP header's checksum is wrong"],
  },
  {
    what: "a wrong VRRP checksum",
    frame: withBytes(V2, MESSAGE_AT + 6, [0, 0]),
    problems: ["the VRRP checksum is wrong"],
  },
  {
    what: "an unknown version",
    frame: changed(MESSAGE_AT, 0x41),
    problems: ["VRRP version 4 is unknown"],
  },
  {
    what: "an unknown type",
    frame: changed(MESSAGE_AT, 0x22),
    problems: ["VRRP type 2, must be 1"],
  },
  {
    what: "group 0",
    frame: changed(MESSAGE_AT + 1, 0),
    problems: ["group 0: groups start at 1"],
  },
  {
    what: "no address",
    frame: changed(MESSAGE_AT + 3, 0),
    problems: ["the list of addresses is empty"],
  },
  {
    what: "fewer addresses than it says",
    frame: changed(MESSAGE_AT + 3, 3),
    problems: ["VRRP length 20, must be 28 for the number of addresses (3)"],
  },
  {
    what: "an interval of 0",
    frame: changed(MESSAGE_AT + 5, 0),
    problems: ["the interval is 0"],
  },
  {
    what: "an unknown authentication",
    frame: changed(MESSAGE_AT + 4, 9),
    problems: ["authentication type 9 is unknown"],
  },
  {
    what: "type 2 without its header",
    frame: changed(MESSAGE_AT + 4, 2),
    problems: ["the authentication header is missing"],
  },
  {
    what: "authentication data without a type",
    frame: changed(MESSAGE_AT + 12, 1),
    problems: ["the authentication data of type 0 is not zero"],
  },
  {
    what: "two faults at once, in a receiver's order",
    frame: withBytes(changed(IP_AT + 8, 1), MESSAGE_AT + 6, [0, 0]),
    problems: ["TTL 1, must be 255", "the VRRP checksum is wrong"],
  },
  {
    what: "an IP length beyond the frame",
    frame: V2.subarray(0, -4),
    problems: ["IP length 40, 4 bytes more than there are"],
  },
];

for (const { what, frame, problems } of FAULTS) {
  Deno.test(`dissect() reads on through ${what} and tells it`, () => {
    const sighting = sight(frame);
    assert.equal(sighting.content.kind, "vrrp");
    assert.deepEqual(sighting.problems, problems);
  });
}

Deno.test("dissect() finds no fault with what is right", () => {
  for (const frame of [V2, V3]) assert.deepEqual(sight(frame).problems, []);
});

Deno.test("dissect() tells what the capture cut off, and gives no verdict then", () => {
  const { content, problems } = sight(V2.subarray(0, 48), { wireBytes: V2.length });
  assert.ok(content.kind === "vrrp");
  assert.deepEqual(problems, ["the capture cut off 6 bytes"]);
  assert.equal(content.vrrp.checksum.verdict, "unknown");
  assert.deepEqual(content.vrrp.addresses.map(formatIp), ["10.9.0.100"]);
});

Deno.test("dissect() takes bytes behind the IP packet for padding", () => {
  const { ip, problems } = sight(fromHex(V2.toHex() + "00".repeat(6)));
  assert.equal(ip?.paddingBytes, 6);
  assert.deepEqual(problems, []);
});

Deno.test("dissect() looks behind VLAN tags", () => {
  const tagged = fromHex(V2.toHex().replace("0800", "88a800028100e0640800"));
  const { ethernet, content, problems } = sight(tagged);
  assert.deepEqual(ethernet?.vlans, [2, 100]);
  assert.equal(content.kind, "vrrp");
  assert.deepEqual(problems, []);
});

Deno.test("dissect() looks behind IPv4 options", () => {
  const withOptions = fromHex(
    `${MACS} 0800 46c0002c00010000ff70 0000 0a090001e0000012 94040000` +
      "210164010001708f0a0900640000000000000000",
  );
  const header = viewOf(withOptions.subarray(IP_AT, IP_AT + 24));
  header.setUint16(10, checksum.finish(checksum.sum(header)));
  const { ip, content, problems } = sight(withOptions);
  assert.equal(ip?.optionBytes, 4);
  assert.equal(content.kind, "vrrp");
  assert.deepEqual(problems, []);
});

Deno.test("dissect() tells both readings of a version 3 checksum", () => {
  assert.deepEqual(vrrpOf(V3).checksum, { value: 0x7593, verdict: "right", readings: ["rfc5798"] });
  const view = viewOf(V3.slice(MESSAGE_AT));
  view.setUint16(6, 0);
  const plain = checksum.finish(checksum.sum(view));
  const other = withBytes(V3, MESSAGE_AT + 6, [plain >> 8, plain & 0xff]);
  assert.deepEqual(vrrpOf(other).checksum, {
    value: plain,
    verdict: "right",
    readings: ["rfc9568"],
  });
  const wrong = withBytes(V3, MESSAGE_AT + 6, [0, 1]);
  assert.deepEqual(vrrpOf(wrong).checksum, { value: 1, verdict: "wrong", readings: [] });
});

/** rVRRPd's own, from the specification's table. */
const DIGESTS = [
  { type: "fa01", name: "p0-t8-sha256", digest: "76326e02e9d3603d", sum: "4848" },
  { type: "fb01", name: "p1-b8-shake256", digest: "190ffeb8cb565eb8", sum: "33b7" },
] as const;

for (const { type, name, digest, sum } of DIGESTS) {
  Deno.test(`dissect() knows ${name} and shows its digest`, () => {
    const message = fromHex(`21016401${type}${sum}0a090064${digest}`);
    const frame = withBytes(V2, MESSAGE_AT, [...message]);
    const { auth } = vrrpOf(frame);
    assert.ok(auth.name === name);
    assert.equal(auth.digest.toHex(), digest);
    assert.deepEqual(sight(frame).problems, []);
  });
}

Deno.test("dissect() takes hop limit 64 for right to a single router only", () => {
  const frames = capturedFrames().filter(({ file, decoded }) =>
    file === "keepalived-v3-ipv6-unicast.pcap" && decoded.kind === "vrrp"
  );
  const bytes = frames[0]?.bytes;
  assert.ok(bytes !== undefined);
  assert.equal(bytes[IP_AT + 7], 64);
  assert.deepEqual(sight(bytes).problems, []);
  assert.deepEqual(sight(withBytes(bytes, IP_AT + 7, [63])).problems, [
    "hop limit 63, must be 255",
  ]);
});

const NOT_VRRP = [
  { what: "another EtherType", hex: `${MACS} 88cc 0207`, says: "Ethernet type 0x88cc" },
  {
    what: "another IP protocol",
    hex: `${MACS} 0800 4500001400010000ff110000 0a090001 0a090002`,
    says: "IP protocol 17",
  },
  {
    what: "an authentication header before something else",
    hex: `${MACS} 0800 4500002c00010000ff330000 0a090001 0a090002 06040000 ${"00".repeat(20)}`,
    says: "authentication header before IP protocol 6",
  },
  {
    what: "a neighbour solicitation",
    hex: `${MACS} 86dd 60000000 0018 3a ff ${"fe80".padEnd(32, "0")} ${"ff02".padEnd(32, "0")}` +
      `87 ${"00".repeat(23)}`,
    says: "ICMPv6 type 135",
  },
];

for (const { what, hex, says } of NOT_VRRP) {
  Deno.test(`dissect() says what ${what} is`, () => {
    assert.deepEqual(sight(fromHex(hex)).content, { kind: "other", what: says });
  });
}

const MALFORMED = [
  { what: "half an Ethernet header", frame: V2.subarray(0, 7), says: "Ethernet frame of 7 bytes" },
  { what: "half an IP header", frame: V2.subarray(0, 24), says: "IP packet of 10 bytes" },
  {
    what: "a wrong IP version",
    frame: withBytes(V2, IP_AT, [0x65]),
    says: "IP version 6 under Ethernet's type for IPv4",
  },
  {
    what: "an IP header too short",
    frame: withBytes(V2, IP_AT, [0x44]),
    says: "IP header length 16",
  },
  { what: "a fragment", frame: changed(IP_AT + 6, 0x20), says: "a fragment (field 0x2000)" },
  {
    what: "half an authentication header",
    frame: changed(IP_AT + 9, 51).subarray(0, MESSAGE_AT + 8),
    says: "AH of 8 bytes",
  },
];

for (const { what, frame, says } of MALFORMED) {
  Deno.test(`dissect() says what keeps it from reading ${what}`, () => {
    const { content, problems } = sight(frame);
    assert.equal(content.kind, "malformed");
    assert.equal(problems.at(-1), says);
  });
}

/** Whatever the bytes, all forms of output can be had. */
function assertShowable(bytes: Uint8Array, wireBytes = bytes.length): void {
  const sighting = sight(bytes, { wireBytes });
  assert.ok(formatText(sighting).length > 0);
  assert.equal(typeof JSON.parse(formatJson(sighting)).kind, "string");
}

/** One frame of every kind and of every length. */
function differentFrames(): Uint8Array<ArrayBuffer>[] {
  const byKind = Map.groupBy(
    capturedFrames(),
    ({ bytes, decoded: { kind, vrrp } }) => `${kind} ${vrrp?.version} ${bytes.length}`,
  );
  return Array.from(byKind.values(), ([first]) => first?.bytes ?? new Uint8Array());
}

Deno.test("dissect() takes every captured frame cut at every byte", () => {
  for (const bytes of differentFrames()) {
    for (let length = 0; length <= bytes.length; length++) {
      assertShowable(bytes.subarray(0, length));
      assertShowable(bytes.subarray(0, length), bytes.length);
    }
  }
});

Deno.test("dissect() takes every captured frame with any bit turned", () => {
  for (const bytes of differentFrames()) {
    for (let bit = 0; bit < bytes.length * 8; bit++) assertShowable(withFlippedBit(bytes, bit));
  }
});

Deno.test("dissect() takes whatever follows an Ethernet header", () => {
  const headers = ["0800 45", "0800 4f", "86dd 60", "0806", "8100 0001 0800 45", "0800"];
  fc.assert(
    fc.property(fc.constantFrom(...headers), fc.uint8Array({ maxLength: 300 }), (header, rest) => {
      assertShowable(Uint8Array.of(...fromHex(`${MACS} ${header}`), ...rest));
    }),
    { numRuns: 3000 },
  );
});

Deno.test("dissect() takes whatever follows an IP header for VRRP and AH", () => {
  fc.assert(
    fc.property(fc.constantFrom(112, 51), fc.uint8Array({ maxLength: 300 }), (protocol, rest) => {
      const header = withBytes(V2.subarray(0, MESSAGE_AT), IP_AT + 9, [protocol]);
      viewOf(header).setUint16(IP_AT + 2, 20 + rest.length);
      assertShowable(Uint8Array.of(...header, ...rest));
    }),
    { numRuns: 3000 },
  );
});

Deno.test("dissect() takes any bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => assertShowable(bytes)),
    { numRuns: 1000 },
  );
});
