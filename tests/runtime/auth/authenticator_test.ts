import assert from "node:assert/strict";
import { libc } from "../../../ffi/libc.ts";
import { ip } from "../../../src/base/ip.ts";
import type { AuthConfig, HmacAuthConfig } from "../../../src/vrrp/types.ts";
import { HmacKey } from "../../../src/wire/hmac.ts";
import { isSignedBy } from "../../../src/wire/hmac_seal.ts";
import * as hmacTrailer from "../../../src/wire/hmac_trailer.ts";
import * as frame from "../../../src/wire/frame.ts";
import * as vrrp3 from "../../../src/wire/vrrp3.ts";
import { isAfter, type Sequence } from "../../../src/wire/sequence.ts";
import { hexOf, valueOf, viewOf } from "../../support/bytes.ts";
import { capturedAhFrames } from "../../support/captures.ts";
import { hmacVectors } from "../../support/hmac_vectors.ts";
import { mac, placement, router } from "../fixtures.ts";

// Stays open for good, and would count as a leak of the test that happens to open it.
libc();

const KEY = new TextEncoder().encode("0123456789abcdefghijklmnopqrstuv");
const HMAC: HmacAuthConfig = {
  type: "hmac-sha256",
  keys: [{ id: 1, key: KEY }],
  activeKey: 1,
  antiReplay: "time",
  windowS: 5,
  mode: "enforce",
};
const AH: AuthConfig = { type: "rfc2338-ah", key: new TextEncoder().encode("secret12") };

function running(auth: AuthConfig, protocol: object = {}) {
  const one = router({ virtualMac: false, padFrames: true, protocol: { auth, ...protocol } });
  one.place(placement());
  return one;
}

/** What goes out now, in bytes of its own: the frames themselves are used again. */
function sent(one: ReturnType<typeof router>, priority = 100): Uint8Array[] {
  return one.framesToSend(priority).map((bytes) => bytes.slice());
}

function trailerOf(bytes: Uint8Array | undefined) {
  const packet = valueOf(frame.parse(viewOf(bytes ?? new Uint8Array())));
  const { message, trailer } = hmacTrailer.split(packet.message, 4);
  assert.ok(trailer !== undefined, "it is signed");
  return { signed: { message, source: packet.source }, trailer };
}

function sequenceOf(bytes: Uint8Array | undefined): Sequence {
  return hmacTrailer.sequenceOf(valueOf(hmacTrailer.parse(trailerOf(bytes).trailer)));
}

Deno.test("a virtual router sends what keepalived sends with an authentication header", () => {
  const [first, second] = capturedAhFrames().filter(({ file }) => file === "keepalived-v2-ah.pcap");
  const one = router({
    virtualMac: false,
    protocol: { auth: AH, vrid: 1, addresses: [ip("10.9.0.100")] },
  });
  one.place(placement({ source: ip("10.9.0.1"), ownMac: mac("02:00:00:00:00:01") }));
  assert.deepEqual(sent(one).map(hexOf), [hexOf(first?.bytes ?? new Uint8Array())]);
  assert.deepEqual(sent(one).map(hexOf), [hexOf(second?.bytes ?? new Uint8Array())]);
});

Deno.test("a virtual router signs each advertisement anew, with its own number", () => {
  const one = running(HMAC);
  const frames = [sent(one), sent(one), sent(one, 0)].map(([bytes]) => bytes);
  const key = new HmacKey("sha256", KEY);
  for (const [index, bytes] of frames.entries()) {
    const { signed, trailer } = trailerOf(bytes);
    assert.equal(isSignedBy(signed, trailer, key), true);
    if (index > 0) assert.ok(isAfter(sequenceOf(bytes), sequenceOf(frames[index - 1])));
  }
});

Deno.test("a signed frame is as long as keepalived's, without rVRRPd's padding", () => {
  const [captured] = hmacVectors().filter(({ name }) => name.startsWith("v2-ipv4"));
  const [bytes] = sent(running(HMAC));
  assert.equal(bytes?.length, 14 + (captured?.packet.length ?? 0));
});

