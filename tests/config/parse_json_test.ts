import assert from "node:assert/strict";
import { formatFault } from "../../src/config/fault.ts";
import { parseJson } from "../../src/config/parse_json.ts";

Deno.test("parseJson() knows the line of every key and element", () => {
  const document = parseJson(`{
  "vrouter": [
    { "group": 1,
      "timers": { "advert": 1 } },
    {
      "vip": ["10.9.0.1",
              "10.9.0.2"] }
  ]
}`);
  assert.ok(document.ok);
  const { lines } = document.value;
  const expected = [
    [["vrouter"], 2],
    [["vrouter", 0], 3],
    [["vrouter", 0, "group"], 3],
    [["vrouter", 0, "timers", "advert"], 4],
    [["vrouter", 1], 5],
    [["vrouter", 1, "vip"], 6],
    [["vrouter", 1, "vip", 1], 7],
    [["vrouter", 1, "missing"], 5],
  ] as const;
  for (const [path, line] of expected) assert.equal(lines.find(path), line, path.join("."));
});

Deno.test("parseJson() drops null from tables and keeps it in lists, where nothing can be absent", () => {
  const document = parseJson('{"a": null, "b": {"c": null}, "d": [null, 1]}');
  assert.ok(document.ok);
  assert.deepEqual(document.value.value, { b: {}, d: [null, 1] });
});

const BAD = [
  {
    why: "every key that is there twice, also one written with an escape",
    text: '{"a": [{"b": 1,\n"b": 2}],\n"\\u0061": 1}',
    lines: [
      "f:2: a[0].b: the key is given twice (keep one of them)",
      "f:3: a: the key is given twice (keep one of them)",
    ],
  },
  {
    why: "a comma after the last key",
    text: '{"a": 1,\n}',
    lines: [
      "f:2: is not JSON (a key in double quotes is expected; no comma stands after the last one)",
    ],
  },
  {
    why: "comments",
    text: "// x\n{}",
    lines: ["f:1: is not JSON (JSON has no comments; TOML has)"],
  },
  {
    why: "an open text",
    text: '{\n"a": "x\n}',
    lines: ["f:2: is not JSON (the closing quote is missing)"],
  },
  {
    why: "an open table",
    text: '{"a": 1',
    lines: ["f:1: is not JSON (a closing bracket is missing)"],
  },
  {
    why: "a missing colon",
    text: '{"a" 1}',
    lines: ["f:1: is not JSON (a colon is expected between key and value)"],
  },
  {
    why: "nothing at all",
    text: "",
    lines: ["f:1: is not JSON (a value is missing, or a text or key is without its double quotes)"],
  },
] as const;

for (const { why, text, lines } of BAD) {
  Deno.test(`parseJson() refuses ${why}`, () => {
    const document = parseJson(text);
    assert.ok(!document.ok);
    assert.deepEqual(document.error.map((fault) => formatFault(fault, "f")), lines);
  });
}
