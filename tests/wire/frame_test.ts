import assert from "node:assert/strict";
import fc from "fast-check";
import { formatIp, ip, ipFromBytes } from "../../src/base/ip.ts";
import { formatMac } from "../../src/base/mac.ts";
import { AUTH_TYPE, noAuthData } from "../../src/wire/auth.ts";
import * as ethernet from "../../src/wire/ethernet.ts";
import * as frame from "../../src/wire/frame.ts";
import * as vrrp2 from "../../src/wire/vrrp2.ts";
import * as vrrp3 from "../../src/wire/vrrp3.ts";
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
import {
  capturedAhFrames,
  capturedArps,
  capturedFrames,
  type CapturedV2Frame,
  capturedV2Frames,
  capturedV3Frames,
} from "../support/captures.ts";

const FRAME = fromHex(
  "01005e000012 020000000001 0800" +
    "45c0002800010000ff70d0880a090001e0000012" +
    "210164010001708f0a0900640000000000000000",
);
const ETHERNET_ADDRESSES_BITS = 12 * 8;

const PLAIN: frame.AdvertFrame = {
  advert: {
    vrid: 1,
    priority: 100,
    authType: AUTH_TYPE.none,
    advertIntervalS: 1,
    addresses: [ip("10.9.0.100")],
    authData: noAuthData(),
  },
  sourceMac: fromHex("020000000001"),
  source: ip("10.9.0.1"),
  ipId: 1,
  pad: false,
};

function emitAdvert(advert: frame.AdvertFrame): DataView {
  return emitted(frame.advertSize(advert), (view) => frame.emitAdvert(advert, view));
}

Deno.test("parse() takes every captured version 2 frame apart", () => {
  for (const { name, bytes, decoded, ip: header } of capturedV2Frames()) {
    const packet = valueOf(frame.parse(viewOf(bytes)));
    assert.equal(packet.family, 4, name);
    assert.equal(formatMac(packet.sourceMac), decoded.src_mac, name);
    assert.equal(formatMac(packet.destinationMac), decoded.dst_mac, name);
    assert.equal(formatIp(packet.source), header.src, name);
    assert.equal(formatIp(packet.destination), header.dst, name);
    assert.equal(packet.ttl, header.ttl, name);
    assert.equal(packet.protocol, header.proto, name);
    assert.equal(packet.ipChecksumOk, true, name);
    assert.equal(hexOf(packet.message), hexOf(bytes.subarray(34)), name);
  }
});

/** What it takes to send a captured frame again; the group's addresses are left to the defaults. */
function advertFrameOf({ bytes, ip: header }: CapturedV2Frame): frame.AdvertFrame {
  const packet = valueOf(frame.parse(viewOf(bytes)));
  const unicast = { destination: packet.destination, destinationMac: packet.destinationMac };
  return {
    advert: valueOf(vrrp2.parse(packet.message)),
    sourceMac: packet.sourceMac,
    source: packet.source,
    ipId: header.id,
    pad: false,
    ...(header.dst === "224.0.0.18" ? {} : unicast),
  };
}

Deno.test("emitAdvert() writes every captured version 2 frame of keepalived", () => {
  const frames = capturedV2Frames().filter(({ file }) => file.startsWith("keepalived-"));
  assert.notEqual(frames.length, 0);
  for (const captured of frames) {
    assert.equal(hexOf(emitAdvert(advertFrameOf(captured))), hexOf(captured.bytes), captured.name);
  }
});

Deno.test("emitAdvert() appends 6 zero bytes to a padded frame and changes nothing else", () => {
  const padded = { ...PLAIN, pad: true };
  assert.equal(frame.advertSize(padded), 60);
  assert.equal(hexOf(emitAdvert(padded)), `${hexOf(FRAME)}000000000000`);
});

