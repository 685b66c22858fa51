import assert from "node:assert/strict";
import fc from "fast-check";
import { formatIp, ip, type IpAddress, ipFromBytes } from "../../src/base/ip.ts";
import { AUTH_TYPE, noAuthData, simplePassword } from "../../src/wire/auth.ts";
import * as checksum from "../../src/wire/checksum.ts";
import * as vrrp2 from "../../src/wire/vrrp2.ts";
import type { Vrrp2Advert } from "../../src/wire/vrrp2.ts";
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
import { capturedFrames, capturedV2Frames } from "../support/captures.ts";

const MESSAGE_AT = 34;
const NONE = fromHex("21 01 64 01 00 01 708f 0a090064 0000000000000000");

const PLAIN: Vrrp2Advert = {
  vrid: 1,
  priority: 100,
  authType: AUTH_TYPE.none,
  advertIntervalS: 1,
  addresses: [ip("10.9.0.100")],
  authData: noAuthData(),
};

/** Messages read off the wire by other means than this codec, and what they say. */
const REFERENCES: readonly {
  readonly what: string;
  readonly advert: Vrrp2Advert;
  readonly hex: string;
}[] = [
  { what: "no authentication", advert: PLAIN, hex: hexOf(NONE) },
  {
    what: "a leaving router",
    advert: { ...PLAIN, priority: 0 },
    hex: "21010001 0001 d48f 0a090064 0000000000000000",
  },
  {
    what: "a password and two addresses",
    advert: {
      ...PLAIN,
      authType: AUTH_TYPE.simplePassword,
      addresses: [ip("10.9.0.100"), ip("10.9.0.101")],
      authData: simplePassword("secret12"),
    },
    hex: "21016402 0101 f7a1 0a090064 0a090065 7365637265743132",
  },
  {
    what: "a short password",
    advert: { ...PLAIN, authType: AUTH_TYPE.simplePassword, authData: simplePassword("abc") },
    hex: "21016401 0101 ab2c 0a090064 6162630000000000",
  },
  {
    what: "an authentication of rVRRPd's own",
    advert: {
      ...PLAIN,
      vrid: 7,
      priority: 254,
      authType: AUTH_TYPE.p0,
      advertIntervalS: 3,
      addresses: [ip("10.100.100.1"), ip("10.100.100.2")],
      authData: fromHex("9ea3dbce79b5e81b"),
    },
    hex: "2107fe02 fa03 2de2 0a646401 0a646402 9ea3dbce79b5e81b",
  },
];

for (const { what, advert, hex } of REFERENCES) {
  Deno.test(`emit() writes ${what} as known`, () => {
    const message = emitted(vrrp2.size(advert), (view) => vrrp2.emit(advert, view));
    assert.equal(hexOf(message), hexOf(fromHex(hex)));
  });

  Deno.test(`parse() reads ${what} as known`, () => {
    assert.deepEqual(vrrp2.parse(viewOfHex(hex)), { ok: true, value: advert });
  });
}

Deno.test("authenticatedPart() is the message to its last address without its checksum", () => {
  for (const { what, advert, hex } of REFERENCES) {
    const message = fromHex(hex);
    const part = message.slice(0, -advert.authData.length)
      .fill(0, vrrp2.AT.checksum, vrrp2.AT.addresses);
    assert.equal(hexOf(vrrp2.authenticatedPart(advert)), hexOf(part), what);
  }
});

Deno.test("parse() reads every captured message as an independent decoder does", () => {
  for (const { name, bytes, vrrp } of capturedV2Frames()) {
    const advert = valueOf(vrrp2.parse(viewOf(bytes.subarray(MESSAGE_AT))));
    assert.equal(advert.vrid, vrrp.vrid, name);
    assert.equal(advert.priority, vrrp.priority, name);
    assert.equal(advert.authType, vrrp.auth_type, name);
    assert.equal(advert.advertIntervalS, vrrp.adver_int_s, name);
    assert.deepEqual(advert.addresses.map(formatIp), vrrp.addrs, name);
    assert.equal(hexOf(advert.authData), vrrp.trailing_hex, name);
  }
});

