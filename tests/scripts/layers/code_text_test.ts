import assert from "node:assert/strict";
import fc from "fast-check";
import { splitCode } from "../../../scripts/layers/code_text.ts";

const CASES = [
  { what: "a line comment ends with its line", source: "a // b\nc", code: "a     \nc" },
  { what: "a block comment keeps its line ends", source: "a /* b\nc */ d", code: "a     \n     d" },
  { what: "quotes stay, what they hold goes", source: `f("a", 'b')`, code: `f(" ", ' ')` },
  { what: "an escaped quote ends nothing", source: String.raw`"a\"b" + c`, code: `"    " + c` },
  { what: "slashes in a string are no comment", source: `"//" + a`, code: `"  " + a` },
  { what: "a quote in a comment opens nothing", source: `// don't\na`, code: "        \na" },
  { what: "a template keeps its code", source: "`a ${b} c` + d", code: "`   {b}  ` + d" },
  {
    what: "braces inside a template's code are its own",
    source: "`${f({ a })} b`; c",
    code: "` {f({ a })}  `; c",
  },
  { what: "a template may hold another", source: "`${`a${b}`} c`", code: "` {`  {b}`}  `" },
  {
    what: "a regular expression may hold quotes",
    source: `a = /["/]/g; b`,
    code: `a = /     g; b`,
  },
  { what: "a slash after a value divides", source: `a / b / "c"`, code: `a / b / " "` },
  { what: "a slash after return does not", source: `return /"/;`, code: "return / /;" },
];

for (const { what, source, code } of CASES) {
  Deno.test(`splitCode(): ${what}`, () => assert.equal(splitCode(source).code, code));
}

Deno.test("splitCode() gives comments where they were", () => {
  assert.equal(splitCode(`a("b"); // c\nd /* e */`).comments, `        // c\n  /* e */`);
});

Deno.test("splitCode() keeps the length and the line ends of any text", () => {
  const text = fc.string({ unit: fc.constantFrom(..."ab/*\"'`${}\\\n ") });
  fc.assert(fc.property(text, (source) => {
    const { code, comments } = splitCode(source);
    const lineEnds = (part: string) => part.replaceAll(/[^\n]/g, " ");
    assert.equal(lineEnds(code), lineEnds(source));
    assert.equal(lineEnds(comments), lineEnds(source));
  }));
});
