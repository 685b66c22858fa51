import assert from "node:assert/strict";
import fc from "fast-check";
import { splitWords } from "../../src/config/words.ts";

const GOOD: readonly { readonly text: string; readonly words: readonly string[] }[] = [
  { text: "", words: [] },
  { text: "  \t\n ", words: [] },
  { text: " a  b\tc\n", words: ["a", "b", "c"] },
  { text: "a 'b c' \"d e\"", words: ["a", "b c", "d e"] },
  { text: "a '' \"\"", words: ["a", "", ""] },
  { text: "a'b'\"c\"d", words: ["abcd"] },
  { text: 'a\\ b \'c\\d\' "e\\"f" \\\\', words: ["a b", "c\\d", 'e"f', "\\"] },
  {
    text: "echo $HOME `id` $(id) *.txt ~ a;b|c>d&",
    words: ["echo", "$HOME", "`id`", "$(id)", "*.txt", "~", "a;b|c>d&"],
  },
];

for (const { text, words } of GOOD) {
  Deno.test(`splitWords() splits ${JSON.stringify(text)}`, () => {
    assert.deepEqual(splitWords(text), { ok: true, value: words });
  });
}

Deno.test("splitWords() refuses quotes and backslashes that stay open", () => {
  for (const text of ["'a", 'a "b', "a 'b\" c", '"a\\"']) {
    assert.deepEqual(
      splitWords(text),
      { ok: false, error: "has a quote that is not closed" },
      text,
    );
  }
  assert.deepEqual(splitWords("a\\"), { ok: false, error: "ends in a backslash" });
});

Deno.test("splitWords() gives back any words that were put in single quotes", () => {
  const word = fc.string().filter((text) => !text.includes("'"));
  fc.assert(fc.property(fc.array(word), (words) => {
    assert.deepEqual(splitWords(words.map((text) => `'${text}'`).join(" ")), {
      ok: true,
      value: words,
    });
  }));
});
