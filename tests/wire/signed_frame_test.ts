import assert from "node:assert/strict";
import * as frame from "../../src/wire/frame.ts";
import { HmacKey } from "../../src/wire/hmac.ts";
import { emitTrailer } from "../../src/wire/hmac_seal.ts";
import * as hmacTrailer from "../../src/wire/hmac_trailer.ts";
import * as pcap from "../../src/wire/pcap.ts";
import * as vrrp3 from "../../src/wire/vrrp3.ts";
import { hexOf, valueOf, viewOf } from "../support/bytes.ts";
import { readCapture } from "../support/captures.ts";

/** Those of keepalived's configurations, by their ids there. */
const KEYS = new Map([
  [1, new TextEncoder().encode("0123456789abcdefghijklmnopqrstuv")],
  [2, Uint8Array.from({ length: 32 }, (_, index) => index)],
  [3, Uint8Array.from({ length: 64 }, (_, index) => (7 * index + 3) % 256)],
]);

const FILES = ["v3-ipv4-250ms", "v3-ipv4-3vips", "v3-ipv6", "v3-unicast-ipv4", "v3-unicast-ipv6"];

function framesOf(file: string): DataView[] {
  const capture = valueOf(pcap.parse(viewOf(readCapture(`auth-hmac/${file}.pcap`))));
  return capture.map(({ frame: view }) => view).filter((view) => frame.parse(view).ok);
}

/** What stands behind the IP header when the captured advertisement is built and signed again. */
function signedAgain(packet: frame.Packet): DataView {
  const { family, message: payload, source, destination } = packet;
  const { message, trailer } = hmacTrailer.split(payload, family);
  assert.ok(trailer, "it is signed");
  const ends = { source, destination };
  const covered = family === 6 ? payload : message;
  const { advert } = valueOf(vrrp3.parse(message, ends, covered));
  const signature = valueOf(hmacTrailer.parse(trailer));
  const whole = {
    ...ends,
    advert,
    sourceMac: packet.sourceMac,
    ipId: 0,
    pad: false,
    room: "trailer",
  } as const;
  const view = viewOf(new Uint8Array(frame.advertSize(whole)));
  frame.emitAdvert(whole, view);
  const parts = frame.sealableFrame(view, whole);
  emitTrailer({ message: parts.message, source }, parts.trailer, {
    key: new HmacKey("sha256", KEYS.get(signature.keyId) ?? new Uint8Array()),
    keyId: signature.keyId,
    sequence: hmacTrailer.sequenceOf(signature),
  });
  frame.sumUpSigned(parts);
  return valueOf(frame.parse(view)).message;
}

for (const file of FILES) {
  Deno.test(`emitAdvert(), emitTrailer() and sumUpSigned() write ${file} as keepalived has it`, () => {
    const frames = framesOf(file);
    assert.notEqual(frames.length, 0);
    for (const view of frames) {
      const packet = valueOf(frame.parse(view));
      assert.equal(hexOf(signedAgain(packet)), hexOf(packet.message));
    }
  });
}
