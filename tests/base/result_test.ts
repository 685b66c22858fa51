import assert from "node:assert/strict";
import { err, ok } from "../../src/base/result.ts";

Deno.test("ok() and err() are told apart by their mark", () => {
  assert.deepEqual(ok(7), { ok: true, value: 7 });
  assert.deepEqual(err("why"), { ok: false, error: "why" });
});
