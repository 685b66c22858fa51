import assert from "node:assert/strict";
import { HmacKey } from "../../src/wire/hmac.ts";
import { emitTrailer, isSignedBy, signedBytes } from "../../src/wire/hmac_seal.ts";
import * as hmacTrailer from "../../src/wire/hmac_trailer.ts";
import * as pcap from "../../src/wire/pcap.ts";
import * as checksum from "../../src/wire/checksum.ts";
import { subView } from "../../src/wire/bytes.ts";
import * as vrrp2 from "../../src/wire/vrrp2.ts";
import * as vrrp3 from "../../src/wire/vrrp3.ts";
import { emitted, fromHex, hexOf, valueOf, viewOf, withFlippedBit } from "../support/bytes.ts";
import { readCapture } from "../support/captures.ts";
import { type HmacVector, hmacVectors } from "../support/hmac_vectors.ts";
import { ipPacket } from "../support/ip_packet.ts";

const VECTORS = hmacVectors();

/** A signed packet in the parts that the seal knows. */
function partsOf(packet: Uint8Array) {
  const { source, destination, payload } = ipPacket(packet);
  const { message, trailer } = hmacTrailer.split(payload, source.family);
  assert.ok(trailer !== undefined, "it has a trailer");
  return { signed: { message, source }, trailer, payload, ends: { source, destination } };
}

function keyOf({ key }: HmacVector): HmacKey {
  return new HmacKey("sha256", key);
}

Deno.test("the vectors are all there", () => {
  assert.equal(VECTORS.length, 58);
});

for (const vector of VECTORS) {
  Deno.test(`isSignedBy() is true for ${vector.name}`, () => {
    const { signed, trailer } = partsOf(vector.packet);
    assert.equal(isSignedBy(signed, trailer, keyOf(vector)), true);
    assert.equal(hexOf(trailer).slice(-32), vector.tag);
  });

  Deno.test(`emitTrailer() writes that of ${vector.name}`, () => {
    const { signed, trailer } = partsOf(vector.packet);
    const { keyId, ...parsed } = valueOf(hmacTrailer.parse(trailer));
    const sequence = hmacTrailer.sequenceOf({ keyId, ...parsed });
    const again = emitted(hmacTrailer.size(), (view) => {
      emitTrailer(signed, view, { key: keyOf(vector), keyId, sequence });
    });
    assert.equal(hexOf(again), hexOf(trailer));
  });
}

for (const vector of VECTORS.filter(({ input }) => input !== undefined)) {
  Deno.test(`signedBytes() puts together what was signed in ${vector.name}`, () => {
    const { signed, trailer } = partsOf(vector.packet);
    assert.equal(hexOf(signedBytes(signed, trailer)), vector.input);
  });
}

Deno.test("isSignedBy() is false after a change of one bit in the message or the trailer", () => {
  for (const vector of VECTORS.slice(0, 6)) {
    const { payload, ends } = partsOf(vector.packet);
    const bytes = fromHex(hexOf(payload));
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = viewOf(withFlippedBit(bytes, bit));
      const { message, trailer } = hmacTrailer.split(changed, ends.source.family);
      const isChecksum = bit >> 3 === vrrp2.AT.checksum || bit >> 3 === vrrp2.AT.checksum + 1;
      if (trailer === undefined) continue;
      const signed = { message, source: ends.source };
      assert.equal(isSignedBy(signed, trailer, keyOf(vector)), isChecksum, `bit ${bit}`);
    }
  }
});

Deno.test("isSignedBy() is false for another source and another key", () => {
  const [first, second] = [VECTORS[2], VECTORS[3]];
  assert.ok(first !== undefined && second !== undefined);
  const { signed, trailer } = partsOf(first.packet);
  const { ends: { source } } = partsOf(second.packet);
  const other = { ...source, bytes: source.bytes.map((byte) => byte ^ 1) };
  assert.equal(isSignedBy({ ...signed, source: other }, trailer, keyOf(first)), false);
  assert.equal(isSignedBy(signed, trailer, keyOf(second)), false);
});

/** Versions and families differ in whether the checksum covers the trailer. */
function checksumIsRight({ signed, payload, ends }: ReturnType<typeof partsOf>): boolean {
  const version = payload.getUint8(vrrp2.AT.versionAndType) >> 4;
  if (version === vrrp2.VERSION) return checksum.finish(checksum.sum(signed.message)) === 0;
  const covered = ends.source.family === 6 ? payload : signed.message;
  return vrrp3.checksumFormOf(covered, ends) !== undefined;
}

/** The keys of the captures, by what their names say: see keys 1 to 3 of the vectors. */
const CAPTURE_KEYS = [
  new TextEncoder().encode("0123456789abcdefghijklmnopqrstuv"),
  Uint8Array.from({ length: 32 }, (_, index) => index),
  Uint8Array.from({ length: 64 }, (_, index) => (7 * index + 3) % 256),
].map((key) => new HmacKey("sha256", key));

const CAPTURES = [
  { file: "v2-ipv4", signed: 18 },
  { file: "v2-unicast-ipv4", signed: 34 },
  { file: "v3-ipv4-250ms", signed: 44 },
  { file: "v3-ipv4-3vips", signed: 14 },
  { file: "v3-ipv4-migration", signed: 27 },
  { file: "v3-ipv4-monotonic", signed: 17 },
  { file: "v3-ipv4-rotation", signed: 41 },
  { file: "v3-ipv6", signed: 18 },
  { file: "v3-unicast-ipv4", signed: 34 },
  { file: "v3-unicast-ipv6", signed: 34 },
];

/** The IP packets of a capture that hold VRRP. */
function packetsOf(file: string): Uint8Array[] {
  const frames = pcap.parse(viewOf(readCapture(`auth-hmac/${file}.pcap`)));
  assert.ok(frames.ok, file);
  return frames.value.flatMap(({ frame }) => {
    const etherType = frame.getUint16(12);
    const isIp = etherType === 0x0800 || etherType === 0x86dd;
    const protocolAt = etherType === 0x0800 ? 23 : 20;
    if (!isIp || frame.getUint8(protocolAt) !== 112) return [];
    const packet = subView(frame, { at: 14, length: frame.byteLength - 14 });
    return [new Uint8Array(packet.buffer, packet.byteOffset, packet.byteLength)];
  });
}

for (const { file, signed } of CAPTURES) {
  Deno.test(`isSignedBy() is true for all that is signed in ${file}, whose checksums are right`, () => {
    const packets = packetsOf(file).filter((packet) => {
      const { payload, source } = ipPacket(packet);
      return hmacTrailer.split(payload, source.family).trailer !== undefined;
    });
    assert.equal(packets.length, signed);
    for (const packet of packets) {
      const parts = partsOf(packet);
      assert.ok(CAPTURE_KEYS.some((key) => isSignedBy(parts.signed, parts.trailer, key)), file);
      assert.ok(checksumIsRight(parts), `a checksum of ${file}`);
    }
  });
}
