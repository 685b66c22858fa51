import assert from "node:assert/strict";
import { Background, lives } from "../support/background.ts";
import { attempt } from "../support/command.ts";
import { hasten } from "../support/hasten.ts";
import { machineState } from "../support/machine_state.ts";
import { RVRRPD, writeConfig } from "../support/rvrrpd.ts";
import { eventually } from "../support/wait.ts";
import { World } from "../support/world.ts";

const ROUTER = { group: 1, vip: "10.9.0.100/24", priority: 200 };

function r1(world: World, routers: readonly Record<string, string | number>[] = [ROUTER]) {
  return { world, machine: "r1", routers } as const;
}

Deno.test("-m2 returns when every virtual router has its state, and says nothing", async () => {
  await using world = await World.create();
  const missing = { group: 3, vip: "10.9.0.103", interface: "eth9" };
  const { result, daemon } = await Background.start(r1(world, [ROUTER, missing]));
  assert.deepEqual(result, { code: 0, stdout: "", stderr: "" });
  await daemon.waitForLog(/group 1 on interface eth0 - Changed from Init to Backup/);
  await daemon.waitForLog(/group 3 on interface eth9 - Changed from Init to Fault/);
});

Deno.test("-m2 leaves behind a daemon that has nothing of its starter", async () => {
  await using world = await World.create();
  // A descriptor that a careless shell would hand on, and a variable of somebody's session.
  const careless = ["sh", "-c", 'exec 9</etc/passwd; SESSION=mine exec "$@"', "sh"];
  const daemon = await Background.up({ ...r1(world), prefix: careless });
  const pid = await daemon.pid();
  const proc = `/proc/${pid}`;
  const [, , , session, terminal] = await statusFields(pid);
  assert.deepEqual({ session, terminal }, { session: pid, terminal: 0 });
  assert.equal(await Deno.readLink(`${proc}/cwd`), world.directory);
  assert.match(await Deno.readTextFile(`${proc}/status`), /^Umask:\t0027$/m);
  assert.doesNotMatch(await Deno.readTextFile(`${proc}/environ`), /SESSION/);
  assert.equal((await Deno.readTextFile(`${proc}/comm`)).trim(), "rvrrpd");
  const files = await descriptors(pid);
  assert.equal(files.get(0), "/dev/null");
  assert.deepEqual([files.get(1), files.get(2)], [daemon.path("log"), daemon.path("log")]);
  assert.ok(!Array.from(files.values()).includes("/etc/passwd"));
});

/** Those of proc(5): state, parent, group, session, terminal. */
async function statusFields(pid: number): Promise<(number | string)[]> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  const [state = "", ...numbers] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return [state, ...numbers.slice(0, 4).map(Number)];
}

async function descriptors(pid: number): Promise<Map<number, string>> {
  const found = new Map<number, string>();
  for await (const { name } of Deno.readDir(`/proc/${pid}/fd`)) {
    found.set(Number(name), await Deno.readLink(`/proc/${pid}/fd/${name}`).catch(() => ""));
  }
  return found;
}

Deno.test("-m2 keeps nobody waiting who reads what its starter says", async () => {
  await using world = await World.create();
  const file = await writeConfig(r1(world));
  // The shell reads to the end of the pipe, which the daemon must not hold open.
  const script = 'said=$("$@" 2>&1); echo "code $? said $said"';
  const namespace = world.namespace("r1");
  const { stdout } = await attempt([
    ...["timeout", "60", "ip", "netns", "exec", namespace] as const,
    ...["sh", "-c", script, "sh", RVRRPD, "-m2", "-c", file],
  ]);
  assert.equal(stdout, "code 0 said \n");
});