for (const count of [1, 2, 20, 255]) {
  Deno.test(`emitAdvert() gives frames of 50 + 4n bytes for n = ${count}`, () => {
    const addresses = Array.from(
      { length: count },
      (_, index) => ipFromBytes(Uint8Array.of(10, 9, 1, index)),
    );
    const advert = { ...PLAIN, advert: { ...PLAIN.advert, addresses } };
    assert.equal(frame.advertSize(advert), 50 + 4 * count);
    for (const pad of [false, true]) {
      const packet = valueOf(frame.parse(emitAdvert({ ...advert, pad })));
      assert.equal(packet.ipChecksumOk, true);
      assert.deepEqual(valueOf(vrrp2.parse(packet.message)), advert.advert);
    }
  });
}

Deno.test("emitAdvert() throws on a view of another length", () => {
  const view = viewOf(new Uint8Array(frame.advertSize(PLAIN) + 6));
  assert.throws(() => frame.emitAdvert(PLAIN, view), /as long as the frame/);
});

Deno.test("patchIpId() gives the frame that emitAdvert() writes with that id", () => {
  for (const pad of [false, true]) {
    const view = emitAdvert({ ...PLAIN, pad });
    for (const ipId of [0, 1, 0x8000, 0xffff, 0x2f77]) {
      frame.patchIpId(view, ipId);
      assert.equal(hexOf(view), hexOf(emitAdvert({ ...PLAIN, pad, ipId })), `id ${ipId}`);
    }
  }
});

Deno.test("emitGratuitousArp() writes every announcement that keepalived and FRR send", () => {
  const announcements = capturedArps().filter(({ file, decoded }) =>
    /^(keepalived|frr)-/.test(file) && decoded.sender_ip === decoded.target_ip
  );
  assert.notEqual(announcements.length, 0);
  for (const { name, bytes, decoded } of announcements) {
    const { source: sourceMac } = valueOf(ethernet.parse(viewOf(bytes)));
    const address = ip(decoded.sender_ip);
    const again = emitted(frame.gratuitousArpSize(), (view) => {
      frame.emitGratuitousArp({ sourceMac, address }, view);
    });
    assert.equal(hexOf(again), hexOf(bytes), name);
  }
});

Deno.test("parse() refuses what is no advertisement, by name", () => {
  const refused = { arp: "etherType", na: "protocol" };
  const seen = new Set<string>();
  for (const { name, bytes, decoded: { kind } } of capturedFrames()) {
    for (const [refusedKind, reason] of Object.entries(refused)) {
      if (kind !== refusedKind) continue;
      assert.equal(reasonOf(frame.parse(viewOf(bytes))), reason, name);
      seen.add(kind);
    }
  }
  assert.deepEqual([...seen].sort(), Object.keys(refused).sort());
});

Deno.test("parse() takes every captured version 3 frame of both families apart", () => {
  for (const { name, bytes, decoded, ip: header, message } of capturedV3Frames()) {
    const packet = valueOf(frame.parse(viewOf(bytes)));
    assert.equal(packet.family, header.version, name);
    assert.equal(formatMac(packet.sourceMac), decoded.src_mac, name);
    assert.equal(formatMac(packet.destinationMac), decoded.dst_mac, name);
    assert.equal(formatIp(packet.source), header.src, name);
    assert.equal(formatIp(packet.destination), header.dst, name);
    assert.equal(packet.ttl, header.version === 4 ? header.ttl : header.hop_limit, name);
    assert.deepEqual([packet.protocol, packet.ipChecksumOk], [112, true], name);
    assert.equal(hexOf(packet.message), hexOf(message), name);
  }
});

Deno.test("parse() refuses an authentication header and a fragment over IPv6", () => {
  const [captured] = capturedV3Frames().filter(({ ip: { version } }) => version === 6);
  const bytes = captured?.bytes ?? new Uint8Array();
  for (const [nextHeader, reason] of [[51, "protocol"], [44, "fragment"]] as const) {
    assert.equal(reasonOf(frame.parse(viewOf(withBytes(bytes, 20, [nextHeader])))), reason);
  }
});

