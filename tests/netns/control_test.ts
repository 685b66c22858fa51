import assert from "node:assert/strict";
import { attempt, type CommandResult } from "../support/command.ts";
import { Capture } from "../support/capture.ts";
import { TestProcess } from "../support/process.ts";
import { RVRRPD, Rvrrpd } from "../support/rvrrpd.ts";
import { adverts } from "../support/traffic.ts";
import { eventually, settled } from "../support/wait.ts";
import { World } from "../support/world.ts";

const VIP = "10.9.0.100";
const ROUTER = { group: 1, vip: VIP, vmac: false, priority: 110 };
const PRIVATE_SOCKET = 0o140600;

interface Status {
  readonly routers: readonly { readonly state: string; readonly effective_priority: number }[];
}

function socketOf(world: World): string {
  return world.path("rvrrpd-r1.sock");
}

function start(world: World): Promise<Rvrrpd> {
  return Rvrrpd.start({ world, machine: "r1", routers: [ROUTER] });
}

function control(world: World, command: string, ...words: string[]): Promise<CommandResult> {
  return attempt([RVRRPD, command, "--socket", socketOf(world), ...words]);
}

/** Of the only virtual router; `undefined` while no daemon answers. */
async function statusOf(world: World): Promise<Status["routers"][number] | undefined> {
  const { code, stdout } = await control(world, "status", "--json");
  if (code === 4) return undefined;
  const [router] = (JSON.parse(stdout) as Status).routers;
  return router;
}

async function answering(world: World): Promise<void> {
  await eventually(() => statusOf(world), { what: "the daemon to answer" });
}

Deno.test("a running daemon is shown, changed, forced, reloaded and stopped over its control socket", async () => {
  await using world = await World.create();
  await using capture = await Capture.start(world, { filter: "vrrp" });
  const daemon = await start(world);
  await answering(world);
  const { mode, uid } = await Deno.lstat(socketOf(world));
  assert.deepEqual({ mode, uid }, { mode: PRIVATE_SOCKET, uid: Deno.uid() });
  await using events = new TestProcess({
    command: RVRRPD,
    args: ["events", "--json", "--socket", socketOf(world)],
    namespace: world.namespace("r1"),
  });
  await daemon.waitFor("Master");
  const { code, stdout } = await control(world, "status");
  assert.match(stdout, /^GROUP .*\n1 +eth0 +2 +Master +110 +10\.9\.0\.100 +10\.9\.0\.1 +20.*\n$/);
  assert.equal(code, 0);

  assert.equal((await control(world, "set", "1/eth0", "priority=123")).code, 0);
  await settled(async () => (await statusOf(world))?.effective_priority, 123);
  const wrong = await control(world, "set", "1/eth0", "priority=999");
  assert.match(wrong.stderr, /^rvrrpd set: .*\n {2}priority: 999 is out of range .*\n$/);
  assert.equal(wrong.code, 1);
  assert.equal((await control(world, "set", "9/eth0", "priority=1")).code, 1);

  const mark = daemon.process.mark();
  assert.equal((await control(world, "force", "1/eth0", "backup")).code, 0);
  await daemon.waitFor("Backup", { since: mark });
  assert.equal((await control(world, "force", "1/eth0", "auto")).code, 0);
  await daemon.waitFor("Master", { since: mark });

  assert.equal((await control(world, "reload")).code, 0);
  await daemon.process.waitForLine(/^Configuration read again$/);
  await Deno.writeTextFile(world.path("rvrrpd-r1.conf"), "nonsense", { append: true });
  const refused = await control(world, "reload");
  assert.match(refused.stderr, /^rvrrpd reload: The configuration is wrong\n/);
  assert.equal(refused.code, 1);

  await events.waitForLine(/"from":"Master","to":"Backup"/);
  assert.equal((await control(world, "stop")).code, 0);
  assert.equal((await control(world, "status")).code, 4);
  await assert.rejects(Deno.lstat(socketOf(world)), Deno.errors.NotFound);
  const seen = adverts(await capture.stop()).map(({ priority }) => priority);
  assert.ok(seen.includes(110) && seen.includes(123), `priorities ${seen.join(", ")}`);
});

Deno.test("rvrrpd status counts a virtual router in Fault as trouble and follows it with --watch", async () => {
  await using world = await World.create({ withoutAddress: ["r1"] });
  const daemon = await start(world);
  await daemon.waitFor("Fault");
  await answering(world);
  const { code, stdout } = await control(world, "status");
  assert.equal(code, 3, stdout);
  await using watch = new TestProcess({
    command: RVRRPD,
    args: ["status", "--watch", "--socket", socketOf(world)],
    namespace: world.namespace("r1"),
  });
  await watch.waitForLine(/^1 +eth0 +2 +Fault /);
  await world.ip("r1", "addr add 10.9.0.1/24 dev eth0");
  await watch.waitForLine(/^1 +eth0 +2 +Master /);
  watch.signal("SIGINT");
  assert.equal((await watch.exited()).code, 0);
  await daemon.stop();
});

Deno.test("the socket of a daemon that was killed is taken over, and that of a living one is not", async () => {
  await using world = await World.create();
  const killed = await start(world);
  await answering(world);
  await killed.kill();
  assert.equal((await control(world, "status")).code, 4);
  const daemon = await start(world);
  await answering(world);

  const other = await Rvrrpd.start({
    world,
    machine: "r2",
    routers: [{ ...ROUTER, priority: 77 }],
    general: { control_socket: socketOf(world) },
  });
  await other.process.waitForLine(/control socket .* cannot be opened: another daemon has it/);
  assert.equal((await statusOf(world))?.effective_priority, 110);
  await other.stop();
  assert.equal((await statusOf(world))?.effective_priority, 110);
  await daemon.stop();
});
