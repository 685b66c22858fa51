import assert from "node:assert/strict";
import { formatFault } from "../../src/config/fault.ts";
import { loadConfig } from "../../src/config/load.ts";

const README = Deno.readTextFileSync(new URL("../../README.md", import.meta.url));

/** The examples that are whole configurations, with the line that each begins at. */
const EXAMPLES = Array.from(
  README.matchAll(/^```toml\n(.*?)^```$/gms),
  ({ 1: text = "", index }) => ({
    text,
    line: README.slice(0, index).split("\n").length + 1,
  }),
).filter(({ text }) => text.includes("[[vrouter]]") && !text.includes("…"));

for (const { text, line } of EXAMPLES) {
  Deno.test(`the README's example from line ${line} on is a right configuration`, () => {
    const { faults, warnings } = loadConfig({ text, fileName: "README.toml" });
    assert.deepEqual(faults.map((fault) => formatFault(fault, "README.toml")), []);
    assert.deepEqual(warnings.filter(({ unknownKey }) => unknownKey), []);
  });
}

Deno.test("the README has examples of version 2 and of version 3", () => {
  const routers = EXAMPLES.flatMap(({ text }) =>
    loadConfig({ text, fileName: "README.toml" }).config?.routers ?? []
  );
  const kinds = new Set(routers.map(({ protocol: { version, family } }) => `${version}/${family}`));
  assert.deepEqual(Array.from(kinds).toSorted(), ["2/4", "3/4", "3/6"]);
});
