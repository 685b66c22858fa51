import assert from "node:assert/strict";
import { parseUserLine } from "../../src/config/user_line.ts";

const HASH = "3df024b5dc20a168d6a3fe406c65ec286e71c61c9c738e079ddd6dae255ee695";
const SALT = btoa("0123456789abcdef");
const KEY = btoa("k".repeat(32));

function scrypt(form: 0 | 1, costs: readonly number[]): string {
  return `{{SCRYPT}}admin:1::$rscrypt$${form}$${
    btoa(String.fromCharCode(...costs))
  }$${SALT}$${KEY}$`;
}

Deno.test("parseUserLine() reads the line of rVRRPd's manual", () => {
  assert.deepEqual(parseUserLine(`{{SHA256}}admin:0:1eb7ac761a1201f9:${HASH}`), {
    ok: true,
    value: { algorithm: "SHA256", name: "admin", level: 0, salt: "1eb7ac761a1201f9", hash: HASH },
  });
});

Deno.test("parseUserLine() takes both forms of scrypt up to the highest costs", () => {
  for (
    const line of [
      scrypt(0, [15, 8, 1]),
      scrypt(0, [17, 8, 4]),
      scrypt(1, [17, 8, 0, 0, 0, 4, 0, 0, 0]),
    ]
  ) {
    assert.ok(parseUserLine(line).ok, line);
  }
});

const BAD: readonly { readonly why: string; readonly line: string }[] = [
  { why: "nothing", line: "" },
  { why: "no algorithm", line: `admin:0::${HASH}` },
  { why: "an unknown algorithm", line: `{{MD5}}admin:0::${HASH}` },
  { why: "an algorithm in small letters", line: `{{sha256}}admin:0::${HASH}` },
  { why: "no name", line: `{{SHA256}}:0::${HASH}` },
  { why: "a name with a sign", line: `{{SHA256}}ad-min:0::${HASH}` },
  { why: "a name of 257 letters", line: `{{SHA256}}${"a".repeat(257)}:0::${HASH}` },
  { why: "a level of two digits", line: `{{SHA256}}admin:10::${HASH}` },
  { why: "a salt that is not hexadecimal", line: `{{SHA256}}admin:0:xyz:${HASH}` },
  { why: "a salt of 65 digits", line: `{{SHA256}}admin:0:${"0".repeat(65)}:${HASH}` },
  { why: "a hash that is too short", line: `{{SHA256}}admin:0::${HASH.slice(1)}` },
  { why: "a hash in capitals", line: `{{SHA256}}admin:0::${HASH.toUpperCase()}` },
  { why: "a newline at the end", line: `{{SHA256}}admin:0::${HASH}\n` },
  { why: "scrypt with a salt of ours", line: scrypt(0, [15, 8, 1]).replace("::", ":00:") },
  { why: "scrypt with log2 N 18", line: scrypt(0, [18, 8, 1]) },
  { why: "scrypt with r 9", line: scrypt(0, [15, 9, 1]) },
  { why: "scrypt with p 5", line: scrypt(0, [15, 8, 5]) },
  { why: "scrypt with r 9 in the long form", line: scrypt(1, [15, 9, 0, 0, 0, 1, 0, 0, 0]) },
  { why: "scrypt with r 2^24 in the long form", line: scrypt(1, [15, 0, 0, 0, 1, 1, 0, 0, 0]) },
  { why: "scrypt with p 0", line: scrypt(0, [15, 8, 0]) },
  { why: "scrypt with two costs", line: scrypt(0, [15, 8]) },
  { why: "scrypt of an unknown form", line: scrypt(0, [15, 8, 1]).replace("$0$", "$2$") },
  { why: "scrypt without its last sign", line: scrypt(0, [15, 8, 1]).slice(0, -1) },
  {
    why: "scrypt with a salt that is no Base64",
    line: scrypt(0, [15, 8, 1]).replace(SALT, "&&&&"),
  },
  { why: "scrypt with an empty key", line: scrypt(0, [15, 8, 1]).replace(KEY, "") },
];

for (const { why, line } of BAD) {
  Deno.test(`parseUserLine() refuses ${why}, without showing the line`, () => {
    const user = parseUserLine(line);
    assert.ok(!user.ok);
    assert.ok(!user.error.includes("admin") && !user.error.includes(HASH));
  });
}
