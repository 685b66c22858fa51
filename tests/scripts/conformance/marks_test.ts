import assert from "node:assert/strict";
import { marksIn } from "../../../scripts/conformance/marks.ts";

const PATH = "tests/vrrp/a_test.ts";

const FOUND: readonly {
  readonly what: string;
  readonly source: string;
  readonly titles: readonly (readonly [id: string, polarity: string, title: string])[];
}[] = [
  {
    what: "a name between quotes",
    source: `Deno.test("step() waits [B9 demands]", () => {});`,
    titles: [["B9", "demands", "step() waits"]],
  },
  {
    what: "a name on a line of its own",
    source: `Deno.test(\n  "step() waits [B9 forbids]",\n  () => {});`,
    titles: [["B9", "forbids", "step() waits"]],
  },
  {
    what: "several marks of one name",
    source: `Deno.test("step() waits [B9 demands] [W2a forbids]", () => {});`,
    titles: [["B9", "demands", "step() waits"], ["W2a", "forbids", "step() waits"]],
  },
  {
    what: "a name that holds expressions",
    source: "for (const why of [1]) Deno.test(`step() ${why} waits for ${why} [B9 demands]`);",
    titles: [["B9", "demands", "step() ${why} waits for ${why}"]],
  },
  {
    what: "the name of a step",
    source: `await t.step("waits [B9 demands]", () => {});`,
    titles: [["B9", "demands", "waits"]],
  },
  {
    what: "a row that becomes a part of names",
    source: 'const ROWS = [{ why: "waits [B9 demands]" }];\nDeno.test(`${n}: it ${row.why}`, f);',
    titles: [["B9", "demands", "${n}: it waits"]],
  },
  {
    what: "a row that becomes a part of several names",
    source: 'const ROWS = [{ why: "it waits [B9 demands]" }];\nDeno.test(`a ${why}`, f);' +
      "\nDeno.test(`b ${why}`, f);",
    titles: [["B9", "demands", "it waits"]],
  },
  {
    what: "a row that is a whole name",
    source: `const ROWS = [{ name: "waits [B9 demands]" }];\nDeno.test(row.name, f);`,
    titles: [["B9", "demands", "waits"]],
  },
];

for (const { what, source, titles } of FOUND) {
  Deno.test(`marksIn() finds ${what}`, () => {
    const { marks, faults } = marksIn(PATH, source);
    assert.deepEqual(faults, []);
    assert.deepEqual(marks.map(({ id, polarity, title }) => [id, polarity, title]), titles);
    assert.ok(marks.every(({ path }) => path === PATH));
  });
}

const REFUSED = [
  {
    what: "a text that is in no name",
    source: `const text = "[B9 demands]";\nDeno.test("a", f);`,
  },
  {
    what: "a row that is in no name",
    source: 'const ROWS = [{ what: "waits [B9 demands]" }];\nDeno.test(`step() ${row.why}`, f);',
  },
  { what: "a mark before the end", source: `Deno.test("step() [B9 demands] waits", f);` },
  {
    what: "a mark before an expression",
    source: "Deno.test(`step() [B9 demands] ${why}`, f);",
  },
  { what: "a name that is a mark alone", source: `Deno.test("[B9 demands]", f);` },
  { what: "another word than the two", source: `Deno.test("step() waits [B9 demand]", f);` },
  { what: "two ids in one mark", source: `Deno.test("step() waits [B9 B10 demands]", f);` },
];

for (const { what, source } of REFUSED) {
  Deno.test(`marksIn() names ${what} with its line`, () => {
    const { marks, faults } = marksIn(PATH, `\n${source}`);
    assert.deepEqual(marks, []);
    assert.equal(faults.length, 1);
    assert.match(faults[0] ?? "", /^tests\/vrrp\/a_test\.ts:2: \[B9 /);
  });
}

Deno.test("marksIn() passes over comments and code", () => {
  const source = `// [B9 demands]\n/* [B9 forbids] */\nconst a = b[B9];\nDeno.test("a", f);`;
  assert.deepEqual(marksIn(PATH, source), { marks: [], faults: [] });
});