Deno.test("emit() writes every captured message", () => {
  for (const { name, bytes } of capturedV2Frames()) {
    const message = bytes.subarray(MESSAGE_AT);
    const advert = valueOf(vrrp2.parse(viewOf(message)));
    const again = emitted(vrrp2.size(advert), (view) => vrrp2.emit(advert, view));
    assert.equal(hexOf(again), hexOf(message), name);
  }
});

/** The same bytes with a checksum that fits them, so that only the change itself can be refused. */
function resealed(message: Uint8Array<ArrayBuffer>): DataView {
  const view = viewOf(message.slice());
  view.setUint16(vrrp2.AT.checksum, 0);
  view.setUint16(vrrp2.AT.checksum, checksum.finish(checksum.sum(view)));
  return view;
}

const REFUSED: readonly {
  readonly what: string;
  readonly at: number;
  readonly bytes: readonly number[];
  readonly reason: string;
  readonly detail: string;
}[] = [
  {
    what: "version 3",
    at: 0,
    bytes: [0x31],
    reason: "vrrpVersion",
    detail: "VRRP version 3",
  },
  {
    what: "a version before a type",
    at: 0,
    bytes: [0x12],
    reason: "vrrpVersion",
    detail: "VRRP version 1",
  },
  { what: "type 2", at: 0, bytes: [0x22], reason: "vrrpType", detail: "VRRP type 2" },
  {
    what: "no address",
    at: 3,
    bytes: [0],
    reason: "vrrpLength",
    detail: "20 bytes for 0 addresses",
  },
  {
    what: "more addresses than bytes",
    at: 3,
    bytes: [2],
    reason: "vrrpLength",
    detail: "20 bytes for 2 addresses",
  },
];

for (const { what, at, bytes, reason, detail } of REFUSED) {
  Deno.test(`parse() refuses ${what}`, () => {
    assert.deepEqual(vrrp2.parse(resealed(withBytes(NONE, at, bytes))), {
      ok: false,
      error: { reason, detail },
    });
  });
}

Deno.test("parse() refuses no address also where the length would fit", () => {
  assert.equal(
    reasonOf(vrrp2.parse(resealed(fromHex("2101640000010000" + "00".repeat(8))))),
    "vrrpLength",
  );
});

Deno.test("parse() refuses a wrong checksum and tells it", () => {
  assert.deepEqual(vrrp2.parse(viewOf(withBytes(NONE, 6, [0x12, 0x34]))), {
    ok: false,
    error: { reason: "vrrpChecksum", detail: "VRRP checksum 0x1234" },
  });
});

Deno.test("parse() refuses every message that is shorter or longer than its list [W16 demands]", () => {
  const room = fromHex(hexOf(NONE) + "00".repeat(24));
  for (let length = 0; length <= room.length; length++) {
    if (length === NONE.length) continue;
    const result = vrrp2.parse(viewOf(room.subarray(0, length)));
    assert.equal(reasonOf(result), "vrrpLength", `${length} bytes`);
  }
});

Deno.test("parse() refuses every message with one bit turned", () => {
  for (const { what, hex } of REFERENCES) {
    const message = fromHex(hex);
    for (let bit = 0; bit < message.length * 8; bit++) {
      const result = vrrp2.parse(viewOf(withFlippedBit(message, bit)));
      assert.equal(result.ok, false, `${what}, bit ${bit}`);
    }
  }
});

Deno.test("parse() refuses CARP by its length, although its checksum fits", () => {
  const frames = capturedFrames().filter(({ decoded }) => decoded.kind === "carp");
  assert.notEqual(frames.length, 0);
  for (const { name, bytes } of frames) {
    const message = viewOf(bytes.subarray(MESSAGE_AT));
    assert.equal(checksum.finish(checksum.sum(message)), 0, name);
    assert.equal(reasonOf(vrrp2.parse(message)), "vrrpLength", name);
  }
});

