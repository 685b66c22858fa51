import assert from "node:assert/strict";
import { Capture } from "../support/capture.ts";
import { Rvrrpd, writeConfig } from "../support/rvrrpd.ts";
import type { TomlTable } from "../support/toml.ts";
import { adverts } from "../support/traffic.ts";
import { eventually } from "../support/wait.ts";
import { World } from "../support/world.ts";

const VIP = "10.9.0.100";
const ROUTER: TomlTable = { group: 1, vip: `${VIP}/24`, vmac: false, preemption: true };
const MASTER: TomlTable = { ...ROUTER, priority: 200 };
const BACKUP: TomlTable = { ...ROUTER, priority: 190 };
const ETH1 = { machine: "r1", name: "eth1", mac: "02:00:00:00:01:01" } as const;

/** r1, which tracks something, as the Master of r2. */
async function pair(world: World, tracking: TomlTable): Promise<{ r1: Rvrrpd; r2: Rvrrpd }> {
  const r1 = await Rvrrpd.start({ world, machine: "r1", routers: [{ ...MASTER, ...tracking }] });
  await r1.waitFor("Master");
  const r2 = await Rvrrpd.start({ world, machine: "r2", routers: [BACKUP] });
  await r2.waitFor("Backup");
  return { r1, r2 };
}

/** Waits for the line that tells of another priority. */
async function priority(daemon: Rvrrpd, text: string, since = 0): Promise<void> {
  const escaped = text.replaceAll(/[()+/.]/g, "\\$&");
  await daemon.process.waitForLine(new RegExp(`Priority ${escaped}$`), { since });
}

function prioritiesOf(frames: Awaited<ReturnType<Capture["stop"]>>, source: string): number[] {
  return adverts(frames).filter((advert) => advert.source === source)
    .map((advert) => advert.priority)
    .filter((value, index, all) => value !== all[index - 1]);
}

Deno.test("rvrrpd leaves to its Backup what a tracked interface is needed for, and takes it back", async () => {
  await using world = await World.create();
  await world.addLink(ETH1);
  const capture = await Capture.start(world);
  const { r1, r2 } = await pair(world, { track_interface: [{ name: "eth1", weight: -20 }] });

  let since = r2.process.mark();
  await world.unplug("r1", ["eth1"]);
  await priority(r1, "180, before 200: interface eth1 is down (weight -20)");
  await r2.waitFor("Master", { since });
  await r1.waitFor("Backup");

  since = r1.process.mark();
  await world.ip("sw", "link set r1-eth1 up");
  await priority(r1, "200, before 180: interface eth1 is up (weight -20)", since);
  await r1.waitFor("Master", { since });

  since = r1.process.mark();
  await world.removeLink("r1", "eth1");
  await r1.process.waitForLine(/Priority 180, before 200: interface eth1 is (down|missing)/, {
    since,
  });
  await r1.waitFor("Backup", { since });
  const frames = await capture.stop();
  assert.deepEqual(prioritiesOf(frames, "10.9.0.1"), [200, 180, 200, 180]);
});

Deno.test("rvrrpd is in Fault while something has failed that it tracks without a weight", async () => {
  await using world = await World.create();
  await world.addLink(ETH1);
  const capture = await Capture.start(world);
  const { r1, r2 } = await pair(world, {
    track_interface: [{ name: "eth1" }],
    // Not there, which is as good as 0; the start has to wait until that is known.
    track_file: [{ file: world.path("number"), weight: 0 }],
  });
  let since = r2.process.mark();
  await world.ip("r1", "link set eth1 down");
  await r1.process.waitForLine(/Changed from Master to Fault: interface eth1 is down/);
  await r2.waitFor("Master", { since });
  // Nothing else about the interface is wrong.
  assert.deepEqual(r1.process.matching(/eth0 is down/), []);
  since = r1.process.mark();
  await world.ip("r1", "link set eth1 up");
  await r1.waitFor("Master", { since });
  // A goodbye, so that the other one need not wait for silence.
  assert.deepEqual(prioritiesOf(await capture.stop(), "10.9.0.1"), [200, 0, 200]);
});

Deno.test("rvrrpd does not begin while something has failed that it tracks without a weight", async () => {
  await using world = await World.create();
  const r1 = await Rvrrpd.start({
    world,
    machine: "r1",
    routers: [{ ...MASTER, track_interface: [{ name: "eth1" }] }],
  });
  await r1.process.waitForLine(/Changed from Init to Fault: interface eth1 is down/);
  await world.addLink(ETH1);
  await r1.waitFor("Master");
  assert.deepEqual(r1.changes().map((change) => change.replace(/:.*/, "")), [
    "Init to Fault",
    "Fault to Backup",
    "Backup to Master",
  ]);
});

