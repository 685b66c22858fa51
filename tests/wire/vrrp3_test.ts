import assert from "node:assert/strict";
import fc from "fast-check";
import { formatIp, ip, ipFromBytes } from "../../src/base/ip.ts";
import type { Ends } from "../../src/wire/pseudo_header.ts";
import * as vrrp3 from "../../src/wire/vrrp3.ts";
import type { ChecksumForm, Vrrp3Advert } from "../../src/wire/vrrp3.ts";
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
import { capturedFrames, type CapturedV3Frame, capturedV3Frames } from "../support/captures.ts";

const TO_GROUP: Ends = { source: ip("10.9.0.1"), destination: ip("224.0.0.18") };
const TO_ROUTER: Ends = { source: ip("10.9.0.1"), destination: ip("10.9.0.2") };
const TO_GROUP_6: Ends = { source: ip("fe80::ff:fe00:1"), destination: ip("ff02::12") };

const ONE: Vrrp3Advert = {
  vrid: 1,
  priority: 100,
  advertIntervalCs: 100,
  addresses: [ip("10.9.0.100")],
};
const TWO: Vrrp3Advert = {
  ...ONE,
  advertIntervalCs: 25,
  addresses: [ip("10.9.0.100"), ip("10.9.0.101")],
};
const IPV6: Vrrp3Advert = { ...ONE, addresses: [ip("fe80::1"), ip("fd00::1")] };

/** Messages read off the wire by other means than this codec, and what they say. */
const REFERENCES: readonly {
  readonly what: string;
  readonly advert: Vrrp3Advert;
  readonly ends: Ends;
  readonly form: ChecksumForm;
  readonly hex: string;
}[] = [
  {
    what: "two addresses to the group",
    advert: TWO,
    ends: TO_GROUP,
    form: "rfc5798",
    hex: "31016402 0019 6b6b 0a090064 0a090065",
  },
  {
    what: "one address to the group",
    advert: ONE,
    ends: TO_GROUP,
    form: "rfc5798",
    hex: "31016401 0064 7593 0a090064",
  },
  {
    what: "one address to a single router",
    advert: ONE,
    ends: TO_ROUTER,
    form: "rfc5798",
    hex: "31016401 0064 4b9b 0a090064",
  },
  {
    what: "the vector of draft-cassen-vrrp-auth-hmac without a pseudo-header",
    advert: { vrid: 51, priority: 200, advertIntervalCs: 100, addresses: [ip("192.0.2.100")] },
    ends: { source: ip("198.51.100.10"), destination: ip("224.0.0.18") },
    form: "rfc9568",
    hex: "3133c801 0064 4402 c0000264",
  },
  {
    what: "IPv6",
    advert: IPV6,
    ends: TO_GROUP_6,
    form: "rfc5798",
    hex: "31016402 0064 71e5 fe800000000000000000000000000001 fd000000000000000000000000000001",
  },
];

for (const { what, advert, ends, form, hex } of REFERENCES) {
  Deno.test(`emit() writes ${what} as known`, () => {
    const message = emitted(
      vrrp3.size(advert),
      (view) => vrrp3.emit(advert, { ...ends, form }, view),
    );
    assert.equal(hexOf(message), hexOf(fromHex(hex)));
  });

  Deno.test(`parse() reads ${what} as known`, () => {
    const value = { advert, checksumForm: form };
    assert.deepEqual(vrrp3.parse(viewOfHex(hex), ends), { ok: true, value });
  });

  Deno.test(`parse() refuses every message with one bit turned: ${what}`, () => {
    const message = fromHex(hex);
    // Reserved bits are not looked at, but the checksum covers them.
    for (let bit = 0; bit < message.length * 8; bit++) {
      const result = vrrp3.parse(viewOf(withFlippedBit(message, bit)), ends);
      assert.equal(result.ok, false, `bit ${bit}`);
    }
  });
}

function endsOf({ ip: { src, dst } }: CapturedV3Frame): Ends {
  return { source: ip(src), destination: ip(dst) };
}

