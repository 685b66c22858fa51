import assert from "node:assert/strict";
import * as vrrp from "../../src/wire/vrrp.ts";
import { reasonOf, viewOfHex } from "../support/bytes.ts";

Deno.test("peek() reads version, type and VRID of any message", () => {
  assert.deepEqual(vrrp.peek(viewOfHex("2107")), {
    ok: true,
    value: { version: 2, type: 1, vrid: 7 },
  });
  assert.deepEqual(vrrp.peek(viewOfHex("3fff00")), {
    ok: true,
    value: { version: 3, type: 15, vrid: 255 },
  });
});

Deno.test("peek() refuses a message without a VRID", () => {
  assert.equal(reasonOf(vrrp.peek(viewOfHex(""))), "vrrpLength");
  assert.equal(reasonOf(vrrp.peek(viewOfHex("21"))), "vrrpLength");
});
