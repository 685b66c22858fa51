import assert from "node:assert/strict";
import { KindGuard, type TSchema } from "@sinclair/typebox";
import fc from "fast-check";
import type { TomlTable } from "../../src/base/toml.ts";
import { readDocument } from "../../src/config/load.ts";
import { ConfigSchema } from "../../src/config/schema.ts";
import { writeToml } from "../../src/config/write_toml.ts";

function reread(text: string): unknown {
  const document = readDocument({ text, fileName: "rvrrpd.conf", format: "toml" });
  assert.ok(document.ok, `${JSON.stringify(document)}\n${text}`);
  return document.value.value;
}

Deno.test("writeToml() writes keys, then tables, and lists of tables one by one", () => {
  const text = writeToml({
    vrouter: [
      {
        group: 1,
        vip: ["10.9.0.1"],
        timers: { advert: 1 },
        routes: [{ route: "0.0.0.0/0", nh: "::" }],
      },
      { group: 2 },
    ],
    debug: 2,
    protocols: { static: [{ route: "10.0.0.0/8" }] },
    api: { users: [] },
  });
  assert.equal(
    text,
    `debug = 2

[[vrouter]]
group = 1
vip = ["10.9.0.1"]
timers = { advert = 1 }
routes = [{ route = "0.0.0.0/0", nh = "::" }]

[[vrouter]]
group = 2

[[protocols.static]]
route = "10.0.0.0/8"

[api]
users = []
`,
  );
});

const ODD: readonly TomlTable[] = [
  {},
  { vrouter: [], protocols: {} },
  { protocols: { static: [] }, api: { users: [], other: [{ a: 1 }] } },
  { "a b": 1, "": { "c.d": [{ "\u007f": "x" }] }, 'q"': '\\"' },
  { list: [[1, 2], [], ["x"]], deep: { deeper: { deepest: {} } } },
  { mixed: [1, "a", { b: true }], far: [0.1, 1e21, 1e-7, -3] },
  { long: Array.from({ length: 60 }, (_, index) => `10.9.0.${index}`) },
];

for (const table of ODD) {
  Deno.test(`writeToml() loses nothing of ${JSON.stringify(table).slice(0, 60)}`, () => {
    assert.deepEqual(reread(writeToml(table)), table);
  });
}

/** Values of the right kind for every key there is, right or not: only the writing is looked at. */
function valuesOf(schema: TSchema): fc.Arbitrary<unknown> {
  if (KindGuard.IsObject(schema)) {
    return fc.record(
      Object.fromEntries(
        Object.entries(schema.properties).map(([key, one]) => [key, valuesOf(one)]),
      ),
      { requiredKeys: [], noNullPrototype: true },
    );
  }
  if (KindGuard.IsArray(schema)) return fc.array(valuesOf(schema.items), { maxLength: 4 });
  if (KindGuard.IsUnion(schema)) return fc.oneof(...schema.anyOf.map(valuesOf));
  if (KindGuard.IsLiteral(schema)) return fc.constant(schema.const);
  if (KindGuard.IsBoolean(schema)) return fc.boolean();
  if (KindGuard.IsInteger(schema)) return fc.integer();
  if (KindGuard.IsNumber(schema)) {
    return fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
  }
  return fc.string({ unit: "binary" }).map((text) => text.toWellFormed());
}

Deno.test("what writeToml() writes of any configuration reads as that configuration", () => {
  fc.assert(fc.property(valuesOf(ConfigSchema), (config) => {
    assert.deepEqual(reread(writeToml(config as TomlTable)), config);
  }));
});