Deno.test("-m2 becomes Master, and SIGTERM leaves the machine as it was", async () => {
  await using world = await World.create();
  const before = await machineState(world, "r1");
  const daemon = await Background.up(r1(world));
  await hasten(world, [{ vrid: ROUTER.group, addresses: ["10.9.0.100"] }]);
  await daemon.waitFor("Master");
  await daemon.stop();
  assert.match(await daemon.log(), /Changed from Master to Down\n$/);
  assert.deepEqual(await machineState(world, "r1"), before);
  await assert.rejects(Deno.stat(daemon.path("pid")), Deno.errors.NotFound);
});

Deno.test("-m2 refuses a second start with the same PID file while the first lives", async () => {
  await using world = await World.create();
  const daemon = await Background.up(r1(world));
  const pid = await daemon.pid();
  const second = await Background.start(r1(world));
  assert.deepEqual(second.result, {
    code: 2,
    stdout: "",
    stderr:
      `rvrrpd: Another daemon (process ${pid}) holds ${daemon.path("pid")}: stop it, or set ` +
      "pid to another path\n",
  });
  assert.equal(await daemon.pid(), pid);
  assert.equal(await lives(pid), true);
  assert.doesNotMatch(await daemon.log(), /Another daemon/);
});

Deno.test("-m2 replaces the PID file of a daemon that was killed", async () => {
  await using world = await World.create();
  const first = await Background.up(r1(world));
  const pid = await first.pid();
  await first.signal("SIGKILL");
  await eventually(async () => !await lives(pid), { what: "the end of the first" });
  const { result, daemon } = await Background.start(r1(world));
  assert.equal(result.code, 0);
  assert.match(result.stderr, new RegExp(`Replacing the PID file .*: process ${pid} has ended`));
  assert.notEqual(await daemon.pid(), pid);
});

const NOBODY = 65534;

Deno.test("-m2 makes a PID file of its own where another user's lies", async () => {
  await using world = await World.create();
  const path = world.path("rvrrpd-r1.pid");
  await Deno.writeTextFile(path, "1\n");
  await Deno.chown(path, NOBODY, NOBODY);
  await Background.up(r1(world));
  assert.equal((await Deno.stat(path)).uid, 0);
});

const REFUSALS = [
  {
    what: "a wrong configuration",
    routers: [{ group: 0, vip: "10.9.0.100" }],
    general: {},
    code: 1,
    said: /vrouter\[0\]\.group/,
  },
  {
    what: "a working directory that is missing",
    routers: [ROUTER],
    general: { working_dir: "/nonexistent" },
    code: 2,
    said: /Cannot work in \/nonexistent: .*set working_dir/,
  },
  {
    what: "a PID directory that is missing",
    routers: [ROUTER],
    general: { pid: "/nonexistent/x.pid" },
    code: 2,
    said: /\/nonexistent\/x\.pid as PID file: a directory of its path does not exist.*set pid/,
  },
  {
    what: "no place for what is to be undone",
    routers: [ROUTER],
    general: { state_dir: "/proc/rvrrpd" },
    code: 2,
    said: /Cannot keep undo files in \/proc\/rvrrpd/,
  },
];

for (const { what, routers, general, code, said } of REFUSALS) {
  Deno.test(`-m2 passes on in one line why it does not start: ${what}`, async () => {
    await using world = await World.create();
    const before = await machineState(world, "r1");
    const { result } = await Background.start({ world, machine: "r1", routers, general });
    assert.match(result.stderr, said);
    assert.deepEqual({ code: result.code, lines: result.stderr.split("\n").length }, {
      code,
      lines: 2,
    });
    assert.deepEqual(await machineState(world, "r1"), before);
    await assert.rejects(Deno.stat(world.path("rvrrpd-r1.pid")), Deno.errors.NotFound);
  });
}

Deno.test("-m2 without the capabilities it needs exits with 2 and one line", async () => {
  await using world = await World.create();
  const prefix = ["setpriv", "--bounding-set=-net_raw", "--inh-caps=-net_raw"];
  const { result } = await Background.start({ ...r1(world), prefix });
  assert.equal(result.code, 2);
  assert.match(result.stderr, /^rvrrpd: This process lacks CAP_NET_RAW: [^\n]*\n$/);
});