/** One capture holds keepalived's former checksum, which is right by no reading. */
function isFormerChecksum({ file }: CapturedV3Frame): boolean {
  return file === "keepalived-v3-unicast-oldchksum.pcap";
}

Deno.test("parse() reads every captured message as an independent decoder does", () => {
  const frames = capturedV3Frames().filter((frame) => !isFormerChecksum(frame));
  assert.equal(new Set(frames.map(({ ip }) => ip.version)).size, 2);
  for (const frame of frames) {
    const { name, message, vrrp } = frame;
    const { advert, checksumForm } = valueOf(vrrp3.parse(viewOf(message), endsOf(frame)));
    assert.equal(advert.vrid, vrrp.vrid, name);
    assert.equal(advert.priority, vrrp.priority, name);
    assert.equal(advert.advertIntervalCs, vrrp.max_adver_cs, name);
    assert.deepEqual(advert.addresses.map(formatIp), vrrp.addrs, name);
    assert.equal(checksumForm, "rfc5798", name);
  }
});

Deno.test("emit() writes every captured message", () => {
  for (const frame of capturedV3Frames().filter((frame) => !isFormerChecksum(frame))) {
    const { advert } = valueOf(vrrp3.parse(viewOf(frame.message), endsOf(frame)));
    const again = emitted(
      vrrp3.size(advert),
      (view) => vrrp3.emit(advert, endsOf(frame), view),
    );
    assert.equal(hexOf(again), hexOf(frame.message), frame.name);
  }
});

Deno.test("parse() refuses keepalived's former unicast checksum", () => {
  const frames = capturedV3Frames().filter(isFormerChecksum);
  assert.notEqual(frames.length, 0);
  for (const frame of frames) {
    const result = vrrp3.parse(viewOf(frame.message), endsOf(frame));
    assert.equal(reasonOf(result), "vrrpChecksum", frame.name);
  }
});

Deno.test("parse() takes no checksum without pseudo-header over IPv6 [W11 forbids]", () => {
  const message = fromHex("31016402 0064 0000" + "fe800000000000000000000000000001".repeat(2));
  // What the message alone would have by RFC 9568's rule for IPv4.
  const alone = vrrp3.checksumOf(viewOf(message), { ...TO_GROUP, form: "rfc9568" });
  const sealed = withBytes(message, vrrp3.AT.checksum, [alone >> 8, alone & 0xff]);
  assert.equal(reasonOf(vrrp3.parse(viewOf(sealed), TO_GROUP_6)), "vrrpChecksum");
});

const PLAIN = fromHex("31016401 0064 7593 0a090064");

/** The same bytes with a checksum that fits them, so that only the change itself can be refused. */
function resealed(message: Uint8Array<ArrayBuffer>): DataView {
  const view = viewOf(message.slice());
  view.setUint16(vrrp3.AT.checksum, 0);
  const sum = vrrp3.checksumOf(view, { ...TO_GROUP, form: "rfc5798" });
  view.setUint16(vrrp3.AT.checksum, sum);
  return view;
}

const REFUSED = [
  { what: "version 2", at: 0, byte: 0x21, reason: "vrrpVersion", detail: "VRRP version 2" },
  { what: "type 2", at: 0, byte: 0x32, reason: "vrrpType", detail: "VRRP type 2" },
  {
    what: "no address",
    at: 3,
    byte: 0,
    reason: "vrrpLength",
    detail: "12 bytes for 0 addresses",
  },
  {
    what: "more addresses than bytes",
    at: 3,
    byte: 2,
    reason: "vrrpLength",
    detail: "12 bytes for 2 addresses",
  },
] as const;

for (const { what, at, byte, reason, detail } of REFUSED) {
  Deno.test(`parse() refuses ${what}`, () => {
    assert.deepEqual(vrrp3.parse(resealed(withBytes(PLAIN, at, [byte])), TO_GROUP), {
      ok: false,
      error: { reason, detail },
    });
  });
}

