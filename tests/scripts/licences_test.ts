import assert from "node:assert/strict";
import { formatNotices, packagesOf } from "../../scripts/licences.ts";
import { RUNTIME_PARTS } from "../../scripts/licences/parts.ts";

const FOLDER = new URL("../../scripts/licences/", import.meta.url);

Deno.test("packagesOf() gives what the modules come from, with its dependencies, and no more", () => {
  const graph = {
    modules: [
      { kind: "esm" },
      { kind: "npm", npmPackage: "b@2.0.0" },
      { kind: "npm", npmPackage: "@a/a@1.0.0" },
    ],
    npmPackages: {
      "@a/a@1.0.0": { dependencies: ["b@2.0.0"] },
      "b@2.0.0": { dependencies: ["c@3.0.0"] },
      "c@3.0.0": { dependencies: ["b@2.0.0"] },
      "test-only@4.0.0": { dependencies: [] },
    },
  };
  assert.deepEqual(packagesOf(graph), ["@a/a@1.0.0", "b@2.0.0", "c@3.0.0"]);
});

Deno.test("formatNotices() gives each text under its title", () => {
  const text = formatNotices([{ title: "one", text: "\r\nfree\r\n\r\n" }, {
    title: "two",
    text: "2",
  }]);
  const rule = "=".repeat(80);
  assert.ok(text.endsWith(`${rule}\none\n${rule}\n\nfree\n\n${rule}\ntwo\n${rule}\n\n2\n`), text);
});

Deno.test("RUNTIME_PARTS uses every text in the folder once, and none that is missing", async () => {
  const names = await Array.fromAsync(Deno.readDir(FOLDER), ({ name }) => name);
  const texts = names.filter((name) => name.endsWith(".txt"));
  assert.deepEqual(RUNTIME_PARTS.map(({ file }) => file).toSorted(), texts.toSorted());
});
