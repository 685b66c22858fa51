import assert from "node:assert/strict";
import { Background } from "../support/background.ts";
import { DatagramReader } from "../support/datagram_reader.ts";
import { hasten } from "../support/hasten.ts";
import { run } from "../support/command.ts";
import type { TomlTable } from "../support/toml.ts";
import { eventually } from "../support/wait.ts";
import { World } from "../support/world.ts";

const ROUTER = { group: 1, vip: "10.9.0.100/24", priority: 200 };
const HASTE = [{ vrid: ROUTER.group, addresses: ["10.9.0.100"] }];

function r1(world: World, general: TomlTable = {}) {
  return { world, machine: "r1", routers: [ROUTER], general } as const;
}

Deno.test("SIGHUP opens the log files anew after they were moved away", async () => {
  await using world = await World.create();
  const errorLog = world.path("error.log");
  const daemon = await Background.up(r1(world, { error_log: errorLog }));
  await daemon.waitFor("Backup");
  for (const path of [daemon.path("log"), errorLog]) await Deno.rename(path, `${path}.1`);
  await daemon.signal("SIGHUP");
  await daemon.waitForLog(/Configuration read again/);
  await eventually(() => Deno.stat(errorLog).then(() => true, () => false), {
    what: "the new error log",
  });
  await hasten(world, HASTE);
  await daemon.waitFor("Master");
  const old = await Deno.readTextFile(`${daemon.path("log")}.1`);
  assert.match(old, /Changed from Init to Backup/);
  assert.doesNotMatch(old, /Changed from Backup to Master/);
  const { mode } = await Deno.stat(daemon.path("log"));
  assert.equal((mode ?? 0) & 0o777, 0o640);
});

Deno.test("errors go to error_log where there is one, and nowhere else", async () => {
  await using world = await World.create();
  const errorLog = world.path("error.log");
  const daemon = await Background.up(r1(world, { error_log: errorLog }));
  await Deno.writeTextFile(daemon.path("conf"), "group = \n");
  await daemon.signal("SIGHUP");
  await eventually(
    async () => /^error: The configuration is wrong/m.test(await Deno.readTextFile(errorLog)),
    { what: "the error" },
  );
  assert.doesNotMatch(await daemon.log(), /error: /);
});

/** A small file system, so that a disk can be full; removed before its world. */
async function smallDisk(world: World): Promise<AsyncDisposable & { readonly path: string }> {
  const path = world.path("disk");
  await Deno.mkdir(path);
  await run(["mount", "-t", "tmpfs", "-o", "size=64k", "rvrrpd-test", path]);
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      await run(["umount", "--lazy", path]);
    },
  };
}

/** Makes the file take all the room that is left, also that on its last page. */
async function fill(path: string): Promise<void> {
  const chunk = new Uint8Array(4096);
  const file = await Deno.open(path, { write: true, create: true, append: true });
  using _file = file;
  await assert.rejects(async () => {
    for (;;) await file.write(chunk);
  });
}

/** A /dev of its own, in which /dev/log is that socket. */
function withDevLog(socket: string): string[] {
  const script = `
    mount -t tmpfs none /dev &&
    mknod -m 666 /dev/null c 1 3 && mknod -m 444 /dev/urandom c 1 9 &&
    ln -s "$1" /dev/log && shift && exec "$@"`;
  return ["unshare", "--mount", "sh", "-c", script, "sh", socket];
}

Deno.test("a full disk stops no take-over, is told to syslog once, and once that it has room again", async () => {
  await using world = await World.create();
  await using disk = await smallDisk(world);
  using syslog = new DatagramReader(world.path("syslog"));
  const mainLog = `${disk.path}/main.log`;
  const daemon = await Background.up({
    ...r1(world, { main_log: mainLog, debug: 3 }),
    prefix: withDevLog(world.path("syslog")),
  });
  await eventually(async () => /to Backup/.test(await Deno.readTextFile(mainLog)), {
    what: "the first state",
  });
  await fill(mainLog);
  await hasten(world, HASTE);
  await syslog.waitFor(
    /^<27>.* rvrrpd\[\d+\]: error: Cannot write the log to \S+: the disk is full \(ENOSPC\); routing goes on$/,
  );
  await eventually(async () => /10\.9\.0\.100/.test(await world.run("r1", ["ip", "addr"])), {
    what: "the virtual address",
  });
  await Deno.truncate(mainLog);
  await syslog.waitFor(/^<28>.*: warning: The log goes to \S+ again; \d+ lines were lost$/);
  await daemon.stop();
  assert.match(
    await Deno.readTextFile(mainLog),
    /^warning: \d+ log lines before this one could not be written\n(.*\n)*.*Changed from Master to Down\n$/m,
  );
  assert.equal(syslog.received.length, 2);
});

Deno.test("a log that cannot be opened is told to the starter, and opened when it can be", async () => {
  await using world = await World.create();
  const mainLog = world.path("missing/main.log");
  const { result, daemon } = await Background.start(r1(world, { main_log: mainLog, debug: 3 }));
  assert.deepEqual(result, {
    code: 0,
    stdout: "",
    stderr:
      `rvrrpd: warning: Cannot write the log to ${mainLog}: a directory of its path does not ` +
      "exist (ENOENT)\n",
  });
  await Deno.mkdir(world.path("missing"));
  await hasten(world, HASTE);
  await eventually(
    async () =>
      /Changed from Backup to Master/.test(await Deno.readTextFile(mainLog).catch(() => "")),
    { what: "the log" },
  );
  await daemon.stop();
});

Deno.test("syslog = true sends every line to /dev/log too", async () => {
  await using world = await World.create();
  using syslog = new DatagramReader(world.path("syslog"));
  const daemon = await Background.up({
    ...r1(world, { syslog: true, time_format: "short" }),
    prefix: withDevLog(world.path("syslog")),
  });
  const pid = await daemon.pid();
  await syslog.waitFor(
    new RegExp(
      `^<30>[A-Z][a-z]{2} [ \\d]\\d [\\d:]{8} rvrrpd\\[${pid}\\]: VR 10\\.9\\.0\\.100 .* to Backup$`,
    ),
  );
  await daemon.waitForLog(/^\[\w{3} [ \d]\d \d{4} [\d:]{8}\] VR .* to Backup$/m);
});

Deno.test("a /dev/log that nobody reads stops no take-over", async () => {
  await using world = await World.create();
  // Its queue takes ten messages or so.
  using _stopped = new DatagramReader(world.path("syslog"));
  const daemon = await Background.up({
    ...r1(world, { syslog: true, debug: 5 }),
    prefix: withDevLog(world.path("syslog")),
  });
  await hasten(world, HASTE);
  await daemon.waitFor("Master");
  await daemon.waitForLog(/Cannot write the log to \/dev\/log: nobody reads it; routing goes on/);
  await daemon.stop();
});
