import assert from "node:assert/strict";
import { expand } from "../../src/convert/expand.ts";
import { optionsFor, type TextOptions } from "./support.ts";

function texts(text: string, options: TextOptions = {}): string[] {
  return expand(optionsFor(text, options)).lines.map((line) => line.text);
}

function troubles(text: string, options: TextOptions = {}): string[] {
  return expand(optionsFor(text, options)).troubles.map((trouble) => trouble.text);
}

const ROWS: readonly { row: string; text: string; gives: readonly string[] }[] = [
  { row: "comments begin with either mark", text: "a # b\n! c\nd!e", gives: ["a", "d"] },
  { row: "a mark in quotes is none", text: `auth_pass "a#b" # c`, gives: [`auth_pass "a#b"`] },
  { row: "a backslash joins lines", text: "a \\\n  b\nc", gives: ["a b", "c"] },
  { row: "lines of three systems", text: "a\r\nb\rc\n", gives: ["a", "b", "c"] },
  {
    row: "parameters are replaced when they are used",
    text: "$A=10.2.${B}\n$B=0\n${A}.1\n$B=10\n${A}.1",
    gives: ["10.2.0.1", "10.2.10.1"],
  },
  {
    row: "a bare parameter ends at a blank",
    text: "$P=5\npriority $P\nx$P.y",
    gives: ["priority 5", "x$P.y"],
  },
  {
    row: "one that is not defined stays",
    text: "script ${HOME}/x $1",
    gives: ["script ${HOME}/x $1"],
  },
  { row: "a condition for this machine", text: "@r1 a\n@^r2 b", gives: ["a", "b"] },
  { row: "a condition in a parameter", text: "$IF=@r1\n$IF a", gives: ["a"] },
  {
    row: "a condition before a definition",
    text: "@r1 $A=1\n@r2 $A=2\na $A",
    gives: ["a 1", "@r2 $A=2"].toReversed(),
  },
  {
    row: "a definition of several lines",
    text: "$V= \\\na ${N} { \\\n@r1 b \\\n}\n$N=1\n$V\n$N=2\n$V",
    gives: ["a 1 {", "b", "}", "a 2 {", "b", "}"],
  },
  {
    row: "a sequence",
    text: "~SEQ(N, 0, 3) ip 10.0.${N}.1",
    gives: [0, 1, 2, 3].map((n) => `ip 10.0.${n}.1`),
  },
  { row: "a sequence with a step", text: "~SEQ(N,2,4,10) ${N}", gives: ["2", "6", "10"] },
  { row: "a sequence downwards", text: "~SEQ(N,3,1) ${N}", gives: ["3", "2", "1"] },
  { row: "a sequence with its end alone", text: "~SEQ(N,2) ${N}", gives: ["1", "2"] },
  {
    row: "a sequence in hexadecimal",
    text: "~SEQx(N,0x90,0x10,0xa0) :${N}:",
    gives: [":90:", ":a0:"],
  },
  {
    row: "sequences in each other",
    text: "~SEQ(A,1,2) ~SEQ(B,1,2) ${A}.${B}",
    gives: ["1.1", "1.2", "2.1", "2.2"],
  },
  { row: "a list", text: "~LST(A, x, y) ${A}", gives: ["x", "y"] },
  {
    row: "a list of pairs",
    text: "~LST({A, B}, {10,1},{20,4}) ${A}-${B}",
    gives: ["10-1", "20-4"],
  },
  { row: "the marks of comments by name", text: "a ${_HASH} ${_BANG}", gives: ["a # !"] },
  { row: "the name of the machine", text: "a ${_INSTANCE}", gives: ["a r1"] },
];

for (const { row, text, gives } of ROWS) {
  Deno.test(`expand(): ${row}`, () => assert.deepEqual(texts(text), gives));
}

Deno.test("expand() keeps a line that is for another machine, marked as such", () => {
  const { lines } = expand(optionsFor("a\n@r2 priority 5"));
  assert.deepEqual(lines.at(-1), {
    text: "@r2 priority 5",
    place: { file: "keepalived.conf", line: 2 },
    elsewhere: true,
  });
});

Deno.test("expand() reads what is included where it is included", () => {
  const { lines, troubles } = expand(
    optionsFor("a\ninclude b.conf\nc", { files: { "b.conf": "\nb" } }),
  );
  assert.deepEqual(lines.map(({ text, place }) => `${place.file}:${place.line} ${text}`), [
    "keepalived.conf:1 a",
    "b.conf:2 b",
    "keepalived.conf:3 c",
  ]);
  assert.deepEqual(troubles, []);
});

Deno.test("expand() says what cannot be included", () => {
  assert.deepEqual(troubles("include none"), ["include none: there is no such file"]);
});

const ENDLESS: readonly {
  row: string;
  text: string;
  files?: Record<string, string>;
  says: RegExp;
}[] = [
  {
    row: "files that include each other",
    text: "include a",
    files: { a: "include a" },
    says: /include each other/,
  },
  {
    row: "a definition that contains itself",
    text: "$A=x ${A}\n${A}",
    says: /contains itself|grows too long/,
  },
  { row: "lines that double", text: "$A= \\\n$A \\\n$A \\\n\n$A", says: /contains itself/ },
  { row: "a text that doubles", text: "$A=${A}${A}b\n${A}", says: /grows too long/ },
  { row: "sequences of sequences", text: "~SEQ(A,1,9999) ~SEQ(B,1,9999) x", says: /have no end/ },
  { row: "a line without end", text: "a".repeat(1e6), says: /too long/ },
];

for (const { row, says, ...rest } of ENDLESS) {
  Deno.test(`expand() comes to an end with ${row}`, () => {
    assert.match(troubles(rest.text, rest).join("\n"), says);
  });
}
