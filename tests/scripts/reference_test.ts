import assert from "node:assert/strict";
import { referenceText, withReference } from "../../scripts/reference.ts";
import { schemaText } from "../../src/cli/schema.ts";

const ROOT = new URL("../../", import.meta.url);

Deno.test("the README's reference of all keys is that of the schema (else: scripts/schema.ts)", async () => {
  const readme = await Deno.readTextFile(new URL("README.md", ROOT));
  assert.equal(withReference(readme), readme);
});

Deno.test("conf/rvrrpd.schema.json is the schema's text (else: scripts/schema.ts)", async () => {
  const text = await Deno.readTextFile(new URL("conf/rvrrpd.schema.json", ROOT));
  assert.equal(schemaText(), text);
});

Deno.test("withReference() replaces the old reference and nothing else", () => {
  const readme = "# a\n\n### All keys\n\nold\n\n## API\n\n### All the rest\n";
  assert.equal(
    withReference(readme),
    `# a\n\n${referenceText()}\n## API\n\n### All the rest\n`,
  );
});

Deno.test("withReference() refuses a text that has no place for it", () => {
  assert.throws(() => withReference("# a\n"), /^Error: Cannot place the reference: /);
});

/** A key of the published schema, with where it stands. */
interface Key {
  readonly path: string;
  readonly schema: JsonTable;
}

interface JsonTable {
  readonly properties?: Readonly<Record<string, JsonTable>>;
  readonly items?: JsonTable;
  readonly description?: string;
}

function keysOf(table: JsonTable, prefix = ""): Key[] {
  return Object.entries(table.properties ?? {}).flatMap(([name, schema]) => {
    const path = `${prefix}${name}`;
    return [
      { path, schema },
      ...keysOf(schema, `${path}.`),
      ...keysOf(schema.items ?? {}, `${path}.`),
    ];
  });
}

Deno.test("every key of the schema, nested ones too, has a sentence of help and a row", () => {
  const keys = keysOf(JSON.parse(schemaText()));
  const reference = referenceText();
  assert.ok(keys.length > 80, String(keys.length));
  for (const { path, schema } of keys) {
    assert.match(schema.description ?? "", /\.$/, path);
    const key = path.replace(/^(?:vrouter|protocols\.static|protocols|api)\.?/, "");
    if (key === "" || path === "protocols.static") continue;
    assert.ok(reference.includes(`\n| \`${key}\` `), path);
  }
});
