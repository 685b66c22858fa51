import assert from "node:assert/strict";
import fc from "fast-check";
import * as frame from "../../src/wire/frame.ts";
import { type FrameSpan, saysTheSame, vridOf } from "../../src/wire/repeat.ts";
import { fromHex, hexOf, valueOf, viewOf } from "../support/bytes.ts";

const ADVERT = fromHex(
  "01005e000012 020000000001 0800" +
    "45c0002800010000ff70d0880a090001e0000012" +
    "210764010001708f0a0900640000000000000000",
);
const WITH_OPTIONS = fromHex(
  "01005e000012 020000000001 0800" +
    "48c0003400010000ff7000000a090001e0000012 940400000101010100000000" +
    "210964010001708f0a0900640000000000000000",
);

const VERSION_3 = fromHex(
  "01005e000012 020000000001 0800" +
    "45c0002000010000ff70d0900a090001e0000012" +
    "310764010064 0000 0a090064",
);
const OVER_IPV6 = fromHex(
  "333300000012 00005e000207 86dd" +
    "6c0000000018 70ff fe8000000000000000000000000000ff ff020000000000000000000000000012" +
    "310764010064 0000 fe800000000000000000000000000001",
);

/** Somewhere in a buffer that holds other things around it. */
function spanOf(bytes: Uint8Array, at = 7): FrameSpan {
  const buffer = new Uint8Array(at + bytes.length + 9).fill(0xa5);
  buffer.set(bytes, at);
  return { bytes: buffer, at, length: bytes.length };
}

function withId(id: number): Uint8Array<ArrayBuffer> {
  const bytes = ADVERT.slice();
  frame.patchIpId(viewOf(bytes), id);
  return bytes;
}

Deno.test("vridOf() finds the VRID, also behind IP options and over IPv6", () => {
  assert.equal(vridOf(spanOf(ADVERT)), 7);
  assert.equal(vridOf(spanOf(OVER_IPV6)), 7);
  assert.equal(vridOf(spanOf(WITH_OPTIONS)), 9);
});

Deno.test("vridOf() gives none where the frame ends before it", () => {
  for (let length = 0; length <= 35; length++) {
    assert.equal(vridOf(spanOf(ADVERT.subarray(0, length))), 0, `${length} bytes`);
  }
  for (let length = 0; length <= 55; length++) {
    assert.equal(vridOf(spanOf(OVER_IPV6.subarray(0, length))), 0, `${length} bytes of IPv6`);
  }
});

Deno.test("saysTheSame() recognises the same bytes", () => {
  for (const known of [ADVERT, VERSION_3, OVER_IPV6]) {
    assert.equal(saysTheSame(known, spanOf(known)), true);
  }
});

Deno.test("saysTheSame() recognises an advertisement whose sender counts its packets", () => {
  const known = withId(1);
  fc.assert(fc.property(fc.nat(0xffff), (id) => saysTheSame(known, spanOf(withId(id)))));
});

Deno.test("saysTheSame() refuses another id under the old checksum, and the reverse", () => {
  const [known, other] = [withId(1), withId(2)];
  const oldChecksum = other.slice();
  oldChecksum.set(known.subarray(24, 26), 24);
  const oldId = other.slice();
  oldId.set(known.subarray(18, 20), 18);
  assert.equal(saysTheSame(known, spanOf(oldChecksum)), false);
  assert.equal(saysTheSame(known, spanOf(oldId)), false);
});

for (const [what, known] of Object.entries({ ADVERT, VERSION_3, OVER_IPV6 })) {
  Deno.test(`saysTheSame() refuses every change of one byte in ${what}`, () => {
    const change = fc.tuple(fc.nat(known.length - 1), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(change, ([at, difference]) => {
        const changed = known.slice();
        changed[at] = (changed[at] ?? 0) ^ difference;
        return !saysTheSame(known, spanOf(changed));
      }),
      { numRuns: 2000 },
    );
  });
}

Deno.test("saysTheSame() lets nothing vary over IPv6, where no id and no checksum stands", () => {
  const changed = OVER_IPV6.slice();
  // Those bytes of length and source that are id and checksum in IPv4, moved against each other.
  changed[19] = (changed[19] ?? 0) + 1;
  changed[25] = (changed[25] ?? 0) - 1;
  assert.equal(saysTheSame(OVER_IPV6, spanOf(changed)), false);
});

Deno.test("saysTheSame() refuses a frame of another length", () => {
  assert.equal(saysTheSame(ADVERT, spanOf(ADVERT.subarray(0, ADVERT.length - 1))), false);
  assert.equal(saysTheSame(ADVERT, spanOf(Uint8Array.of(...ADVERT, 0))), false);
});

Deno.test("what saysTheSame() recognises has a right header and means the same", () => {
  const known = withId(1);
  const sum = (viewOf(known).getUint16(18) + viewOf(known).getUint16(24)) % 0xffff;
  fc.assert(
    fc.property(fc.nat(0xffff), fc.boolean(), (id, isZero) => {
      const bytes = known.slice();
      // In one's complement 0 and 0xffff are one number, and a sender may write either.
      const checksum = (sum + 0xffff - id) % 0xffff;
      viewOf(bytes).setUint16(18, id);
      viewOf(bytes).setUint16(24, checksum === 0 && !isZero ? 0xffff : checksum);
      assert.equal(saysTheSame(known, spanOf(bytes)), true);
      assert.deepEqual(meaningOf(bytes), meaningOf(known));
    }),
    { examples: [[sum, true], [sum, false], [0, false], [0xffff, false]] },
  );
});

function meaningOf(bytes: Uint8Array<ArrayBuffer>) {
  const { message, ...packet } = valueOf(frame.parse(viewOf(bytes)));
  assert.equal(packet.ipChecksumOk, true);
  return { ...packet, message: hexOf(message) };
}
