import assert from "node:assert/strict";
import fc from "fast-check";
import {
  BROADCAST_MAC,
  compareMac,
  equalMac,
  formatMac,
  type MacAddress,
  parseMac,
} from "../../src/base/mac.ts";

const anyMac: fc.Arbitrary<MacAddress> = fc.uint8Array({ minLength: 6, maxLength: 6 })
  .map((bytes) => Uint8Array.from(bytes));

Deno.test("parseMac() reads pairs in either case", () => {
  assert.deepEqual(parseMac("00:00:5E:00:01:fF"), Uint8Array.of(0, 0, 0x5e, 0, 1, 0xff));
});

const REFUSED = [
  { text: "", why: "nothing" },
  { text: "00-00-5e-00-01-07", why: "dashes" },
  { text: "0000.5e00.0107", why: "dots" },
  { text: "0:0:5e:0:1:7", why: "missing zeros" },
  { text: "00:00:5e:00:01", why: "five pairs" },
  { text: "00:00:5e:00:01:07:00", why: "seven pairs" },
  { text: "00:00:5e:00:01:0g", why: "a letter that is no digit" },
  { text: " 00:00:5e:00:01:07", why: "a blank before" },
  { text: "00:00:5e:00:01:07\n", why: "a line end after" },
] as const;

for (const { text, why } of REFUSED) {
  Deno.test(`parseMac() refuses ${JSON.stringify(text)}: ${why}`, () => {
    assert.equal(parseMac(text), undefined);
  });
}

Deno.test("formatMac() writes as ip(8) does", () => {
  assert.equal(formatMac(BROADCAST_MAC), "ff:ff:ff:ff:ff:ff");
  assert.equal(formatMac(Uint8Array.of(0, 0, 0x5e, 0, 1, 7)), "00:00:5e:00:01:07");
});

Deno.test("parseMac() reads what formatMac() writes", () => {
  fc.assert(fc.property(anyMac, (mac) => assert.deepEqual(parseMac(formatMac(mac)), mac)));
});

Deno.test("compareMac() and equalMac() order by the unsigned number", () => {
  fc.assert(fc.property(anyMac, anyMac, (a, b) => {
    const [left, right] = [a.toHex(), b.toHex()];
    assert.equal(Math.sign(compareMac(a, b)), left < right ? -1 : left > right ? 1 : 0);
    assert.equal(equalMac(a, b), left === right);
    assert.equal(equalMac(a, Uint8Array.from(a)), true);
  }));
});
