import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { HELP as CLASSIC_HELP } from "../../src/cli/classic/options.ts";
import { HELP } from "../../src/cli/options.ts";
import { schemaText } from "../../src/cli/schema.ts";
import { attempt, type CommandResult } from "../support/command.ts";

const PROGRAMS = new URL("../../src/cli/programs.ts", import.meta.url).href;
const START = `
  import { runProgram } from ${JSON.stringify(PROGRAMS)};
  const [startedAs, ...args] = Deno.args;
  Deno.exit(await runProgram({ startedAs, args }));
`;

/** Runs what a binary called `startedAs` would run, from the sources. */
async function call(startedAs: string, ...args: string[]): Promise<CommandResult> {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, START);
    const config = fileURLToPath(new URL("../../deno.json", import.meta.url));
    const run = ["run", "--config", config, "--no-check", "--no-lock", "--quiet", "--allow-all"];
    return await attempt([Deno.execPath(), ...run, file, startedAs, ...args]);
  } finally {
    await Deno.remove(file);
  }
}

for (const startedAs of ["rvrrpd", "./rvrrpd", "/usr/sbin/rvrrpd", "rvrrpd-aarch64", "deno"]) {
  Deno.test(`runProgram() is rvrrpd where it was started as ${startedAs}`, async () => {
    assert.deepEqual(await call(startedAs, "--help"), {
      code: 0,
      stdout: `${HELP}\n`,
      stderr: "",
    });
  });
}

const NOWHERE = ["--socket", "/nowhere/rvrrpd.sock"];
const TALKING = [
  { startedAs: "./rvrrpd", name: "status", words: ["--json", "--watch"] },
  { startedAs: "rvrrpd", name: "events", words: [] },
  { startedAs: "rvrrpd", name: "set", words: ["1/eth0", "priority=120"] },
  { startedAs: "rvrrpd", name: "force", words: ["1/eth0", "master"] },
  { startedAs: "rvrrpd", name: "reload", words: [] },
  { startedAs: "rvrrpd", name: "stop", words: [] },
];

for (const { startedAs, name, words } of TALKING) {
  Deno.test(`${startedAs} ${[name, ...words].join(" ")} says in one line that no daemon answers`, async () => {
    const { code, stdout, stderr } = await call(startedAs, name, ...NOWHERE, ...words);
    const begin =
      `rvrrpd ${name}: No daemon answers at /nowhere/rvrrpd\\.sock: there is no such socket `;
    assert.match(stderr, new RegExp(`^${begin}[^\\n]*\\n$`));
    assert.deepEqual({ code, stdout }, { code: 4, stdout: "" });
  });
}

Deno.test("rvrrpd schema prints the schema", async () => {
  assert.deepEqual(await call("rvrrpd", "schema"), { code: 0, stdout: schemaText(), stderr: "" });
});

Deno.test("rvrrpd schema refuses an argument and says so in one line", async () => {
  const { code, stdout, stderr } = await call("rvrrpd", "schema", "--pretty");
  assert.deepEqual({ code, stdout }, { code: 1, stdout: "" });
  assert.equal(stderr, 'rvrrpd schema: Unknown argument "--pretty": it takes none\n');
});

Deno.test("a word that is no sub-command is a wrong argument of rvrrpd", async () => {
  const { code, stderr } = await call("rvrrpd", "schemas");
  assert.match(stderr, /^rvrrpd: Unknown argument "schemas"[^\n]*\n$/);
  assert.equal(code, 1);
});

for (
  const { startedAs, args, row } of [
    { startedAs: "/usr/bin/vrrpd", args: ["-v", "1", "10.0.0.1"], row: "by its path" },
    { startedAs: "vrrpd", args: ["-v", "1", "schema"], row: "by its name, which goes first" },
    { startedAs: "rvrrpd", args: ["vrrpd", "-v", "1", "10.0.0.1"], row: "by the first argument" },
  ]
) {
  Deno.test(`runProgram() runs vrrpd ${row}`, async () => {
    const { code, stdout, stderr } = await call(startedAs, ...args);
    assert.match(stderr, /^vrrpd: -i is missing/m);
    assert.deepEqual({ code, stdout }, { code: 1, stdout: "" });
  });
}

for (const startedAs of ["vrrpd", "/usr/bin/vrrpd"]) {
  Deno.test(`${startedAs} -h prints its help, and without an argument to standard error`, async () => {
    const help = `${CLASSIC_HELP}\n`;
    assert.deepEqual(await call(startedAs, "-h"), { code: 0, stdout: help, stderr: "" });
    assert.deepEqual(await call(startedAs), { code: 1, stdout: "", stderr: help });
  });
}