Deno.test("parse() refuses every captured message of version 3 by its version, also short ones", () => {
  const frames = capturedFrames().filter(({ decoded: { ip, vrrp } }) =>
    ip?.version === 4 && vrrp?.version === 3
  );
  assert.notEqual(frames.length, 0);
  for (const { name, bytes } of frames) {
    const result = vrrp2.parse(viewOf(bytes.subarray(MESSAGE_AT)));
    assert.equal(reasonOf(result), "vrrpVersion", name);
  }
});

Deno.test("parse() gives values that outlive the receive buffer", () => {
  const view = viewOfHex("21016401 0101 ab2c 0a090064 6162630000000000");
  const advert = valueOf(vrrp2.parse(view));
  new Uint8Array(view.buffer).fill(0);
  assert.deepEqual(advert.addresses, [ip("10.9.0.100")]);
  assert.deepEqual(advert.authData, simplePassword("abc"));
});

function addresses(count: number): IpAddress[] {
  return Array.from({ length: count }, (_, index) => ipFromBytes(Uint8Array.of(10, 9, 1, index)));
}

for (const count of [1, 2, 20, 255]) {
  Deno.test(`emit() and parse() carry ${count} addresses in 16 + 4n bytes`, () => {
    const advert = { ...PLAIN, addresses: addresses(count) };
    assert.equal(vrrp2.size(advert), 16 + 4 * count);
    const message = emitted(vrrp2.size(advert), (view) => vrrp2.emit(advert, view));
    assert.deepEqual(valueOf(vrrp2.parse(message)), advert);
  });
}

const byte = fc.nat(255);

function arbitraryBytes(length: number): fc.Arbitrary<Uint8Array<ArrayBuffer>> {
  return fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => bytes.slice());
}

const arbitraryAdvert: fc.Arbitrary<Vrrp2Advert> = fc.record({
  vrid: byte,
  priority: byte,
  authType: byte,
  advertIntervalS: byte,
  addresses: fc.array(arbitraryBytes(4).map(ipFromBytes), { minLength: 1, maxLength: 255 }),
  authData: arbitraryBytes(8),
}, { noNullPrototype: true });

Deno.test("parse() gives back what emit() wrote", () => {
  fc.assert(fc.property(arbitraryAdvert, (advert) => {
    const message = emitted(vrrp2.size(advert), (view) => vrrp2.emit(advert, view));
    assert.deepEqual(valueOf(vrrp2.parse(message)), advert);
  }));
});

Deno.test("parse() never throws, whatever the bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 1500 }), (bytes) => {
      assert.equal(typeof vrrp2.parse(viewOf(bytes)).ok, "boolean");
    }),
    { numRuns: 2000 },
  );
});

const NOT_EMITTABLE: readonly { readonly what: string; readonly change: Partial<Vrrp2Advert> }[] = [
  { what: "no address", change: { addresses: [] } },
  { what: "256 addresses", change: { addresses: addresses(256) } },
  { what: "an IPv6 address", change: { addresses: [ip("fe80::1")] } },
  { what: "authentication data of 7 bytes", change: { authData: new Uint8Array(7) } },
  { what: "a VRID above 255", change: { vrid: 256 } },
  { what: "a priority below 0", change: { priority: -1 } },
  { what: "an interval with a fraction", change: { advertIntervalS: 0.5 } },
];

for (const { what, change } of NOT_EMITTABLE) {
  Deno.test(`emit() throws on ${what}`, () => {
    const advert = { ...PLAIN, ...change };
    const view = viewOf(new Uint8Array(vrrp2.size(advert)));
    assert.throws(() => vrrp2.emit(advert, view), { name: "AssertionError" });
  });
}

Deno.test("emit() throws on a view of another length", () => {
  const view = viewOf(new Uint8Array(vrrp2.size(PLAIN) + 1));
  assert.throws(() => vrrp2.emit(PLAIN, view), /as long as the message/);
});
