import assert from "node:assert/strict";
import { expandBraces, isWildcard, wildcard } from "../../src/convert/glob.ts";

const BRACES = [
  { pattern: "a.conf", gives: ["a.conf"] },
  { pattern: "{a,b}.conf", gives: ["a.conf", "b.conf"] },
  { pattern: "{foo/{,cat,dog},bar}", gives: ["foo/", "bar", "foo/cat", "bar", "foo/dog", "bar"] },
  { pattern: "a{b", gives: ["a{b"] },
];

for (const { pattern, gives } of BRACES) {
  Deno.test(`expandBraces() reads ${pattern}`, () => {
    assert.deepEqual(new Set(expandBraces(pattern)), new Set(gives));
  });
}

const PARTS = [
  { part: "*.conf", fits: ["a.conf", "a.b.conf"], not: ["a.conf~", ".a.conf", "aconf"] },
  { part: "v?.c", fits: ["v1.c"], not: ["v.c", "v12.c"] },
  { part: "[0-9]*", fits: ["1", "9x"], not: ["a1"] },
  { part: "[!a]b", fits: ["cb"], not: ["ab"] },
  { part: ".*", fits: [".a"], not: ["a"] },
  { part: "a+(b)|^$\\{}*", fits: ["a+(b)|^$\\{}c"], not: ["aab"] },
  { part: "[z-a]", fits: [], not: ["z", "b"] },
  { part: "[", fits: ["["], not: ["a"] },
];

for (const { part, fits, not } of PARTS) {
  Deno.test(`wildcard() reads ${part}`, () => {
    const matches = wildcard(part);
    assert.ok(isWildcard(part));
    assert.deepEqual([...fits, ...not].filter(matches), fits);
  });
}
