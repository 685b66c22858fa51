import assert from "node:assert/strict";

const SCRIPT = new URL("../../scripts/layers.ts", import.meta.url).pathname;

async function run(root: string): Promise<{ code: number; out: string }> {
  const args = ["run", "--quiet", "--no-lock", "--no-config", `--allow-read=${root}`, SCRIPT, root];
  const { code, stdout } = await new Deno.Command(Deno.execPath(), { args, cwd: root }).output();
  return { code, out: new TextDecoder().decode(stdout) };
}

async function withTree(
  files: Readonly<Record<string, string>>,
  test: (root: string) => Promise<void>,
): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    for (const [path, text] of Object.entries(files)) {
      await Deno.mkdir(`${root}/${path.replace(/[^/]*$/, "")}`, { recursive: true });
      await Deno.writeTextFile(`${root}/${path}`, text);
    }
    await test(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("layers.ts prints every violation in every part and exits 1", async () => {
  const files = {
    "main.ts": `import "./src/wire/a.ts";`,
    "src/wire/deep/a.ts": "\nnew Date();",
    "src/wire/note.md": "new Date();",
    "scripts/a.ts": `// ${"X".repeat(3)}`,
  };
  await withTree(files, async (root) => {
    const { code, out } = await run(root);
    assert.equal(code, 1);
    assert.match(
      out,
      /^main\.ts:1: .*\nscripts\/a\.ts:1: .*\nsrc\/wire\/deep\/a\.ts:2: Date: .*\n$/,
    );
  });
});

Deno.test("layers.ts is silent and exits 0 where all is well", async () => {
  await withTree(
    { "src/wire/a.ts": `import "../base/b.ts";`, "src/base/b.ts": "" },
    async (root) => {
      assert.deepEqual(await run(root), { code: 0, out: "" });
    },
  );
});

Deno.test("layers.ts refuses a directory without sources", async () => {
  await withTree({}, async (root) => {
    const { code, out } = await run(root);
    assert.equal(code, 1);
    assert.match(out, /^No sources under/);
  });
});
