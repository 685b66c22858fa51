import assert from "node:assert/strict";
import fc from "fast-check";
import { formatIp, ip } from "../../src/base/ip.ts";
import { formatMac } from "../../src/base/mac.ts";
import * as ethernet from "../../src/wire/ethernet.ts";
import * as ipv6 from "../../src/wire/ipv6.ts";
import * as icmpv6 from "../../src/wire/icmpv6.ts";
import * as neighbor from "../../src/wire/neighbor.ts";
import {
  emitUnsolicitedAdvert,
  neighborAdvertFilter,
  parseClaim,
  unsolicitedAdvertSize,
} from "../../src/wire/neighbor_frame.ts";
import { runBpf } from "../support/bpf_interpreter.ts";
import {
  emitted,
  fromHex,
  hexOf,
  reasonOf,
  valueOf,
  viewOf,
  withBytes,
  withFlippedBit,
} from "../support/bytes.ts";
import { capturedFrames, capturedIpv6Frames } from "../support/captures.ts";

const MESSAGE_AT = 54;
const HOP_LIMIT_AT = 21;
const FLAGS_AT = MESSAGE_AT + 4;
const OPTION_LENGTH_AT = MESSAGE_AT + 25;

const MAC = fromHex("00005e000233");
const ADDRESS = ip("fe80::1");

function announcement(router: boolean): Uint8Array<ArrayBuffer> {
  const view = emitted(unsolicitedAdvertSize(), (view) => {
    emitUnsolicitedAdvert({ sourceMac: MAC, address: ADDRESS, router }, view);
  });
  return fromHex(hexOf(view));
}

/** Every captured announcement: to all nodes, from the address that it speaks of. */
function capturedAnnouncements() {
  return capturedIpv6Frames().filter(({ bytes, ip }) =>
    ip.next_header === icmpv6.ICMPV6 && ip.dst === "ff02::1" &&
    bytes[MESSAGE_AT] === neighbor.TYPE_ADVERTISEMENT
  );
}

/** The checksum that belongs to changed bytes, so that only what is meant is wrong. */
function resummed(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const frame = ethernet.parse(viewOf(bytes));
  const { source, destination } = valueOf(ipv6.parse(valueOf(frame).payload));
  const at = MESSAGE_AT + icmpv6.HEAD_AT.checksum;
  for (let sum = 0; sum < 0x10000; sum++) {
    const copy = withBytes(bytes, at, [sum >> 8, sum & 0xff]);
    const read = neighbor.parse(viewOf(copy.subarray(MESSAGE_AT)), { source, destination });
    if (read.ok || read.error.detail !== "Wrong ICMPv6 checksum") return copy;
  }
  return assert.fail("one of all checksums is right");
}

Deno.test("emitUnsolicitedAdvert() writes every captured announcement of keepalived again", () => {
  const captured = capturedAnnouncements().filter(({ file }) => file.startsWith("keepalived"));
  assert.ok(captured.length > 20);
  for (const { name, bytes } of captured) {
    const { source, payload } = valueOf(ethernet.parse(viewOf(bytes)));
    const packet = valueOf(ipv6.parse(payload));
    const { router, target } = valueOf(neighbor.parse(packet.payload, packet));
    const again = emitted(unsolicitedAdvertSize(), (view) => {
      emitUnsolicitedAdvert({ sourceMac: source, address: target, router }, view);
    });
    assert.equal(hexOf(again), hexOf(bytes.subarray(0, unsolicitedAdvertSize())), name);
  }
});

Deno.test("emitUnsolicitedAdvert() says Override always, Solicited never, Router when asked", () => {
  assert.equal(announcement(false)[FLAGS_AT], 0x20);
  assert.equal(announcement(true)[FLAGS_AT], 0xa0);
});

