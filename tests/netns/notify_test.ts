import assert from "node:assert/strict";
import { Capture } from "../support/capture.ts";
import { hasten } from "../support/hasten.ts";
import { changePattern, RVRRPD, Rvrrpd, writeConfig } from "../support/rvrrpd.ts";
import { diaryLines, writeDiary, writeScript } from "../support/scripts.ts";
import { attempt } from "../support/command.ts";
import { adverts } from "../support/traffic.ts";
import { settled } from "../support/wait.ts";
import { World } from "../support/world.ts";

const VIP = "10.9.0.100";
const ROUTER = { group: 1, priority: 250, vip: `${VIP}/24`, vmac: false };
const AS_NOBODY = { script_user: "nobody" };
/** After so much silence of ours somebody else would be Master: RFC 3768 section 6.1. */
const MASTER_DOWN_MS = 3000 + (256 - ROUTER.priority) / 256 * 1000;

async function becomeMaster(world: World, daemon: Rvrrpd): Promise<void> {
  await daemon.waitFor("Backup");
  await hasten(world, [{ vrid: 1, addresses: [VIP] }]);
  await daemon.waitFor("Master");
}

Deno.test("rvrrpd tells programs of every change in order, as the user and with the words it says", async () => {
  await using world = await World.create();
  const diary = await writeDiary(world, "diary");
  const script = await writeScript(
    world,
    "tell",
    `echo "$* by $(id -un) $(id -G), $RVRRPD_PREVIOUS_STATE to $RVRRPD_STATE of $RVRRPD_ADDRESSES" \\
      "on $RVRRPD_INTERFACE, $(ip -4 -o addr show | grep -c ${VIP})" >>${diary}`,
  );
  const daemon = await Rvrrpd.start({
    world,
    machine: "r1",
    general: AS_NOBODY,
    // Nothing but the signal makes it Master, however long the programs take.
    routers: [{
      ...ROUTER,
      timers: { advert: 20 },
      notify_master: `${script} 'own master'`,
      notify_backup: [script, "own", "backup"],
      notify_stop: `${script} own stop`,
      notify: `${script} any`,
    }],
  });
  await settled(async () => (await diaryLines(diary)).length, 2);
  daemon.process.signal("SIGUSR1");
  await settled(async () => (await diaryLines(diary)).length, 4);
  await daemon.stop();
  const common = `of ${VIP} on eth0`;
  assert.deepEqual(await diaryLines(diary), [
    `own backup 1 eth0 Backup 250 started 1 by nobody 65534, Init to Backup ${common}, 0`,
    `any 1 eth0 Backup 250 started 1 by nobody 65534, Init to Backup ${common}, 0`,
    `own master 1 eth0 Master 250 forced 2 by nobody 65534, Backup to Master ${common}, 1`,
    `any 1 eth0 Master 250 forced 2 by nobody 65534, Backup to Master ${common}, 1`,
    `own stop 1 eth0 Down 250 stopped 3 by nobody 65534, Master to Down ${common}, 0`,
    `any 1 eth0 Down 250 stopped 3 by nobody 65534, Master to Down ${common}, 0`,
  ]);
});

Deno.test("rvrrpd leaves out what was over before it could be told, and tells of the last state", async () => {
  await using world = await World.create();
  const diary = await writeDiary(world, "diary");
  const wait = `while [ ! -e ${world.path("go")} ]; do sleep 0.05; done`;
  const script = await writeScript(
    world,
    "tell",
    `echo "$6 begins" >>${diary}; ${wait}; echo "$6 $3" >>${diary}`,
  );
  const daemon = await Rvrrpd.start({
    world,
    machine: "r1",
    general: AS_NOBODY,
    // Nothing but signals moves it meanwhile.
    routers: [{ ...ROUTER, timers: { advert: 20 }, notify: script }],
  });
  await settled(() => diaryLines(diary), ["1 begins"]);
  for (const state of ["Master", "Backup", "Master", "Backup", "Master"] as const) {
    const since = daemon.process.mark();
    daemon.process.signal(state === "Master" ? "SIGUSR1" : "SIGUSR2");
    await daemon.waitFor(state, { since });
  }
  await writeDiary(world, "go");
  await settled(() => diaryLines(diary), ["1 begins", "1 Backup", "6 begins", "6 Master"]);
  await daemon.stop();
});

Deno.test("rvrrpd advertises on time beside a program that hangs, and ends it with its children", async () => {
  await using world = await World.create();
  const diary = await writeDiary(world, "diary");
  const script = await writeScript(
    world,
    "hang",
    `trap '' TERM; (echo $$ >>${diary}; exec sleep 1000) & exec sleep 1000`,
  );
  const daemon = await Rvrrpd.start({
    world,
    machine: "r1",
    general: AS_NOBODY,
    routers: [{ ...ROUTER, notify_master: script, notify: script, notify_timeout: 2 }],
  });
  const capture = await Capture.start(world, { filter: "vrrp" });
  await settled(async () => (await diaryLines(diary)).length, 1);
  await becomeMaster(world, daemon);
  const line = await daemon.process.waitForLine(/hang .* was ended after its time limit of 2 s/);
  assert.match(line, /\/hang \(group 1 on eth0, Backup\) was ended/);
  // The one for Backup, and then both for Master.
  await settled(async () => (await diaryLines(diary)).length, 3);
  await capture.waitFor((frames) => adverts(frames).length > 5, { what: "advertisements" });
  const seen = adverts(await capture.stop());
  const gaps = seen.slice(1).map(({ tMs }, index) => tMs - (seen[index]?.tMs ?? 0));
  assert.ok(Math.max(...gaps) < MASTER_DOWN_MS, `gaps of ${gaps.join(", ")} ms`);
  const [first] = await diaryLines(diary);
  await settled(() => alive(Number(first)), false);
  assert.equal(daemon.process.matching(/was ended after its time limit/).length, 1);
  await daemon.stop();
});