Deno.test("parse() leaves padding out of an IPv6 packet", () => {
  const [captured] = capturedV3Frames().filter(({ ip: { version } }) => version === 6);
  assert.ok(captured);
  const padded = Uint8Array.of(...captured.bytes, 1, 2, 3);
  assert.equal(hexOf(valueOf(frame.parse(viewOf(padded))).message), hexOf(captured.message));
});

const V3_OVER_IPV4 = {
  vrid: 51,
  priority: 200,
  advertIntervalCs: 1,
  addresses: [ip("10.9.0.100")],
};
const VERSION_3: frame.AdvertFrame = {
  advert: { vrid: 51, priority: 200, advertIntervalCs: 1, addresses: [ip("fe80::1")] },
  sourceMac: fromHex("00005e000233"),
  source: ip("fe80::ff:fe00:1"),
  ipId: 0,
  pad: false,
};

Deno.test("emitAdvert() sends IPv6 to its group as network control, with hop limit 255", () => {
  assert.equal(
    hexOf(emitAdvert(VERSION_3)).slice(0, 2 * 54),
    hexOf(fromHex(
      "333300000012 00005e000233 86dd 6c000000 0018 70 ff" +
        "fe80000000000000000000fffe000001" +
        "ff020000000000000000000000000012",
    )),
  );
});

Deno.test("emitAdvert() throws on an authentication header over IPv6", () => {
  const room = "ah" as const;
  const view = viewOf(new Uint8Array(frame.advertSize({ ...VERSION_3, room })));
  assert.throws(() => frame.emitAdvert({ ...VERSION_3, room }, view), /no authentication header/);
});

Deno.test("sumUpSigned() covers the trailer over IPv6, as kernels do, and nothing over IPv4", () => {
  const room = "trailer" as const;
  const ipv4 = { ...VERSION_3, source: ip("10.9.0.1"), advert: V3_OVER_IPV4 };
  for (const whole of [{ ...VERSION_3, room }, { ...ipv4, room }]) {
    const view = emitAdvert(whole);
    const parts = frame.sealableFrame(view, whole);
    parts.trailer.setUint32(0, 0x01020304);
    frame.sumUpSigned(parts);
    const { message: payload, ...ends } = valueOf(frame.parse(view));
    const isIpv6 = whole.source.family === 6;
    const covered = isIpv6 ? payload : parts.message;
    assert.equal(vrrp3.checksumFormOf(covered, ends), "rfc5798");
    assert.equal(vrrp3.checksumFormOf(isIpv6 ? parts.message : payload, ends), undefined);
  }
});

Deno.test("parse() takes every captured frame with an authentication header apart", () => {
  for (const { name, bytes, ah: decoded, decoded: { ip: header } } of capturedAhFrames()) {
    const { ah, message, protocol, ttl } = valueOf(frame.parse(viewOf(bytes)));
    assert.deepEqual([protocol, ttl], [51, header?.ttl], name);
    assert.equal(ah?.header.sequence, decoded.seq, name);
    assert.equal(hexOf(ah?.packet ?? message), hexOf(bytes.subarray(14)), name);
    assert.equal(hexOf(message), hexOf(bytes.subarray(58)), name);
  }
});

Deno.test("parse() leaves padding out of the packet that an authentication header covers", () => {
  for (const { bytes } of capturedAhFrames().slice(0, 1)) {
    const padded = new Uint8Array([...bytes, 1, 2, 3]);
    const { ah } = valueOf(frame.parse(viewOf(padded)));
    assert.equal(ah?.packet.byteLength, bytes.length - 14);
  }
});

Deno.test("parse() refuses another protocol behind an authentication header", () => {
  for (const { bytes } of capturedAhFrames().slice(0, 1)) {
    const udp = frame.parse(viewOf(withBytes(bytes, 34, [17])));
    assert.deepEqual(udp, {
      ok: false,
      error: { reason: "protocol", detail: "IP protocol 17 behind an authentication header" },
    });
  }
});

