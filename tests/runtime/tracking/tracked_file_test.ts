import assert from "node:assert/strict";
import { SyscallError } from "../../../ffi/errno.ts";
import { numberIn } from "../../../src/runtime/tracking/file_text.ts";
import { TrackedFile } from "../../../src/runtime/tracking/tracked_file.ts";

const NOW_MS = 5000;
const MISSING = new SyscallError("open /run/n", 2);
const FORBIDDEN = new SyscallError("open /run/n", 13);

const NUMBERS: readonly { readonly text: string; readonly number: number | undefined }[] = [
  { text: "10", number: 10 },
  { text: "-20\n", number: -20 },
  { text: " +5 is the load\n", number: 5 },
  { text: "007\n", number: 7 },
  { text: "254", number: 254 },
  { text: "255", number: 254 },
  { text: "-99999999999999999999999", number: -254 },
  { text: "10abc", number: undefined },
  { text: "0x10", number: undefined },
  { text: "1.5", number: undefined },
  { text: "", number: undefined },
  { text: "-", number: undefined },
  { text: "ten", number: undefined },
  { text: "\0\0", number: undefined },
];

for (const { text, number } of NUMBERS) {
  Deno.test(`numberIn() finds ${number} in ${JSON.stringify(text)}`, () => {
    assert.equal(numberIn(text), number);
  });
}

Deno.test("TrackedFile has no number before the first look", () => {
  assert.equal(new TrackedFile("/run/n").number, undefined);
});

Deno.test("TrackedFile counts as 0 while it is missing, and says so once", () => {
  const file = new TrackedFile("/run/n");
  assert.equal(file.take("-20\n", NOW_MS), undefined);
  assert.match(file.take(MISSING, NOW_MS) ?? "", /\/run\/n is missing: it counts as 0/);
  assert.equal(file.number, 0);
  assert.equal(file.take(MISSING, NOW_MS), undefined);
  assert.match(file.take("7", NOW_MS) ?? "", /holds a number again: 7/);
  assert.equal(file.words, "says 7");
});

Deno.test("TrackedFile keeps its number while it holds none, and says so once", () => {
  const file = new TrackedFile("/run/n");
  file.take("-20\n", NOW_MS);
  const line = file.take("secret", NOW_MS) ?? "";
  assert.match(line, /does not begin with a whole number: it counts as -20, as before/);
  assert.ok(!line.includes("secret"), "it may be any file");
  assert.equal(file.take("other", NOW_MS), undefined);
  assert.equal(file.number, -20);
});

Deno.test("TrackedFile keeps its number while it cannot be read", () => {
  const file = new TrackedFile("/run/n");
  file.take("-20\n", NOW_MS);
  assert.match(file.take(FORBIDDEN, NOW_MS) ?? "", /EACCES.*: it counts as -20, as before/);
  assert.equal(file.number, -20);
});

Deno.test("TrackedFile counts as 0 where it never held a number", () => {
  const file = new TrackedFile("/run/n");
  file.take("none", NOW_MS);
  assert.equal(file.number, 0);
});

Deno.test("TrackedFile does not complain of a file that is about to be written", () => {
  const file = new TrackedFile("/run/n");
  file.take("-20\n", NOW_MS);
  assert.equal(file.take("", NOW_MS), undefined);
  assert.equal(file.number, -20);
  assert.equal(file.take("5\n", NOW_MS + 1), undefined);
  assert.equal(file.take("", NOW_MS + 2000), undefined);
  assert.match(file.take("", NOW_MS + 5000) ?? "", /is empty: it counts as 5, as before/);
});
