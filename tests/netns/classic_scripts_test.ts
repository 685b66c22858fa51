import assert from "node:assert/strict";
import { Capture, type CapturedFrame } from "../support/capture.ts";
import { hasten } from "../support/hasten.ts";
import { addressesOf } from "../support/host.ts";
import { adverts } from "../support/traffic.ts";
import { Vrrpd } from "../support/vrrpd.ts";
import { eventually, settled } from "../support/wait.ts";
import { ADDRESS, type Machine, World } from "../support/world.ts";

const VIP = "10.9.0.100";
const ROUTER = ["-ni", "eth0", "-v", "1"];

/** A program for `-m` or `-b`; only root may write to it. */
async function script(world: World, name: string, ...lines: string[]): Promise<string> {
  const path = world.path(name);
  await Deno.writeTextFile(path, ["#!/bin/sh", ...lines, ""].join("\n"), { mode: 0o755 });
  return path;
}

/** The words that were written to a file, a line each; none while it is not there. */
async function linesOf(path: string): Promise<string[]> {
  try {
    return (await Deno.readTextFile(path)).split("\n").filter((line) => line !== "");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

Deno.test("vrrpd runs -m as new Master and -b as Master no longer, with their own words alone", async () => {
  await using world = await World.create();
  const told = world.path("told");
  const tell = await script(world, "tell", `echo "$*" >>${told}`);
  const args = [...ROUTER, "-p254", "-m", `${tell} master '$HOME *'`, "-b", `${tell} other`, VIP];
  const daemon = await Vrrpd.start({ world, machine: "r1", args });
  await daemon.waitFor("Backup");
  await hasten(world, [{ vrid: 1, addresses: [VIP] }]);
  await daemon.waitFor("Master");
  await settled(() => linesOf(told), ["master $HOME *"]);
  daemon.process.signal("SIGUSR2");
  await settled(() => linesOf(told), ["master $HOME *", "other"]);
  daemon.process.signal("SIGUSR1");
  await settled(() => linesOf(told), ["master $HOME *", "other", "master $HOME *"]);
  await world.unplug("r1");
  await daemon.waitFor("Fault");
  await settled(() => linesOf(told), ["master $HOME *", "other", "master $HOME *", "other"]);
  const mark = daemon.process.mark();
  await world.plugIn("r1");
  await daemon.waitFor("Master", { since: mark });
  await eventually(async () => (await linesOf(told)).length === 5, { what: "the third -m" });
  await daemon.stop();
  assert.deepEqual(await linesOf(told), [
    ...["master $HOME *", "other", "master $HOME *", "other", "master $HOME *", "other"],
  ]);
});

/** At one a second these are more than a Backup of whatever priority waits, 4 s at most. */
const LONG_ENOUGH = 6;

function advertsFrom(address: string, frames: readonly CapturedFrame[]): number {
  return adverts(frames).filter(({ source, priority }) => source === address && priority > 0)
    .length;
}

Deno.test("vrrpd becomes Master and Backup by signals, and says so on the wire", async () => {
  await using world = await World.create();
  const master = await Vrrpd.start({ world, machine: "r1", args: [...ROUTER, "-p200", VIP] });
  await master.waitFor("Backup");
  await hasten(world, [{ vrid: 1, addresses: [VIP] }]);
  await master.waitFor("Master");
  const backup = await Vrrpd.start({ world, machine: "r2", args: [...ROUTER, "-p100", VIP] });
  await backup.waitFor("Backup");
  const capture = await Capture.start(world);
  master.process.signal("SIGUSR2");
  await backup.waitFor("Master");
  await settled(() => addressesOf(world, "r1"), [`${ADDRESS.r1}/24`]);
  // With preemption it would be back by then, had it not been told to be Backup.
  await capture.waitFor((frames) => advertsFrom(ADDRESS.r2, frames) >= LONG_ENOUGH, {
    what: "the other one's advertisements",
  });
  const mark = backup.process.mark();
  master.process.signal("SIGUSR1");
  await backup.waitFor("Backup", { since: mark });
  await settled(() => addressesOf(world, "r1"), [`${ADDRESS.r1}/24`, `${VIP}/24`]);
  const spoken = adverts(await capture.stop()).map(({ source, priority }) =>
    `${source} ${priority}`
  );
  const farewell = spoken.indexOf(`${ADDRESS.r1} 0`);
  const back = spoken.indexOf(`${ADDRESS.r1} 200`, farewell);
  assert.ok(farewell >= 0 && back > farewell, spoken.join("\n"));
  const between = new Set(spoken.slice(farewell + 1, back));
  assert.deepEqual(between, new Set([`${ADDRESS.r2} 100`]));
});

Deno.test("mutual backup: two routers are each Master of one of two groups, and of both when alone", async () => {
  await using world = await World.create();
  const start = (machine: Machine, vrid: number, priority: number) =>
    Vrrpd.start({
      world,
      machine,
      args: ["-i", "eth0", "-v", `${vrid}`, "-p", `${priority}`, "-n", `10.9.0.10${vrid}`],
    });
  const [a1, a2] = [await start("r1", 1, 250), await start("r1", 2, 100)];
  const [b1, b2] = [await start("r2", 1, 100), await start("r2", 2, 250)];
  for (const daemon of [a1, b2]) await daemon.waitFor("Master");
  for (const daemon of [a2, b1]) await daemon.waitFor("Backup");
  const carried = async () => ({
    r1: (await addressesOf(world, "r1")).slice(1).toSorted(),
    r2: (await addressesOf(world, "r2")).slice(1).toSorted(),
  });
  await settled(carried, { r1: ["10.9.0.101/24"], r2: ["10.9.0.102/24"] });
  for (const daemon of [a1, a2]) await daemon.kill();
  await world.unplug("r1");
  await b1.waitFor("Master");
  await settled(async () => (await carried()).r2, ["10.9.0.101/24", "10.9.0.102/24"]);
  const mark = b1.process.mark();
  await world.plugIn("r1");
  const again = [await start("r1", 1, 250), await start("r1", 2, 100)];
  await b1.waitFor("Backup", { since: mark });
  await settled(carried, { r1: ["10.9.0.101/24"], r2: ["10.9.0.102/24"] });
  for (const daemon of [...again, b1, b2]) await daemon.stop();
  assert.deepEqual(await carried(), { r1: [], r2: [] });
});

/** Two networks; on each router a process for either, whose -b pushes the other one into Backup. */
async function startTracking(world: World) {
  await world.addBridge("br1");
  for (const [machine, number] of [["r1", 1], ["r2", 2]] as const) {
    const mac = `02:00:00:00:01:0${number}`;
    await world.addLink({
      machine,
      name: "eth1",
      mac,
      address: `10.8.0.${number}/24`,
      bridge: "br1",
    });
  }
  const start = async (machine: Machine, port: 0 | 1, priority: number) => {
    const other = port === 0 ? "eth1_2" : "eth0_1";
    const push = await script(
      world,
      `push-${other}`,
      `kill -USR2 $(cat /var/run/vrrpd_${other}.pid)`,
    );
    return await Vrrpd.start({
      world,
      machine,
      args: [
        ...["-i", `eth${port}`, "-v", `${port + 1}`, "-p", `${priority}`, "-b", push],
        port === 0 ? VIP : "10.8.0.100",
      ],
    });
  };
  const r1 = { eth0: await start("r1", 0, 250), eth1: await start("r1", 1, 250) };
  for (const daemon of [r1.eth0, r1.eth1]) await daemon.waitFor("Backup");
  await hasten(world, [{ vrid: 1, addresses: [VIP] }]);
  for (const daemon of [r1.eth0, r1.eth1]) await daemon.waitFor("Master");
  const r2 = { eth0: await start("r2", 0, 200), eth1: await start("r2", 1, 200) };
  for (const daemon of [r2.eth0, r2.eth1]) await daemon.waitFor("Backup");
  return { r1, r2 };
}

Deno.test("port tracking: one link fails, both groups move, and stay while it is dead", async () => {
  await using world = await World.create();
  const { r1, r2 } = await startTracking(world);
  const capture = await Capture.start(world, { port: "br1" });
  await world.unplug("r1", ["eth0"]);
  await r1.eth0.waitFor("Fault");
  for (const daemon of [r2.eth0, r2.eth1]) await daemon.waitFor("Master");
  await settled(() => addressesOf(world, "r1", "eth1"), ["10.8.0.1/24"]);
  // By then the one of higher priority would be back by preemption.
  await capture.waitFor((frames) => advertsFrom("10.8.0.2", frames) >= LONG_ENOUGH, {
    what: "the other one's advertisements",
  });
  const speakers = adverts(await capture.stop()).filter(({ priority }) => priority > 0)
    .map(({ source }) => source);
  const since = speakers.indexOf("10.8.0.2");
  assert.deepEqual(new Set(speakers.slice(since)), new Set(["10.8.0.2"]));
  const mark = r1.eth1.process.mark();
  await world.plugIn("r1");
  for (const daemon of [r1.eth0, r1.eth1]) daemon.process.signal("SIGUSR1");
  await r1.eth1.waitFor("Master", { since: mark });
});