Deno.test("frames that are only built take no number", () => {
  const one = running(AH);
  one.advertFrames(100);
  one.advertFrames(0);
  const [bytes] = sent(one);
  assert.equal(valueOf(frame.parse(viewOf(bytes ?? new Uint8Array()))).ah?.header.sequence, 1);
});

Deno.test("receive-only sends what is not signed, padding and all", () => {
  const plain = router({ virtualMac: false, padFrames: false });
  plain.place(placement());
  const [bytes] = sent(running({ ...HMAC, mode: "receive-only" }));
  assert.equal(hexOf(bytes ?? new Uint8Array()), hexOf(sent(plain)[0] ?? new Uint8Array()));
});

Deno.test("all copies to peers carry one number: one signature, or each its own check value", () => {
  const unicast = { peers: [ip("10.9.0.7"), ip("10.9.0.8")] };
  for (const auth of [HMAC, AH]) {
    const one = router({ virtualMac: false, unicast, protocol: { auth } });
    one.place(placement());
    const copies = sent(one);
    assert.equal(copies.length, 2);
    if (auth.type === "hmac-sha256") {
      const [first, second] = copies.map((bytes) => hexOf(trailerOf(bytes).trailer));
      assert.equal(first, second);
      continue;
    }
    const headers = copies.map((bytes) => valueOf(frame.parse(viewOf(bytes))).ah?.header);
    assert.deepEqual(headers.map((header) => header?.sequence), [1, 1]);
    assert.notEqual(headers[0]?.icv.toHex(), headers[1]?.icv.toHex());
  }
});

Deno.test("isOwnFrame() goes by the address alone where advertisements are signed", () => {
  const other = mac("02:00:00:00:00:77");
  const { source } = placement();
  assert.equal(running(HMAC).isOwnFrame(source, other), true);
  assert.equal(running(AH).isOwnFrame(source, other), true);
  assert.equal(running({ type: "none" }).isOwnFrame(source, other), false);
});

Deno.test("a virtual router goes on counting under another key", () => {
  const one = running(HMAC);
  const [before] = sent(one);
  const key = KEY.map((byte) => byte ^ 1);
  const auth: AuthConfig = { ...HMAC, keys: [{ id: 9, key }], activeKey: 9 };
  one.reconfigure({ ...one.config, protocol: { ...one.config.protocol, auth } });
  const [after] = sent(one);
  const { signed, trailer } = trailerOf(after);
  assert.equal(isSignedBy(signed, trailer, new HmacKey("sha256", key)), true);
  assert.equal(trailer.getUint8(hmacTrailer.AT.keyId), 9);
  assert.ok(isAfter(sequenceOf(after), sequenceOf(before)));
});

const VERSION_3 = {
  IPv4: { protocol: { version: 3 }, source: "10.9.0.5", peers: ["10.9.0.8", "10.9.0.9"] },
  IPv6: {
    protocol: { version: 3, family: 6, addresses: [ip("fe80::100"), ip("fd00::100")] },
    source: "fe80::5",
    peers: ["fd00::8", "fd00::9"],
  },
} as const;

for (const [name, { protocol, source, peers }] of Object.entries(VERSION_3)) {
  for (const isUnicast of [false, true]) {
    const to = isUnicast ? "each peer" : "the group";
    Deno.test(`a virtual router of version 3 signs and sums up what it sends to ${to} over ${name}`, () => {
      const one = router({
        protocol: { auth: HMAC, ...protocol },
        ...(isUnicast ? { unicast: { peers: peers.map(ip) } } : {}),
      });
      one.place(placement({ source: ip(source) }));
      const frames = [...sent(one), ...sent(one)];
      assert.equal(frames.length, isUnicast ? 4 : 2);
      for (const bytes of frames) {
        const { family, message: payload, ...ends } = valueOf(frame.parse(viewOf(bytes)));
        const { message, trailer } = hmacTrailer.split(payload, family);
        assert.ok(trailer);
        const signed = { message, source: ends.source };
        assert.equal(isSignedBy(signed, trailer, new HmacKey("sha256", KEY)), true);
        const covered = family === 6 ? payload : message;
        assert.equal(vrrp3.checksumFormOf(covered, ends), "rfc5798");
      }
    });
  }
}
