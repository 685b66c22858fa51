import assert from "node:assert/strict";
import fc from "fast-check";
import { formatIp, ip } from "../../src/base/ip.ts";
import * as ipv6 from "../../src/wire/ipv6.ts";
import {
  emitted,
  fromHex,
  hexOf,
  reasonOf,
  valueOf,
  viewOf,
  viewOfHex,
  withBytes,
} from "../support/bytes.ts";
import { capturedIpv6Frames } from "../support/captures.ts";

const IP_AT = 14;
const ENDS = "fe800000000000000000000000000001 ff020000000000000000000000000012";
/** Four bytes of payload and two of Ethernet's padding. */
const PADDED = `6c08805f 0004 70 ff ${ENDS} 01020304 0000`;

Deno.test("parse() reads the header and cuts the payload at its length", () => {
  const packet = valueOf(ipv6.parse(viewOfHex(PADDED)));
  assert.deepEqual({ ...packet, payload: hexOf(packet.payload) }, {
    trafficClass: 0xc0,
    flowLabel: 0x8805f,
    hopLimit: 255,
    protocol: 112,
    source: ip("fe80::1"),
    destination: ip("ff02::12"),
    payload: "01020304",
  });
});

Deno.test("parse() reads every captured packet as an independent decoder does", () => {
  const frames = capturedIpv6Frames();
  assert.notEqual(frames.length, 0);
  for (const { name, bytes, ip: decoded } of frames) {
    const packet = valueOf(ipv6.parse(viewOf(bytes.subarray(IP_AT))));
    assert.deepEqual({
      tclass: `0x${packet.trafficClass.toString(16).padStart(2, "0")}`,
      flow: `0x${packet.flowLabel.toString(16).padStart(5, "0")}`,
      payload_len: packet.payload.byteLength,
      next_header: packet.protocol,
      hop_limit: packet.hopLimit,
      src: formatIp(packet.source),
      dst: formatIp(packet.destination),
    }, {
      tclass: decoded.tclass,
      flow: decoded.flow,
      payload_len: decoded.payload_len,
      next_header: decoded.next_header,
      hop_limit: decoded.hop_limit,
      src: decoded.src,
      dst: decoded.dst,
    }, name);
  }
});

Deno.test("emit() writes the header of every captured packet", () => {
  for (const { name, bytes } of capturedIpv6Frames()) {
    const packet = bytes.subarray(IP_AT);
    const header = valueOf(ipv6.parse(viewOf(packet)));
    const again = emitted(packet.length, (view) => ipv6.emit(header, view));
    assert.equal(
      hexOf(again).slice(0, 2 * ipv6.size()),
      hexOf(packet.subarray(0, ipv6.size())),
      name,
    );
  }
});

const EXTENDED = [
  {
    what: "hop-by-hop options",
    hex: `60000000 000c 00 ff ${ENDS} 7000 050200000000 01020304`,
  },
  {
    what: "destination options of 16 bytes after a routing header",
    hex: `60000000 001c 2b ff ${ENDS} 3c00 000000000000 7001 ${"00".repeat(14)} 01020304`,
  },
];

for (const { what, hex } of EXTENDED) {
  Deno.test(`parse() steps over ${what}`, () => {
    const packet = valueOf(ipv6.parse(viewOfHex(hex)));
    assert.equal(packet.protocol, 112);
    assert.equal(hexOf(packet.payload), "01020304");
  });
}

const REFUSED = [
  { what: "IP version 4", hex: `45000000 0000 70 ff ${ENDS}`, reason: "ipHeader" },
  { what: "a fragment", hex: `60000000 0008 2c ff ${ENDS} 7000000000000001`, reason: "fragment" },
  { what: "an empty extension", hex: `60000000 0000 00 ff ${ENDS}`, reason: "ipHeader" },
  {
    what: "an extension longer than the packet",
    hex: `60000000 0008 3c ff ${ENDS} 7001000000000000`,
    reason: "ipHeader",
  },
];

for (const { what, hex, reason } of REFUSED) {
  Deno.test(`parse() refuses ${what}`, () => {
    assert.equal(reasonOf(ipv6.parse(viewOfHex(hex))), reason);
  });
}

Deno.test("parse() refuses every packet cut short", () => {
  const packet = fromHex(PADDED);
  for (let length = 0; length < 44; length++) {
    const result = ipv6.parse(viewOf(packet.subarray(0, length)));
    assert.equal(reasonOf(result), "truncated", `${length} bytes`);
  }
});

Deno.test("parse() never throws, whatever the bytes", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      fc.constantFrom(0, 43, 60, 112),
      (rest, next) => {
        const packet = withBytes(Uint8Array.of(0x60, ...rest), 0, [0x60]);
        if (packet.length > 6) packet[6] = next;
        assert.equal(typeof ipv6.parse(viewOf(packet)).ok, "boolean");
      },
    ),
    { numRuns: 2000 },
  );
});

Deno.test("emit() throws on an IPv4 address and on a flow label above 20 bits", () => {
  const header = valueOf(ipv6.parse(viewOfHex(PADDED)));
  const view = viewOf(new Uint8Array(ipv6.size()));
  for (const change of [{ source: ip("10.9.0.1") }, { flowLabel: 0x100000 }]) {
    assert.throws(() => ipv6.emit({ ...header, ...change }, view), { name: "AssertionError" });
  }
});
