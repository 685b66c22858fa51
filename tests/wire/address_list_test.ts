import assert from "node:assert/strict";
import fc from "fast-check";
import { equalIp, type Family, formatIp, ip, ipFromBytes } from "../../src/base/ip.ts";
import { AddressList } from "../../src/wire/address_list.ts";
import { viewOf } from "../support/bytes.ts";

function listOf(texts: readonly string[], family: Family = 4): AddressList {
  return new AddressList(
    viewOf(Uint8Array.from(texts.flatMap((text) => [...ip(text).bytes]))),
    family,
  );
}

const FAMILIES: readonly { family: Family; one: string; other: string; third: string }[] = [
  { family: 4, one: "10.9.0.100", other: "10.9.0.101", third: "10.9.1.100" },
  { family: 6, one: "fe80::100", other: "2001:db8::100", third: "fe80::1:0:0:100" },
];

for (const { family, one, other, third } of FAMILIES) {
  Deno.test(`AddressList.toAddresses() gives copies in the sender's order, IPv${family}`, () => {
    const texts = [other, one, other];
    const bytes = Uint8Array.from(texts.flatMap((text) => [...ip(text).bytes]));
    const addresses = new AddressList(viewOf(bytes), family).toAddresses();
    bytes.fill(0);
    assert.deepEqual(addresses.map(formatIp), texts);
  });

  Deno.test(`AddressList.isExactly() asks for the same addresses in the same order, IPv${family}`, () => {
    const list = listOf([one, other], family);
    assert.equal(list.isExactly([ip(one), ip(other)]), true);
    assert.equal(list.isExactly([ip(other), ip(one)]), false);
    assert.equal(list.isExactly([ip(one)]), false);
    assert.equal(list.isExactly([ip(one), ip(third)]), false);
  });

  Deno.test(`AddressList.includesAll() and isWithin() take it for a set, IPv${family}`, () => {
    const list = listOf([one, other, one], family);
    assert.equal(list.includesAll([ip(other), ip(one)]), true);
    assert.equal(list.includesAll([ip(third)]), false);
    assert.equal(list.isWithin([ip(other), ip(one), ip(third)]), true);
    assert.equal(list.isWithin([ip(one)]), false);
  });
}

Deno.test("AddressList never finds an address of the other family", () => {
  const list = listOf(["0.0.0.1"]);
  for (const addresses of [[ip("::1")], [ip("0.0.0.1"), ip("::1")]]) {
    assert.equal(list.isExactly(addresses), false);
    assert.equal(list.includesAll(addresses), false);
  }
  assert.equal(list.isWithin([ip("::1")]), false);
});

Deno.test("AddressList agrees with a comparison of every address with every other", () => {
  for (const size of [4, 16]) {
    // Few different bytes, so that addresses are often the same.
    const address = fc.array(fc.constantFrom(0, 1, 255), { minLength: size, maxLength: size })
      .map((bytes) => ipFromBytes(Uint8Array.from(bytes)));
    const list = fc.uniqueArray(address, { maxLength: 6, selector: formatIp });
    fc.assert(fc.property(list, list, (theirs, ours) => {
      const bytes = Uint8Array.from(theirs.flatMap((one) => [...one.bytes]));
      const seen = new AddressList(viewOf(bytes), size === 4 ? 4 : 6);
      const has = (set: typeof ours, one: typeof ours[number]) =>
        set.some((two) => equalIp(one, two));
      assert.equal(seen.includesAll(ours), ours.every((one) => has(theirs, one)));
      assert.equal(seen.isWithin(ours), theirs.every((one) => has(ours, one)));
    }));
  }
});