/** Whether anybody is left in the process group. */
async function alive(group: number): Promise<boolean> {
  const { stdout } = await attempt(["ps", "-o", "stat=", "-g", String(group)]);
  return stdout.split("\n").some((state) => state !== "" && !state.startsWith("Z"));
}

Deno.test("rvrrpd runs without a program that is missing, says so once, and again when it works", async () => {
  await using world = await World.create();
  const script = world.path("late");
  const daemon = await Rvrrpd.start({
    world,
    machine: "r1",
    routers: [{ ...ROUTER, notify: `${script} any`, notify_backup: `${script} any` }],
  });
  const line = await daemon.process.waitForLine(/late .* does not run/);
  await becomeMaster(world, daemon);
  assert.ok(line.endsWith(
    `${script} (group 1 on eth0, Backup) does not run: ` +
      "there is no such file, or no program of the name in its first line",
  ));
  await writeScript(world, "late", "exit 0");
  daemon.process.signal("SIGUSR2");
  await daemon.process.waitForLine(/late works again/);
  assert.equal(daemon.process.matching(/does not run/).length, 1);
  // Already at the start, for those who read the log.
  assert.equal(daemon.process.matching(/vrouter\[0\]\.notify.* there is no such file/).length, 1);
  await daemon.stop();
});

Deno.test("rvrrpd --check fails for a program that is missing, and refuses one that others can change", async () => {
  await using world = await World.create();
  const script = await writeScript(world, "tell", "exit 0");
  const routers = [{ ...ROUTER, notify: script }];
  const file = await writeConfig({ world, machine: "r1", routers, general: AS_NOBODY });
  const check = () => attempt([RVRRPD, "-t", "-c", file]);
  assert.equal((await check()).code, 0);
  await Deno.chmod(script, 0o646);
  const shared = await check();
  assert.equal(shared.code, 1);
  assert.match(shared.stderr, /vrouter\[0\]\.notify: \S+\/tell can be written by everybody/);
  const started = await attempt([RVRRPD, "-m1", "-c", file]);
  assert.equal(started.code, 1);
  assert.match(started.stderr, /\/tell can be written by everybody \(mode 0646\)/);
  await Deno.remove(script);
  const missing = await check();
  assert.equal(missing.code, 1);
  assert.match(
    missing.stderr,
    /vrouter\[0\]\.notify: cannot look at \S+\/tell: there is no such file/,
  );
});

Deno.test("rvrrpd does not wait for ever for programs at its end", async () => {
  await using world = await World.create();
  const diary = await writeDiary(world, "diary");
  const script = await writeScript(world, "hang", `echo $$ >>${diary}; exec sleep 1000`);
  const daemon = await Rvrrpd.start({
    world,
    machine: "r1",
    routers: [{ ...ROUTER, notify_stop: script }],
  });
  await becomeMaster(world, daemon);
  await daemon.stop();
  await daemon.process.waitForLine(/The daemon ends, and with it what still runs: \S+\/hang$/);
  const [group] = await diaryLines(diary);
  assert.equal(await alive(Number(group)), false);
});

Deno.test("rvrrpd takes other programs over when it reads its configuration again", async () => {
  await using world = await World.create();
  const diary = await writeDiary(world, "diary");
  const [before, after] = await Promise.all(
    ["before", "after"].map((name) => writeScript(world, name, `echo ${name} "$3" >>${diary}`)),
  );
  const start = { world, machine: "r1" as const, general: AS_NOBODY };
  const routers = (notify: string | undefined) => [{ ...ROUTER, notify: notify ?? "" }];
  const daemon = await Rvrrpd.start({ ...start, routers: routers(before) });
  await settled(() => diaryLines(diary), ["before Backup"]);
  await becomeMaster(world, daemon);
  await settled(() => diaryLines(diary), ["before Backup", "before Master"]);
  await writeConfig({ ...start, routers: routers(after) });
  daemon.process.signal("SIGHUP");
  await daemon.process.waitForLine(/Goes on with its new configuration/);
  assert.equal(daemon.process.matching(changePattern("\\w+")).length, 2);
  await daemon.stop();
  assert.deepEqual(await diaryLines(diary), ["before Backup", "before Master", "after Down"]);
});

Deno.test("rvrrpd tells of what ends by a reload, as the user of then, also where no program is left", async () => {
  await using world = await World.create();
  const diary = await writeDiary(world, "diary");
  const script = await writeScript(world, "tell", `echo "$1 $3 by $(id -un)" >>${diary}`);
  const start = { world, machine: "r1" as const };
  const routers = [{ ...ROUTER, notify_stop: script }];
  const daemon = await Rvrrpd.start({ ...start, general: AS_NOBODY, routers });
  await daemon.waitFor("Backup");
  await writeConfig({ ...start, routers: [{ ...ROUTER, group: 2 }] });
  daemon.process.signal("SIGHUP");
  await settled(() => diaryLines(diary), ["1 Down by nobody"]);
  await daemon.stop();
});
