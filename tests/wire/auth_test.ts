import assert from "node:assert/strict";
import { equalAuthData, noAuthData, simplePassword } from "../../src/wire/auth.ts";
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
