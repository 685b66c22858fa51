import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { attempt, type CommandResult } from "../support/command.ts";
import { machineState } from "../support/machine_state.ts";
import { RVRRPD, writeConfig } from "../support/rvrrpd.ts";
import { World } from "../support/world.ts";

const SCRIPT = fileURLToPath(new URL("../../conf/rvrrpd.init", import.meta.url));
/** Debian's own, and that of small machines. */
const SHELLS = [["sh"], ["busybox", "sh"]] as const;
const ROUTER = { group: 1, vip: "10.9.0.100/24" };

type Run = (action: string) => Promise<CommandResult>;

/** Calls the script on r1 with the files of this world. */
async function scriptOn(world: World, shell: readonly string[]): Promise<Run> {
  const config = await writeConfig({ world, machine: "r1", routers: [ROUTER] });
  const defaults = world.path("defaults");
  const pidFile = world.path("rvrrpd-r1.pid");
  await Deno.writeTextFile(defaults, `DAEMON=${RVRRPD}\nCONFIG=${config}\nPIDFILE=${pidFile}\n`);
  const inside = [
    "ip",
    "netns",
    "exec",
    world.namespace("r1"),
    "env",
    `DEFAULTS=${defaults}`,
  ] as const;
  return (action) => attempt([...inside, ...shell, SCRIPT, ...action === "" ? [] : [action]]);
}

for (const shell of SHELLS) {
  const name = shell.join(" ");

  Deno.test(`rvrrpd.init starts, reloads, restarts and stops the daemon (${name})`, async () => {
    await using world = await World.create();
    const before = await machineState(world, "r1");
    const script = await scriptOn(world, shell);
    const pid = () => Deno.readTextFile(world.path("rvrrpd-r1.pid"));
    const step = async (action: string, code: number, said: RegExp) => {
      const { stdout, stderr, ...result } = await script(action);
      assert.deepEqual({ action, code: result.code }, { action, code }, stderr);
      assert.match(stdout + stderr, said);
    };
    await step("status", 3, /^rvrrpd does not run\n$/);
    await step("reload", 7, /does not run/);
    await step("stop", 0, /does not run/);
    await step("start", 0, /^rvrrpd is up\n$/);
    await step("status", 0, new RegExp(`process ${(await pid()).trim()}\\)`));
    await step("start", 0, /runs already/);
    await step("reload", 0, /again/);
    const first = await pid();
    await step("restart", 0, /has stopped\nrvrrpd is up\n$/);
    assert.notEqual(await pid(), first);
    await step("stop", 0, /^rvrrpd has stopped\n$/);
    await step("status", 3, /does not run/);
    assert.deepEqual(await machineState(world, "r1"), before);
  });

  Deno.test(`rvrrpd.init passes on why the daemon does not start (${name})`, async () => {
    await using world = await World.create();
    const script = await scriptOn(world, shell);
    await Deno.writeTextFile(world.path("rvrrpd-r1.conf"), "group = \n");
    const { code, stdout, stderr } = await script("start");
    assert.deepEqual({ code, stdout }, { code: 1, stdout: "" });
    assert.match(stderr, /rvrrpd-r1\.conf:\d+: /);
  });

  const STALE = [
    { text: "garbage\n", row: "garbage" },
    { text: `${Deno.pid}\n`, row: "another program's number" },
    { text: "", row: "nothing" },
    { text: "-1 $(touch /tmp/harm)\n", row: "what must not be given to a shell or to kill" },
  ];

  for (const { text, row } of STALE) {
    Deno.test(`rvrrpd.init takes a PID file with ${row} for a stale one (${name})`, async () => {
      await using world = await World.create();
      const script = await scriptOn(world, shell);
      await Deno.writeTextFile(world.path("rvrrpd-r1.pid"), text);
      assert.equal((await script("status")).code, 1);
      assert.equal((await script("reload")).code, 7);
      assert.equal((await script("stop")).code, 0);
    });
  }

  Deno.test(`rvrrpd.init says how it is used and exits with 2 (${name})`, async () => {
    await using world = await World.create();
    const script = await scriptOn(world, shell);
    for (const action of ["", "colour"]) {
      const { code, stderr } = await script(action);
      assert.equal(code, 2);
      assert.match(stderr, /^usage: \S+ start\|stop\|/);
    }
  });
}
