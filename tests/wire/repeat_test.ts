import assert from "node:assert/strict";
import fc from "fast-check";
import * as frame from "../../src/wire/frame.ts";
import { type FrameSpan, saysTheSame, vridOf } from "../../src/wire/repeat.ts";
import { fromHex, valueOf, viewOf } from "../support/bytes.ts";

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

Deno.test("vridOf() finds the VRID, also behind IP options", () => {
  assert.equal(vridOf(spanOf(ADVERT)), 7);
  assert.equal(vridOf(spanOf(WITH_OPTIONS)), 9);
});

Deno.test("vridOf() gives none where the frame ends before it", () => {
  for (let length = 0; length <= 35; length++) {
    assert.equal(vridOf(spanOf(ADVERT.subarray(0, length))), 0, `${length} bytes`);
  }
});

Deno.test("saysTheSame() recognises the same bytes", () => {
  assert.equal(saysTheSame(ADVERT, spanOf(ADVERT)), true);
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

Deno.test("saysTheSame() refuses every change of one byte", () => {
  const change = fc.tuple(fc.nat(ADVERT.length - 1), fc.integer({ min: 1, max: 255 }));
  fc.assert(
    fc.property(change, ([at, difference]) => {
      const changed = ADVERT.slice();
      changed[at] = (changed[at] ?? 0) ^ difference;
      return !saysTheSame(ADVERT, spanOf(changed));
    }),
    { numRuns: 2000 },
  );
});

Deno.test("saysTheSame() refuses a frame of another length", () => {
  assert.equal(saysTheSame(ADVERT, spanOf(ADVERT.subarray(0, ADVERT.length - 1))), false);
  assert.equal(saysTheSame(ADVERT, spanOf(Uint8Array.of(...ADVERT, 0))), false);
});

Deno.test("what saysTheSame() recognises has a right header and means the same", () => {
  const known = withId(1);
  const message = (bytes: Uint8Array<ArrayBuffer>) => valueOf(frame.parse(viewOf(bytes)));
  fc.assert(fc.property(fc.nat(0xffff), fc.nat(0xffff), (id, checksum) => {
    const bytes = known.slice();
    viewOf(bytes).setUint16(18, id);
    viewOf(bytes).setUint16(24, checksum);
    return !saysTheSame(known, spanOf(bytes)) || message(bytes).ipChecksumOk;
  }));
});
