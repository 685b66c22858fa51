import assert from "node:assert/strict";
import { includedFiles } from "../../src/cli/include.ts";

Deno.test("includedFiles() finds files beside the one that includes them, in order", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/d/e`, { recursive: true });
    for (const name of ["b.conf", "a.conf", "d/1.conf", "d/e/2.conf"]) {
      await Deno.writeTextFile(`${folder}/${name}`, "");
    }
    const found = (pattern: string) =>
      includedFiles(pattern, `${folder}/main.conf`).map((path) => path.slice(folder.length + 1));
    assert.deepEqual(found("*.conf"), ["a.conf", "b.conf"]);
    assert.deepEqual(found("d/1.conf"), ["d/1.conf"]);
    assert.deepEqual(found("{b,a}.conf"), ["b.conf", "a.conf"]);
    assert.deepEqual(found("?/e/*.conf"), ["d/e/2.conf"]);
    assert.deepEqual(found(`${folder}/d/*.conf`), ["d/1.conf"]);
    assert.deepEqual(found("../none/*.conf"), []);
    assert.deepEqual(found("none.conf"), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