Deno.test("rvrrpd follows routes of the main table, whoever takes them away", async () => {
  await using world = await World.create();
  await world.addLink({ ...ETH1, address: "10.8.0.1/24" });
  await world.ip("r1", "route add 10.20.0.0/16 via 10.8.0.254", "route add 10.20.1.0/24 dev eth1");
  const r1 = await Rvrrpd.start({
    world,
    machine: "r1",
    routers: [{ ...MASTER, track_route: [{ route: "10.20.0.0/16", weight: 30 }] }],
  });
  await priority(r1, "230, before 200: route 10.20.0.0/16 is there (weight 30)");
  await r1.waitFor("Master");

  let since = r1.process.mark();
  await world.ip("r1", "route del 10.20.0.0/16");
  await priority(r1, "200, before 230: route 10.20.0.0/16 is missing (weight 30)", since);

  since = r1.process.mark();
  await world.ip("r1", "route add 10.20.0.0/16 via 10.8.0.254 metric 5");
  await priority(r1, "230, before 200: route 10.20.0.0/16 is there (weight 30)", since);

  // Of this one the kernel says nothing.
  since = r1.process.mark();
  await world.ip("r1", "link set eth1 down");
  await priority(r1, "200, before 230: route 10.20.0.0/16 is missing (weight 30)", since);
});

Deno.test("rvrrpd follows the number in a file, however it is written", async () => {
  await using world = await World.create();
  const file = world.path("number");
  await Deno.writeTextFile(file, "-10\n");
  const r1 = await Rvrrpd.start({
    world,
    machine: "r1",
    routers: [{ ...MASTER, track_file: [{ file, weight: 2 }] }],
  });
  await priority(r1, `180, before 200: file ${file} says -10 (weight 2)`);
  await r1.waitFor("Master");

  await Deno.writeTextFile(file, "-20\n");
  await priority(r1, `160, before 180: file ${file} says -20 (weight 2)`);

  await Deno.writeTextFile(`${file}.new`, "5\n");
  await Deno.rename(`${file}.new`, file);
  await priority(r1, `210, before 160: file ${file} says 5 (weight 2)`);

  await Deno.writeTextFile(file, "nonsense\n");
  await r1.process.waitForLine(/does not begin with a whole number: it counts as 5, as before/);

  await Deno.remove(file);
  await r1.process.waitForLine(/is missing: it counts as 0/);
  await priority(r1, `200, before 210: file ${file} says 0 (weight 2)`);

  await Deno.writeTextFile(file, "-200");
  await r1.process.waitForLine(/Changed from Master to Fault: file \S+ is down/);
  const since = r1.process.mark();
  await Deno.writeTextFile(file, "1");
  await r1.waitFor("Master", { since });
});

Deno.test("rvrrpd waits for the first result of a script, and follows it by rise and fall", async () => {
  await using world = await World.create();
  const flag = world.path("fails");
  const runs = world.path("runs");
  const script = world.path("check");
  await Deno.writeTextFile(
    script,
    `#!/bin/sh\nsleep 0.3\necho >>${runs}\n[ ! -e ${flag} ]\n`,
    { mode: 0o755 },
  );
  await Deno.writeTextFile(flag, "");
  const r1 = await Rvrrpd.start({
    world,
    machine: "r1",
    routers: [{
      ...MASTER,
      track_script: [
        { name: "web", command: script, interval: 0.5, timeout: 5, rise: 2, fall: 3 },
      ],
    }],
  });
  await r1.process.waitForLine(/Changed from Init to Fault: script web is down/);
  let since = r1.process.mark();
  await Deno.remove(flag);
  await r1.waitFor("Master", { since });
  since = r1.process.mark();
  const before = await lineCount(runs);
  await Deno.writeTextFile(flag, "");
  await r1.process.waitForLine(/Changed from Master to Fault: script web is down/, { since });
  assert.ok(await lineCount(runs) - before >= 3);
});

async function lineCount(file: string): Promise<number> {
  return (await Deno.readTextFile(file)).split("\n").length;
}

Deno.test("rvrrpd goes on with other tracking after a reload, without a change of state", async () => {
  await using world = await World.create();
  const r1 = await Rvrrpd.start({ world, machine: "r1", routers: [MASTER] });
  await r1.waitFor("Master");
  const since = r1.process.mark();
  const weight = (value: number) => ({ track_interface: [{ name: "eth1", weight: value }] });
  const reload = async (tracking: TomlTable) => {
    await writeConfig({ world, machine: "r1", routers: [{ ...MASTER, ...tracking }] });
    r1.process.signal("SIGHUP");
  };
  await reload(weight(-20));
  await priority(r1, "180, before 200: interface eth1 is missing (weight -20)", since);
  await reload(weight(-30));
  await priority(r1, "170, before 180: interface eth1 is missing (weight -30)", since);
  await reload({});
  await priority(r1, "200, before 170: its configuration", since);
  await eventually(() => r1.process.matching(/Configuration read again/, since).length >= 3, {
    what: "the last reload",
  });
  assert.deepEqual(r1.process.matching(/Changed from/, since), []);
});
