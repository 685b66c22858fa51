import assert from "node:assert/strict";
import { PasswordLine } from "../../src/cli/password_line.ts";

function typed(...chunks: readonly string[]): PasswordLine {
  const line = new PasswordLine();
  for (const chunk of chunks) line.take(new TextEncoder().encode(chunk));
  return line;
}

const ROWS = [
  { keys: ["secret\r"], text: "secret", why: "a line ends with enter" },
  { keys: ["sec", "ret\n"], text: "secret", why: "or with a newline, in pieces" },
  { keys: ["secret\x04"], text: "secret", why: "or with the end of input" },
  { keys: ["secx\x7fret\r"], text: "secret", why: "a character is erased" },
  { keys: ["é😀\x7f\x7f\x7fa\r"], text: "a", why: "a whole character, and no more than there are" },
  { keys: ["wrong\x15right\r"], text: "right", why: "a line is erased" },
  { keys: ["one\rtwo\r"], text: "one", why: "what follows the end is of no line" },
];

for (const { keys, text, why } of ROWS) {
  Deno.test(`PasswordLine: ${why}`, () => {
    const line = typed(...keys);
    assert.deepEqual({ text: line.text, open: line.open, interrupted: line.interrupted }, {
      text,
      open: false,
      interrupted: false,
    });
  });
}

Deno.test("PasswordLine is open until it ends, and knows an interrupt", () => {
  assert.equal(typed("abc").open, true);
  const { open, interrupted } = typed("abc\x03");
  assert.deepEqual({ open, interrupted }, { open: false, interrupted: true });
});
