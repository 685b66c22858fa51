import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import metadata from "../../deno.json" with { type: "json" };
import { HELP } from "../../src/cli/options.ts";
import { attempt, type CommandResult } from "../support/command.ts";

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));
const ROUTER = '[[vrouter]]\ngroup = 1\ninterface = "eth0"\nvip = "10.9.0.100"\n';

/** The program from its sources: no build and no privilege is needed for what is asked here. */
function rvrrpd(...args: string[]): Promise<CommandResult> {
  const run = ["run", "--no-check", "--no-lock", "--quiet", "--allow-all"];
  return attempt([Deno.execPath(), ...run, MAIN, ...args]);
}

/** Runs `use` with a configuration file of this text that only its owner can read. */
async function withFile<T>(text: string, use: (path: string) => Promise<T>): Promise<T> {
  const directory = await Deno.makeTempDir();
  try {
    const path = `${directory}/rvrrpd.conf`;
    await Deno.writeTextFile(path, text, { mode: 0o600 });
    return await use(path);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("rvrrpd without arguments puts its help on stderr and exits with 1", async () => {
  assert.deepEqual(await rvrrpd(), { code: 1, stdout: "", stderr: `${HELP}\n` });
});

Deno.test("--help goes before everything else, to stdout", async () => {
  const nothing = { code: 0, stdout: `${HELP}\n`, stderr: "" };
  assert.deepEqual(await rvrrpd("--help", "-t", "-V", "-c", "/nonexistent"), nothing);
});

Deno.test("--version gives the version of deno.json, the runtime's and the target", async () => {
  const { version, build } = Deno;
  assert.deepEqual(await rvrrpd("-V", "-m1"), {
    code: 0,
    stdout: `rvrrpd ${metadata.version} (Deno ${version.deno}, ${build.target})\n`,
    stderr: "",
  });
});

Deno.test("--check says that a right file has no errors", async () => {
  await withFile(ROUTER, async (path) => {
    const expected = { code: 0, stdout: `${path}: no errors\n`, stderr: "" };
    assert.deepEqual(await rvrrpd("-t", "-c", path), expected);
  });
});

Deno.test("--check takes an unknown key for an error and names the nearest one", async () => {
  await withFile(`${ROUTER}prioritiy = 200\n`, async (path) => {
    const { code, stdout, stderr } = await rvrrpd("-t", "-c", path);
    assert.deepEqual({ code, stdout }, { code: 1, stdout: "" });
    assert.match(stderr, /^\S+:5:.*prioritiy.*priority/);
    assert.equal(stderr.split("\n").length, 2);
  });
});

Deno.test("--check warns of what has no effect and still exits with 0", async () => {
  await withFile(`${ROUTER}vifname = "standby"\n`, async (path) => {
    const { code, stderr } = await rvrrpd("-t", "-c", path);
    assert.match(stderr, /^[^\n]*warning[^\n]*vifname[^\n]*\n$/);
    assert.equal(code, 0);
  });
});

Deno.test("-m1 tells every fault of its file before it asks for any privilege", async () => {
  await withFile(`${ROUTER}priority = 300\nversion = 4\n`, async (path) => {
    const { code, stdout, stderr } = await rvrrpd("-m1", "-c", path);
    assert.deepEqual({ code, stdout }, { code: 1, stdout: "" });
    assert.deepEqual(
      stderr.trimEnd().split("\n").map((line) => /:(\d+):/.exec(line)?.[1]),
      ["5", "6"],
    );
  });
});
