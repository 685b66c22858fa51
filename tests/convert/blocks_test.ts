import assert from "node:assert/strict";
import { parseBlocks, type Statement } from "../../src/convert/blocks.ts";
import { expand } from "../../src/convert/expand.ts";
import { splitCommand } from "../../src/convert/words.ts";
import { optionsFor } from "./support.ts";

type Shape = string | readonly [string, readonly Shape[]];

function shape({ words, block }: Statement): Shape {
  const line = words.join("|");
  return block === undefined ? line : [line, block.map(shape)];
}

function parse(text: string) {
  return parseBlocks(expand(optionsFor(text)).lines);
}

const ROWS: readonly { row: string; text: string; gives: readonly Shape[] }[] = [
  { row: "a brace on the line", text: "a b {\nc\n}", gives: [["a|b", ["c"]]] },
  { row: "a brace on the next line", text: "a b\n{\nc\n}", gives: [["a|b", ["c"]]] },
  { row: "a block on one line", text: "a { b c }\nd", gives: [["a", ["b|c"]], "d"] },
  { row: "braces without blanks", text: "a{\nb{ c }\n}", gives: [["a", [["b", ["c"]]]]] },
  { row: "a closing brace behind a value", text: "a { b\nc }", gives: [["a", ["b", "c"]]] },
  { row: "an empty block", text: "a { }", gives: [["a", []]] },
  { row: "a block without a keyword", text: "{ a }", gives: [["", ["a"]]] },
  { row: "braces in quotes are text", text: `a "{" '}'`, gives: ["a|{|}"] },
  { row: "braces of a parameter are text", text: "a ${X}", gives: ["a|${X}"] },
  { row: "quotes keep blanks", text: `a "b c" d'e f'g`, gives: ["a|b c|de fg"] },
  { row: "a quote that is not closed is text", text: `a "b c`, gives: [`a|"b|c`] },
];

for (const { row, text, gives } of ROWS) {
  Deno.test(`parseBlocks(): ${row}`, () => {
    const parsed = parse(text);
    assert.ok(parsed.ok);
    assert.deepEqual(parsed.value.map(shape), gives);
  });
}

const BROKEN = [
  { row: "the line of a } too many", text: "a {\n}\n\n}", line: 4, says: /closes no block/ },
  {
    row: "the line of a { that is not closed",
    text: "a\nb c {\nd {\n}\n",
    line: 2,
    says: /"b c" is not closed/,
  },
  { row: "blocks that are too deep", text: "a {\n".repeat(200), line: 101, says: /100 deep/ },
];

for (const { row, text, line, says } of BROKEN) {
  Deno.test(`parseBlocks() names ${row}`, () => {
    const parsed = parse(text);
    assert.ok(!parsed.ok);
    assert.equal(parsed.error.place.line, line);
    assert.match(parsed.error.text, says);
  });
}

const COMMANDS = [
  { row: "blanks part words", text: "/bin/a b  c", words: ["/bin/a", "b", "c"] },
  { row: "quotes keep blanks", text: `/bin/a 'b c' "d e"`, words: ["/bin/a", "b c", "d e"] },
  {
    row: "escapes in and out of quotes",
    text: String.raw`/bin/a\x20b '\x69\tj' \"k`,
    words: ["/bin/a b", "i\tj", '"k'],
  },
  { row: "octal escapes", text: String.raw`a\101`, words: ["aA"] },
];

for (const { row, text, words } of COMMANDS) {
  Deno.test(`splitCommand(): ${row}`, () => assert.deepEqual(splitCommand(text), words));
}