Deno.test("parse() masks the reserved bits [W10 forbids]", () => {
  const view = resealed(withBytes(PLAIN, vrrp3.AT.advertInterval, [0xf0, 0x28]));
  assert.equal(valueOf(vrrp3.parse(view, TO_GROUP)).advert.advertIntervalCs, 40);
});

Deno.test("parse() refuses every message that is shorter or longer than its list", () => {
  const room = fromHex(hexOf(PLAIN) + "00".repeat(24));
  for (let length = 0; length <= room.length; length++) {
    if (length === PLAIN.length) continue;
    const result = vrrp3.parse(viewOf(room.subarray(0, length)), TO_GROUP);
    assert.equal(reasonOf(result), "vrrpLength", `${length} bytes`);
  }
});

Deno.test("parse() refuses CARP and version 2", () => {
  const frames = capturedFrames().filter(({ decoded: { kind, vrrp } }) =>
    kind === "carp" || (kind === "vrrp" && vrrp?.version === 2)
  );
  assert.notEqual(frames.length, 0);
  for (const { name, bytes } of frames) {
    const result = vrrp3.parse(viewOf(bytes.subarray(34)), TO_GROUP);
    assert.equal(reasonOf(result), "vrrpVersion", name);
  }
});

Deno.test("parse() never throws, whatever the bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 1500 }), fc.boolean(), (bytes, isIpv6) => {
      const result = vrrp3.parse(viewOf(bytes), isIpv6 ? TO_GROUP_6 : TO_GROUP);
      assert.equal(typeof result.ok, "boolean");
    }),
    { numRuns: 2000 },
  );
});

const byte = fc.nat(255);

function arbitraryAdvert(size: 4 | 16): fc.Arbitrary<Vrrp3Advert> {
  const address = fc.uint8Array({ minLength: size, maxLength: size }).map((bytes) =>
    ipFromBytes(bytes.slice())
  );
  return fc.record({
    vrid: byte,
    priority: byte,
    advertIntervalCs: fc.nat(4095),
    addresses: fc.array(address, { minLength: 1, maxLength: 255 }),
  }, { noNullPrototype: true });
}

for (
  const { ends, size } of [{ ends: TO_GROUP, size: 4 }, { ends: TO_GROUP_6, size: 16 }] as const
) {
  Deno.test(`parse() gives back what emit() wrote over IPv${ends.source.family}`, () => {
    fc.assert(fc.property(arbitraryAdvert(size), (advert) => {
      const message = emitted(vrrp3.size(advert), (view) => vrrp3.emit(advert, ends, view));
      assert.deepEqual(valueOf(vrrp3.parse(message, ends)).advert, advert);
    }));
  });
}

const NOT_EMITTABLE: readonly { readonly what: string; readonly change: Partial<Vrrp3Advert> }[] = [
  { what: "no address", change: { addresses: [] } },
  { what: "256 addresses", change: { addresses: new Array(256).fill(ip("10.9.0.1")) } },
  { what: "an IPv6 address over IPv4", change: { addresses: [ip("fe80::1")] } },
  { what: "an interval above 12 bits", change: { advertIntervalCs: 4096 } },
  { what: "an interval with a fraction", change: { advertIntervalCs: 0.5 } },
  { what: "a VRID above 255", change: { vrid: 256 } },
  { what: "a priority below 0", change: { priority: -1 } },
];

for (const { what, change } of NOT_EMITTABLE) {
  Deno.test(`emit() throws on ${what}`, () => {
    const advert = { ...ONE, ...change };
    const view = viewOf(new Uint8Array(vrrp3.size(advert)));
    assert.throws(() => vrrp3.emit(advert, TO_GROUP, view), { name: "AssertionError" });
  });
}

Deno.test("emit() throws on a view of another length", () => {
  const view = viewOf(new Uint8Array(vrrp3.size(ONE) + 1));
  assert.throws(() => vrrp3.emit(ONE, TO_GROUP, view), /as long as the message/);
});