Deno.test("parse() tells the Ethernet type and the protocol it refuses", () => {
  assert.deepEqual(frame.parse(viewOf(withBytes(FRAME, 12, [0x81, 0x00]))), {
    ok: false,
    error: { reason: "etherType", detail: "Ethernet type 0x8100" },
  });
  assert.deepEqual(frame.parse(viewOf(withBytes(FRAME, 23, [17]))), {
    ok: false,
    error: { reason: "protocol", detail: "IP protocol 17" },
  });
});

Deno.test("parse() leaves a wrong header checksum and any TTL to the receiver", () => {
  const packet = valueOf(frame.parse(viewOf(withBytes(FRAME, 22, [64]))));
  assert.equal(packet.ttl, 64);
  assert.equal(packet.ipChecksumOk, false);
});

Deno.test("parse() refuses every frame cut short", () => {
  for (let length = 0; length < FRAME.length; length++) {
    const result = frame.parse(viewOf(FRAME.subarray(0, length)));
    assert.equal(reasonOf(result), "truncated", `${length} bytes`);
  }
});

Deno.test("parse() gives the message as a part of the frame's own memory", () => {
  const view = viewOf(FRAME.slice());
  const { message } = valueOf(frame.parse(view));
  assert.equal(message.buffer, view.buffer);
  assert.equal(message.byteOffset, view.byteOffset + 34);
});

/** The advertisement in a frame that passes every check of the form, else undefined. */
function advertIn(bytes: Uint8Array): vrrp2.Vrrp2Advert | undefined {
  const packet = frame.parse(viewOf(bytes));
  if (!packet.ok || !packet.value.ipChecksumOk) return undefined;
  const advert = vrrp2.parse(packet.value.message);
  return advert.ok ? advert.value : undefined;
}

Deno.test("One bit turned is refused everywhere but in the Ethernet addresses", () => {
  for (let bit = 0; bit < FRAME.length * 8; bit++) {
    const advert = advertIn(withFlippedBit(FRAME, bit));
    const expected = bit < ETHERNET_ADDRESSES_BITS ? PLAIN.advert : undefined;
    assert.deepEqual(advert, expected, `bit ${bit}`);
  }
});

Deno.test("One bit turned in the padding changes nothing", () => {
  const padded = fromHex(`${hexOf(FRAME)} 000000000000`);
  for (let bit = FRAME.length * 8; bit < padded.length * 8; bit++) {
    assert.deepEqual(advertIn(withFlippedBit(padded, bit)), PLAIN.advert, `bit ${bit}`);
  }
});

Deno.test("parse() never throws, whatever the bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 1500 }), (bytes) => {
      assert.equal(typeof frame.parse(viewOf(bytes)).ok, "boolean");
    }),
    { numRuns: 2000 },
  );
});

const V3_FRAME = new Uint8Array(emitAdvert(VERSION_3).buffer as ArrayBuffer);
const WHOLE_FRAMES = {
  IPv4: { whole: FRAME, leastAt: 34 },
  IPv6: { whole: V3_FRAME, leastAt: 54 },
};

for (const [family, { whole, leastAt }] of Object.entries(WHOLE_FRAMES)) {
  Deno.test(`parse() keeps the message inside an ${family} frame with any bytes changed`, () => {
    const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 4 }), fc.nat(30), (changes, padding) => {
        const bytes = new Uint8Array(whole.length + padding);
        bytes.set(whole);
        for (const [at, byte] of changes) bytes[at] = byte;
        const packet = frame.parse(viewOf(bytes));
        if (!packet.ok) return;
        const { message } = packet.value;
        assert.ok(message.byteOffset >= leastAt);
        assert.ok(message.byteOffset + message.byteLength <= bytes.length);
      }),
      { numRuns: 2000 },
    );
  });
}
