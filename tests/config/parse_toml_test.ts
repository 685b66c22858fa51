import assert from "node:assert/strict";
import { formatFault } from "../../src/config/fault.ts";
import { parseToml } from "../../src/config/parse_toml.ts";

Deno.test("parseToml() knows the line of every key: tables, inline tables, lists, dotted keys", () => {
  const document = parseToml(`debug = 1
[[vrouter]]
group = 1
timers = { advert = 1 }
vip = [
  "10.9.0.1",
  "10.9.0.2",
]
[[vrouter]]
timers.advert = 3
"odd key" = 1
`);
  assert.ok(document.ok);
  const { lines, value } = document.value;
  const expected = [
    [["debug"], 1],
    [["vrouter", 0], 2],
    [["vrouter", 0, "group"], 3],
    [["vrouter", 0, "timers", "advert"], 4],
    [["vrouter", 0, "vip"], 5],
    [["vrouter", 0, "vip", 1], 7],
    [["vrouter", 1], 9],
    [["vrouter", 1, "timers"], 10],
    [["vrouter", 1, "timers", "advert"], 10],
    [["vrouter", 1, "odd key"], 11],
    [["vrouter", 1, "missing"], 9],
    [["missing"], undefined],
  ] as const;
  for (const [path, line] of expected) assert.equal(lines.find(path), line, path.join("."));
  assert.deepEqual(value, {
    debug: 1,
    vrouter: [
      { group: 1, timers: { advert: 1 }, vip: ["10.9.0.1", "10.9.0.2"] },
      { timers: { advert: 3 }, "odd key": 1 },
    ],
  });
});

const BAD = [
  {
    why: "a key twice",
    text: "a = 1\n\na = 2",
    line: "f:3: the key a is given twice (keep one of them)",
  },
  {
    why: "a key twice in an inline table",
    text: "a = { b = 1, b = 2 }",
    line: "f:1: the key b is given twice (keep one of them)",
  },
  {
    why: "a table twice",
    text: "[a]\n[a]",
    line: "f:2: the key a is given twice (keep one of them)",
  },
  {
    why: "a table and a list of tables of one name",
    text: "[[a]]\n[a]",
    line: "f:2: the key a is given twice (keep one of them)",
  },
  {
    why: "no value",
    text: "a = 1\nb =",
    line: "f:2: is not TOML from column 4 on (a value is missing after =)",
  },
  {
    why: "an open text",
    text: 'a = "x',
    line: "f:1: is not TOML from column 7 on (the closing quote is missing)",
  },
  {
    why: "two keys in a line",
    text: "a = 1 b = 2",
    line: "f:1: is not TOML from column 7 on (one key = value a line)",
  },
  {
    why: "a text without quotes",
    text: "a = eth0",
    line: "f:1: is not TOML from column 5 on (one key = value a line; texts stand in quotes)",
  },
  {
    why: "a number with leading zeros",
    text: "a = 01",
    line: "f:1: is not TOML from column 5 on (numbers have no leading zeros)",
  },
] as const;

for (const { why, text, line } of BAD) {
  Deno.test(`parseToml() refuses ${why}, with its line`, () => {
    const document = parseToml(text);
    assert.ok(!document.ok);
    assert.equal(formatFault(document.error, "f"), line);
  });
}
