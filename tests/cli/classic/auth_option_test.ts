import assert from "node:assert/strict";
import fc from "fast-check";
import { MAX_KEY_BYTES, parseAuth } from "../../../src/cli/classic/auth_option.ts";

const KEYS = [
  {
    text: "pw/0x736563726574",
    type: "rfc2338-simple",
    key: [...new TextEncoder().encode("secret")],
  },
  { text: "ah/0x0102", type: "rfc2338-ah", key: [1, 2] },
  { text: "pw/0xAbCd", type: "rfc2338-simple", key: [0xab, 0xcd] },
  { text: "pw/0x00", type: "rfc2338-simple", key: [0] },
  {
    text: "pw/0xfffefdfcfbfaf9f8",
    type: "rfc2338-simple",
    key: [255, 254, 253, 252, 251, 250, 249, 248],
  },
  { text: "pw/0x123", type: "rfc2338-simple", key: [0x12, 0x30] },
];

for (const { text, type, key } of KEYS) {
  Deno.test(`parseAuth() reads ${text}`, () => {
    assert.deepEqual(parseAuth(text), { ok: true, value: { type, key: Uint8Array.from(key) } });
  });
}

Deno.test("parseAuth() reads none", () => {
  assert.deepEqual(parseAuth("none"), { ok: true, value: { type: "none" } });
});

const REFUSED = [
  { text: "", said: /no known form/, row: "nothing" },
  { text: "None", said: /no known form/, row: "another spelling of none" },
  { text: "pw/banana", said: /no known form/, row: "a word" },
  { text: "md/0x62616e", said: /no known form/, row: "another kind" },
  { text: "pw/0X62616e", said: /no known form/, row: "a capital X" },
  { text: "pw/0x", said: /has no key/, row: "no digit" },
  { text: "pw/0x62616g", said: /a digit beyond 0-9 a-f/, row: "a letter beyond f" },
  { text: "pw/0x62616e\n", said: /a digit beyond 0-9 a-f/, row: "a line's end" },
  { text: "ah/0x62616e616e6162616e61", said: /a key of 10 bytes \(at most 8\)/, row: "10 bytes" },
  { text: "pw/0x62616e616e6162616", said: /a key of 9 bytes/, row: "8 bytes and a half" },
];

for (const { text, said, row } of REFUSED) {
  Deno.test(`parseAuth() refuses ${row} without repeating it`, () => {
    const read = parseAuth(text);
    assert.equal(read.ok, false);
    const { error } = read;
    assert.match(error, said);
    assert.doesNotMatch(error, /banana|62616/);
  });
}

Deno.test("parseAuth() gives back every key of 1 to 8 bytes", () => {
  const keys = fc.uint8Array({ minLength: 1, maxLength: MAX_KEY_BYTES });
  fc.assert(fc.property(keys, fc.constantFrom("pw", "ah"), (key, kind) => {
    const read = parseAuth(`${kind}/0x${key.toHex()}`);
    assert.ok(read.ok && read.value.type !== "none");
    assert.deepEqual(read.value.key, Uint8Array.from(key));
  }));
});
