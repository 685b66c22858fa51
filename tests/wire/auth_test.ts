import assert from "node:assert/strict";
import { equalAuthData, noAuthData, p0Data, p1Data, simplePassword } from "../../src/wire/auth.ts";
import { fromHex, hexOf } from "../support/bytes.ts";

const PASSWORDS: readonly {
  readonly what: string;
  readonly secret: string | Uint8Array;
  readonly data: string;
}[] = [
  { what: "fills a short secret with zeros", secret: "abc", data: "6162630000000000" },
  { what: "takes 8 bytes as they are", secret: "secret12", data: "7365637265743132" },
  { what: "cuts a longer secret", secret: "longpassword", data: "6c6f6e6770617373" },
  { what: "gives zeros for no secret", secret: "", data: "0000000000000000" },
  { what: "counts a text in UTF-8 bytes", secret: "äöüäöü", data: "c3a4c3b6c3bcc3a4" },
  { what: "takes bytes", secret: fromHex("00ff"), data: "00ff000000000000" },
];

for (const { what, secret, data } of PASSWORDS) {
  Deno.test(`simplePassword() ${what}`, () => {
    assert.equal(hexOf(simplePassword(secret)), data);
  });
}

Deno.test("simplePassword() is not the secret's own memory", () => {
  const secret = fromHex("0102030405060708");
  simplePassword(secret).fill(0);
  assert.equal(hexOf(secret), "0102030405060708");
});

const NO_KEY = new Uint8Array();
const KEY = new TextEncoder().encode("secret12");
/** Cut to 8 bytes it would be another key. */
const LONG_KEY = new TextEncoder().encode("thissecretnolongeris");

const KEYED = [
  {
    what: "p0Data() keys HMAC-SHA-256 with the secret",
    data: p0Data(KEY, fromHex("21016401 fa01 0000 0a090064")),
    hex: "76326e02e9d3603d",
  },
  {
    what: "p0Data() takes the whole of a long secret",
    data: p0Data(LONG_KEY, fromHex("2107fe02 fa03 0000 0a646401 0a646402")),
    hex: "9ea3dbce79b5e81b",
  },
  {
    what: "p0Data() takes no secret for an empty key",
    data: p0Data(NO_KEY, fromHex("21010001 fa01 0000 0a090064")),
    hex: "a5f23309090652c8",
  },
  {
    what: "p1Data() hashes the secret with SHAKE256 before the message",
    data: p1Data(KEY, fromHex("21016401 fb01 0000 0a090064")),
    hex: "190ffeb8cb565eb8",
  },
  {
    what: "p1Data() takes the whole of a long secret",
    data: p1Data(LONG_KEY, fromHex("2107fe02 fb03 0000 0a646401 0a646402")),
    hex: "caf9ff5dcd1d32d0",
  },
  {
    what: "p1Data() takes no secret for an empty key",
    data: p1Data(NO_KEY, fromHex("21010001 fb01 0000 0a090064")),
    hex: "0c1719c9f2340127",
  },
];

for (const { what, data, hex } of KEYED) {
  Deno.test(what, () => assert.equal(hexOf(data), hex));
}

Deno.test("noAuthData() is 8 zero bytes of its own each time", () => {
  noAuthData().fill(1);
  assert.equal(hexOf(noAuthData()), "0000000000000000");
});

Deno.test("equalAuthData() is true for the same bytes", () => {
  assert.equal(equalAuthData(simplePassword("secret12"), simplePassword("secret12")), true);
});

Deno.test("equalAuthData() sees a difference in every byte", () => {
  const data = simplePassword("abc");
  for (let at = 0; at < data.length; at++) {
    const other = data.slice().fill(0x67, at, at + 1);
    assert.equal(equalAuthData(data, other), false, `byte ${at}`);
    assert.equal(equalAuthData(other, data), false, `byte ${at}`);
  }
});

Deno.test("equalAuthData() is false for a part", () => {
  assert.equal(equalAuthData(noAuthData(), new Uint8Array(7)), false);
  assert.equal(equalAuthData(new Uint8Array(7), noAuthData()), false);
});
