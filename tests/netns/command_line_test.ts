import assert from "node:assert/strict";
import { attempt, type CommandResult } from "../support/command.ts";
import { machineState } from "../support/machine_state.ts";
import { RVRRPD, writeConfig } from "../support/rvrrpd.ts";
import type { TomlTable } from "../support/toml.ts";
import { World } from "../support/world.ts";

const ROUTER = { group: 1, vip: "10.9.0.100/24" };

function rvrrpd(...args: string[]): Promise<CommandResult> {
  return attempt([RVRRPD, ...args]);
}

Deno.test("--version names the version, the runtime and the target", async () => {
  for (const option of ["-V", "--version"]) {
    const { code, stdout, stderr } = await rvrrpd(option);
    assert.match(stdout, /rvrrpd \d+\.\d+\.\d+.*2\.7\.11.*(x86_64|aarch64)/s);
    assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  }
});

Deno.test("--help goes to stdout and lists the options", async () => {
  for (const option of ["-h", "--help"]) {
    const { code, stdout, stderr } = await rvrrpd(option);
    for (const known of ["--version", "--mode", "--conf", "--check"]) {
      assert.ok(stdout.includes(known), known);
    }
    assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  }
});

const MISUSE = [
  { args: [], said: /--help|usage/i, row: "no argument at all" },
  { args: ["--colour"], said: /--colour/, row: "an unknown option" },
  { args: ["-m1", "surplus"], said: /surplus/, row: "a word too many" },
  { args: ["-m7"], said: /7/, row: "a mode that does not exist" },
  { args: ["-c", "/dev/null"], said: /-m|--mode/, row: "no mode" },
  { args: ["-m1", "-c"], said: /-c|--conf/, row: "an option without its value" },
  { args: ["-m1", "-c", "/nonexistent.conf"], said: /\/nonexistent\.conf/, row: "no such file" },
];

for (const { args, said, row } of MISUSE) {
  Deno.test(`rvrrpd exits with 1 and says why: ${row}`, async () => {
    const { code, stdout, stderr } = await rvrrpd(...args);
    assert.match(stderr, said);
    assert.doesNotMatch(stderr, /^\s+at /m, "a stack trace");
    assert.deepEqual({ code, stdout }, { code: 1, stdout: "" });
  });
}

const WRONG: readonly TomlTable[] = [
  { group: 0, vip: "10.9.0.100", auth_type: "rfc2338-simple", auth_secret: "banana77" },
  { group: 2, vip: "10.9.0.300" },
  { group: 3, vip: "10.9.0.103", priority: 300 },
];

for (const mode of ["--check", "-m1"]) {
  Deno.test(`${mode} with a wrong configuration names every fault with its line and exits with 1`, async () => {
    await using world = await World.create();
    const before = await machineState(world, "r1");
    const file = await writeConfig({ world, machine: "r1", routers: WRONG });
    const files = await filesIn(world.directory);
    const { code, stdout, stderr } = await attempt(inR1(world, RVRRPD, mode, "-c", file));
    const said = stdout + stderr;
    for (const key of ["vrouter[0].group", "vrouter[1].vip", "vrouter[2].priority"]) {
      assert.match(said, new RegExp(`:\\d+:.*${RegExp.escape(key)}`), key);
    }
    assert.equal(code, 1);
    assert.ok(!said.includes("banana77"), "the secret was printed");
    assert.deepEqual(await machineState(world, "r1"), before);
    assert.deepEqual(await filesIn(world.directory), files);
  });
}

Deno.test("--check accepts a right configuration and opens nothing", async () => {
  await using world = await World.create();
  const before = await machineState(world, "r1");
  const file = await writeConfig({ world, machine: "r1", routers: [ROUTER] });
  const files = await filesIn(world.directory);
  const { code, stderr } = await attempt(inR1(world, RVRRPD, "--check", "-c", file));
  assert.deepEqual({ code, faults: faultsIn(stderr) }, { code: 0, faults: [] });
  assert.deepEqual(await machineState(world, "r1"), before);
  assert.deepEqual(await filesIn(world.directory), files);
});

Deno.test("-m1 without the capabilities it needs says so in one line and exits with 2", async () => {
  await using world = await World.create();
  const before = await machineState(world, "r1");
  const file = await writeConfig({ world, machine: "r1", routers: [ROUTER] });
  // The checkout may lie where only root may look: an unprivileged user gets a copy of its own.
  const program = world.path("rvrrpd");
  await Deno.copyFile(RVRRPD, program);
  for (const path of [world.directory, program]) await Deno.chmod(path, 0o755);
  await Deno.chmod(file, 0o644);
  const nobody = ["--reuid=65534", "--regid=65534", "--clear-groups"];
  const argv = inR1(world, "setpriv", ...nobody, program, "-m1", "-c", file);
  const { code, stderr } = await attempt(argv);
  assert.match(stderr, /^[^\n]*(CAP_NET_|root)[^\n]*\n$/);
  assert.equal(code, 2);
  assert.deepEqual(await machineState(world, "r1"), before);
});

function inR1(world: World, ...argv: string[]): [string, ...string[]] {
  return ["ip", "netns", "exec", world.namespace("r1"), ...argv];
}

async function filesIn(directory: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(directory));
  return entries.map(({ name }) => name).sort();
}

function faultsIn(stderr: string): string[] {
  return stderr.split("\n").filter((line) => line !== "");
}