Deno.test("parseClaim() reads whose the address is from every captured announcement", () => {
  for (const { name, bytes, ip } of capturedAnnouncements()) {
    const claim = valueOf(parseClaim(viewOf(bytes)));
    assert.ok(claim !== undefined, name);
    assert.equal(formatIp(claim.address), ip.src, name);
    assert.equal(hexOf(claim.mac), hexOf(bytes.subarray(6, 12)), name);
  }
});

Deno.test("parseClaim() finds no claim in an answer", () => {
  const toOne = withBytes(announcement(true), MESSAGE_AT - 16, [...ip("fe80::9").bytes]);
  const answer = resummed(withBytes(toOne, FLAGS_AT, [0xe0]));
  assert.equal(valueOf(parseClaim(viewOf(answer))), undefined);
});

Deno.test("parseClaim() takes the frame's sender where the option is missing", () => {
  const short = announcement(true).slice(0, MESSAGE_AT + 24);
  const claim = valueOf(parseClaim(viewOf(resummed(withBytes(short, 18, [0, 24])))));
  assert.equal(claim && formatMac(claim.mac), formatMac(MAC));
});

const REFUSED: readonly {
  readonly what: string;
  readonly at: number;
  readonly bytes: readonly number[];
  readonly reason: string;
}[] = [
  { what: "a hop limit that a router has touched", at: HOP_LIMIT_AT, bytes: [254], reason: "ttl" },
  { what: "a solicitation", at: MESSAGE_AT, bytes: [135], reason: "neighborHeader" },
  { what: "a code other than 0", at: MESSAGE_AT + 1, bytes: [1], reason: "neighborHeader" },
  { what: "a group as target", at: MESSAGE_AT + 8, bytes: [0xff], reason: "neighborHeader" },
  { what: "an answer to all nodes", at: FLAGS_AT, bytes: [0x60], reason: "neighborHeader" },
  { what: "an option of no length", at: OPTION_LENGTH_AT, bytes: [0], reason: "neighborHeader" },
  { what: "an option beyond the end", at: OPTION_LENGTH_AT, bytes: [2], reason: "neighborHeader" },
  { what: "another protocol", at: 20, bytes: [6], reason: "protocol" },
];

for (const { what, at, bytes, reason } of REFUSED) {
  Deno.test(`parseClaim() refuses ${what}`, () => {
    const changed = withBytes(announcement(true), at, bytes);
    const frame = reason === "neighborHeader" ? resummed(changed) : changed;
    assert.equal(reasonOf(parseClaim(viewOf(frame))), reason);
  });
}

Deno.test("parseClaim() refuses every frame cut short, and every message with a flipped bit", () => {
  const whole = announcement(true);
  for (let length = 0; length < whole.length; length++) {
    assert.equal(parseClaim(viewOf(whole.subarray(0, length))).ok, false, `${length} bytes`);
  }
  for (let bit = MESSAGE_AT * 8; bit < whole.length * 8; bit++) {
    assert.equal(parseClaim(viewOf(withFlippedBit(whole, bit))).ok, false, `bit ${bit}`);
  }
});

Deno.test("parseClaim() survives any bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
    parseClaim(viewOf(Uint8Array.from([...announcement(true).subarray(0, 54), ...bytes])));
    parseClaim(viewOf(Uint8Array.from(bytes)));
  }));
});

Deno.test("neighborAdvertFilter() lets pass just what can be a claim", () => {
  const filter = neighborAdvertFilter();
  let claims = 0;
  for (const { name, bytes } of capturedFrames()) {
    const read = parseClaim(viewOf(bytes));
    const isClaim = read.ok && read.value !== undefined;
    claims += isClaim ? 1 : 0;
    assert.equal(runBpf(filter, viewOf(bytes)) !== 0, isClaim, name);
  }
  assert.ok(claims > 20);
  const answer = withBytes(announcement(true), FLAGS_AT, [0xe0]);
  assert.equal(runBpf(filter, viewOf(answer)), 0, "an answer");
});
