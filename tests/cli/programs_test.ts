import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
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

const NAMES = [
  { startedAs: "/usr/bin/rvrrpd-pw", args: [], name: "rvrrpd-pw", row: "by its path" },
  { startedAs: "vrrpd", args: ["-i", "eth0"], name: "vrrpd", row: "by its name alone" },
  { startedAs: "vrrpd", args: ["schema"], name: "vrrpd", row: "by its name, which goes first" },
  { startedAs: "rvrrpd", args: ["pw"], name: "rvrrpd pw", row: "by the first argument" },
  { startedAs: "./rvrrpd", args: ["status", "--json"], name: "rvrrpd status", row: "with options" },
];

for (const { startedAs, args, name, row } of NAMES) {
  Deno.test(`runProgram() runs ${name} ${row}`, async () => {
    const { code, stderr } = await call(startedAs, ...args);
    assert.match(stderr, new RegExp(`^${name}: Not in this version [^\\n]*\\n$`));
    assert.equal(code, 1);
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
