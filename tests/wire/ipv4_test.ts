import assert from "node:assert/strict";
import { formatIp, ip } from "../../src/base/ip.ts";
import * as ipv4 from "../../src/wire/ipv4.ts";
import {
  emitted,
  fromHex,
  hexOf,
  reasonOf,
  valueOf,
  viewOf,
  viewOfHex,
  withBytes,
  withFlippedBit,
} from "../support/bytes.ts";
import { capturedFrames } from "../support/captures.ts";

const PACKET = fromHex(
  "45c0002800010000ff70d0880a090001e0000012 210164010001708f0a0900640000000000000000",
);

function capturedPackets() {
  return capturedFrames().flatMap(({ name, bytes, decoded: { ip: decoded } }) =>
    decoded?.version === 4 ? [{ name, packet: bytes.subarray(14), decoded }] : []
  );
}

Deno.test("parse() reads the header of every captured IPv4 packet", () => {
  for (const { name, packet, decoded } of capturedPackets()) {
    const { payload, source, destination, ...header } = valueOf(ipv4.parse(viewOf(packet)));
    assert.deepEqual(header, {
      typeOfService: Number(decoded.tos),
      id: decoded.id,
      dontFragment: decoded.flags_frag === "0x4000",
      ttl: decoded.ttl,
      protocol: decoded.proto,
      checksumOk: true,
    }, name);
    assert.equal(formatIp(source), decoded.src, name);
    assert.equal(formatIp(destination), decoded.dst, name);
    assert.equal(hexOf(payload), hexOf(packet.subarray(20)), name);
  }
});

Deno.test("emit() writes the header of every captured IPv4 packet, whose options are none", () => {
  for (const { name, packet } of capturedPackets()) {
    const header = valueOf(ipv4.parse(viewOf(packet)));
    const again = emitted(packet.length, (view) => ipv4.emit(header, view));
    assert.equal(hexOf(again).slice(0, 40), hexOf(packet.subarray(0, 20)), name);
    assert.equal(hexOf(again).slice(40), "a5".repeat(packet.length - 20), `${name}: payload`);
  }
});

const REFUSED: readonly {
  readonly what: string;
  readonly at: number;
  readonly bytes: readonly number[];
  readonly reason: string;
  readonly detail: string;
}[] = [
  {
    what: "version 6",
    at: 0,
    bytes: [0x65],
    reason: "ipHeader",
    detail: "IP version 6",
  },
  {
    what: "a header length under 20",
    at: 0,
    bytes: [0x44],
    reason: "ipHeader",
    detail: "IP header length 16",
  },
  {
    what: "a total length inside the header",
    at: 2,
    bytes: [0, 19],
    reason: "ipHeader",
    detail: "IP total length 19",
  },
  {
    what: "a total length inside the options",
    at: 0,
    bytes: [0x4f],
    reason: "ipHeader",
    detail: "IP total length 40",
  },
  {
    what: "a total length beyond the frame",
    at: 2,
    bytes: [0, 41],
    reason: "truncated",
    detail: "IP total length 41 in 40 bytes",
  },
  {
    what: "a first fragment",
    at: 6,
    bytes: [0x20, 0],
    reason: "fragment",
    detail: "IP fragment field 0x2000",
  },
  {
    what: "a later fragment",
    at: 6,
    bytes: [0, 1],
    reason: "fragment",
    detail: "IP fragment field 0x1",
  },
];

for (const { what, at, bytes, reason, detail } of REFUSED) {
  Deno.test(`parse() refuses ${what}`, () => {
    assert.deepEqual(ipv4.parse(viewOf(withBytes(PACKET, at, bytes))), {
      ok: false,
      error: { reason, detail },
    });
  });
}

Deno.test("parse() refuses every packet cut short", () => {
  for (let length = 0; length < PACKET.length; length++) {
    const result = ipv4.parse(viewOf(PACKET.subarray(0, length)));
    assert.equal(reasonOf(result), "truncated", `${length} bytes`);
  }
});

Deno.test("parse() flags or refuses a header with any one bit turned", () => {
  for (let bit = 0; bit < ipv4.HEADER_SIZE * 8; bit++) {
    const result = ipv4.parse(viewOf(withFlippedBit(PACKET, bit)));
    assert.equal(result.ok && result.value.checksumOk, false, `bit ${bit}`);
  }
});

Deno.test("parse() leaves the padding of a short frame out of the payload", () => {
  const padded = fromHex(`${hexOf(PACKET)} 000000000000`);
  const { payload, checksumOk } = valueOf(ipv4.parse(viewOf(padded)));
  assert.equal(hexOf(payload), hexOf(PACKET.subarray(20)));
  assert.equal(checksumOk, true);
});

Deno.test("parse() steps over options and checks them with the header", () => {
  const packet = fromHex(
    "46c0001c 00010000 ff70 3b90 0a090001 e0000012 94040000 2101640a",
  );
  const { payload, checksumOk } = valueOf(ipv4.parse(viewOf(packet)));
  assert.equal(hexOf(payload), "2101640a");
  assert.equal(checksumOk, true);
  const spoilt = valueOf(ipv4.parse(viewOf(withFlippedBit(packet, 23 * 8))));
  assert.equal(spoilt.checksumOk, false);
});

Deno.test("parse() takes a packet without payload", () => {
  const header = withBytes(PACKET, 2, [0, 20]);
  assert.equal(valueOf(ipv4.parse(viewOf(header))).payload.byteLength, 0);
});

Deno.test("parse() gives addresses that outlive the receive buffer", () => {
  const view = viewOf(PACKET.slice());
  const { source, destination } = valueOf(ipv4.parse(view));
  new Uint8Array(view.buffer).fill(0);
  assert.equal(formatIp(source), "10.9.0.1");
  assert.equal(formatIp(destination), "224.0.0.18");
});

Deno.test("patchId() changes the id and its checksum and nothing else", () => {
  const view = viewOf(PACKET.slice());
  ipv4.patchId(view, 0x0002);
  assert.equal(
    hexOf(view),
    hexOf(fromHex(
      "45c0002800020000ff70d0870a090001e0000012 210164010001708f0a0900640000000000000000",
    )),
  );
});

Deno.test("emit() refuses IPv6 addresses", () => {
  const header = valueOf(ipv4.parse(viewOf(PACKET)));
  const view = viewOfHex("00".repeat(40));
  assert.throws(() => ipv4.emit({ ...header, source: ip("fe80::1") }, view), /IPv4 source/);
  assert.throws(() => ipv4.emit({ ...header, destination: ip("::1") }, view), /IPv4 destination/);
});
