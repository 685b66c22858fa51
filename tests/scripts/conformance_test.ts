import assert from "node:assert/strict";

const ROOT = new URL("../../", import.meta.url).pathname;
const SCRIPT = `${ROOT}scripts/conformance.ts`;
const TABLE = "tests/conformance/README.md";

/** Runs the script in a directory that has these tests and nothing else. */
async function run(
  tests: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<{ code: number; out: string; table: string }> {
  const directory = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${directory}/tests/conformance`, { recursive: true });
    await Deno.mkdir(`${directory}/tests/scripts`);
    for (const [path, text] of Object.entries(tests)) {
      await Deno.writeTextFile(`${directory}/tests/${path}`, text);
    }
    const options = ["--quiet", "--no-lock", "--no-config", "--allow-read", "--allow-write"];
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", ...options, SCRIPT, ...args],
      cwd: directory,
    }).output();
    const table = await Deno.readTextFile(`${directory}/${TABLE}`).catch(() => "");
    return { code, out: new TextDecoder().decode(stdout), table };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

const MARKED = `Deno.test("it does [B9 demands]", () => {});`;

Deno.test("conformance.ts writes the table and names what has no test", async () => {
  const { code, out, table } = await run({ "conformance/a_test.ts": MARKED });
  assert.equal(code, 1);
  assert.match(out, /^B9: no test is marked \[B9 forbids\]$/m);
  assert.doesNotMatch(out, /\[B9 demands\]/);
  assert.match(table, /\| B9 \|.*\[it does\]\(\.\.\/conformance\/a_test\.ts\)/);
});

Deno.test("conformance.ts --check writes nothing and names a table that is not up to date", async () => {
  const { code, out, table } = await run({}, "--check");
  assert.equal(code, 1);
  assert.match(
    out,
    /^tests\/conformance\/README\.md is not up to date: run scripts\/conformance\.ts$/m,
  );
  assert.equal(table, "");
});

Deno.test("conformance.ts names misplaced marks, and passes over the tests of scripts", async () => {
  const { out, table } = await run({
    "a_test.ts": `const text = "it does [B9 demands]";`,
    "scripts/b_test.ts": MARKED,
  });
  assert.match(out, /^tests\/a_test\.ts:1: \[B9 demands\] is in no test's name$/m);
  assert.doesNotMatch(table, /it does/);
});
