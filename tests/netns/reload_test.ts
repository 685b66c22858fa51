import assert from "node:assert/strict";
import { Capture } from "../support/capture.ts";
import { machineState } from "../support/machine_state.ts";
import { Rvrrpd, type RvrrpdOptions, writeConfig } from "../support/rvrrpd.ts";
import type { TomlTable } from "../support/toml.ts";
import { adverts, claims } from "../support/traffic.ts";
import { delay, eventually } from "../support/wait.ts";
import { World } from "../support/world.ts";

const STAYS: TomlTable = { group: 1, vip: "10.9.0.101", priority: 200, iftype: "macvlan" };
const CHANGES: TomlTable = { group: 2, vip: "10.9.0.102", priority: 150, vmac: false };
const GOES: TomlTable = { group: 3, vip: "10.9.0.103", priority: 150, iftype: "macvlan" };
const COMES: TomlTable = { group: 4, vip: "10.9.0.104", priority: 150, iftype: "macvlan" };

/** r1 with these routers, all of them Master. */
async function masters(world: World, ...routers: readonly TomlTable[]): Promise<Rvrrpd> {
  const daemon = await Rvrrpd.start({ world, machine: "r1", routers });
  for (const { group } of routers) await daemon.waitFor("Master", { vrid: Number(group) });
  return daemon;
}

/** Writes another file and has it read; returns when that was told. */
async function reload(
  daemon: Rvrrpd,
  options: RvrrpdOptions,
  told = /Configuration read again/,
): Promise<void> {
  await writeConfig(options);
  const since = daemon.process.mark();
  daemon.process.signal("SIGHUP");
  await daemon.process.waitForLine(told, { since });
}

/** Of a Backup with the highest priority: three intervals (RFC 3768 section 6.1). */
const MASTER_DOWN_MS = 3000;

async function addresses(world: World): Promise<string[]> {
  const text = await world.run("r1", ["ip", "-4", "-o", "addr"]);
  return [...text.matchAll(/10\.9\.0\.10\d/g)].map(([address]) => address).sort();
}

Deno.test("rvrrpd leaves what has not changed alone when it reads its configuration again", async () => {
  await using world = await World.create();
  const daemon = await masters(world, STAYS, CHANGES, GOES);
  // The second announcement after becoming Master is over by then.
  await delay(5500);
  const capture = await Capture.start(world);
  await delay(1500);
  const routers = [COMES, STAYS, { ...CHANGES, priority: 120 }];
  const since = daemon.process.mark();
  await reload(daemon, { world, machine: "r1", routers });
  await daemon.waitFor("Master", { vrid: 4, since });
  await delay(1500);
  const frames = await capture.stop();
  const stayed = adverts(frames).filter(({ vrid }) => vrid === 1);
  assert.ok(stayed.length >= 6, `${stayed.length} advertisements`);
  assert.deepEqual(new Set(stayed.map(({ priority }) => priority)), new Set([200]));
  const gapsMs = stayed.slice(1).map(({ tMs }, index) => tMs - (stayed[index]?.tMs ?? 0));
  // No Backup would notice, also on a busy machine; and none is sent beside the series.
  assert.ok(gapsMs.every((gapMs) => gapMs < MASTER_DOWN_MS), `gaps of ${gapsMs} ms`);
  const spanMs = gapsMs.reduce((sum, gapMs) => sum + gapMs, 0);
  assert.ok(stayed.length <= spanMs / 1000 + 1.5, `${stayed.length} in ${spanMs} ms`);
  assert.deepEqual(claims(frames).filter(({ address }) => address === STAYS.vip), []);
  assert.deepEqual(await addresses(world), ["10.9.0.101", "10.9.0.102", "10.9.0.104"]);
  assert.deepEqual(daemon.process.matching(/group 1 .* Changed/, since), []);
});

Deno.test("rvrrpd goes on as Master with another priority after a reload", async () => {
  await using world = await World.create();
  const daemon = await masters(world, CHANGES);
  const capture = await Capture.start(world);
  const since = daemon.process.mark();
  await reload(daemon, { world, machine: "r1", routers: [{ ...CHANGES, priority: 77 }] });
  await delay(2500);
  const seen = adverts(await capture.stop()).map(({ priority }) => priority);
  assert.equal(seen.at(-1), 77);
  assert.ok(!seen.includes(0), "it said goodbye");
  assert.deepEqual(daemon.process.matching(/Changed from/, since), []);
});

Deno.test("rvrrpd says goodbye for what a reload takes away, and leaves nothing of it", async () => {
  await using world = await World.create();
  const before = await machineState(world, "r1");
  const daemon = await masters(world, STAYS, GOES, CHANGES);
  const capture = await Capture.start(world);
  const since = daemon.process.mark();
  await reload(daemon, { world, machine: "r1", routers: [CHANGES] });
  await daemon.waitFor("Down", { vrid: 3, since });
  await delay(500);
  const goodbyes = adverts(await capture.stop()).filter(({ priority }) => priority === 0);
  assert.deepEqual(goodbyes.map(({ vrid }) => vrid).sort(), [1, 3]);
  assert.deepEqual(await addresses(world), ["10.9.0.102"]);
  await eventually(async () => {
    return !(await world.run("r1", ["ip", "link"])).includes("standby");
  }, { what: "the end of the macvlans" });
  await daemon.stop();
  assert.deepEqual(await machineState(world, "r1"), before);
});

Deno.test("rvrrpd takes over other addresses of a virtual router by a reload", async () => {
  await using world = await World.create();
  const daemon = await masters(world, GOES);
  const since = daemon.process.mark();
  await reload(daemon, { world, machine: "r1", routers: [{ ...GOES, vip: "10.9.0.109" }] });
  await daemon.waitFor("Master", { vrid: 3, since });
  await eventually(async () => (await addresses(world)).join() === "10.9.0.109", {
    what: "the other address",
  });
});

Deno.test("rvrrpd changes nothing when the configuration it reads again is wrong", async () => {
  await using world = await World.create();
  const daemon = await masters(world, STAYS);
  const since = daemon.process.mark();
  const routers = [{ ...STAYS, priority: 4711 }, CHANGES];
  await reload(daemon, { world, machine: "r1", routers }, /wrong and stays as it was/);
  await daemon.process.waitForLine(/priority: 4711/, { since });
  assert.equal(daemon.process.matching(/priority: 4711/, since).length, 1);
  await Deno.remove(world.path("rvrrpd-r1.conf"));
  daemon.process.signal("SIGHUP");
  await daemon.process.waitForLine(/stays as it was: Cannot read .*no such file/, { since });
  await delay(1500);
  assert.deepEqual(await addresses(world), ["10.9.0.101"]);
  assert.deepEqual(daemon.process.matching(/Changed from|Starting/, since), []);
});

Deno.test("rvrrpd carries out the last of many reloads in a row", async () => {
  await using world = await World.create();
  const daemon = await masters(world, STAYS);
  for (let priority = 101; priority <= 120; priority++) {
    await writeConfig({ world, machine: "r1", routers: [{ ...STAYS, priority }] });
    daemon.process.signal("SIGHUP");
    await delay(20);
  }
  const capture = await Capture.start(world);
  await eventually(async () => {
    await delay(1100);
    return daemon.process.matching(/Configuration read again/).length > 0;
  }, { what: "a reload" });
  await delay(2500);
  assert.equal(adverts(await capture.stop()).at(-1)?.priority, 120);
});

Deno.test("rvrrpd puts a route back that a reload has brought and somebody removes", async () => {
  await using world = await World.create();
  const daemon = await masters(world, CHANGES);
  const since = daemon.process.mark();
  const routes = [{ route: "10.50.0.0/16", nh: "10.9.0.2" }];
  await reload(daemon, { world, machine: "r1", routers: [{ ...CHANGES, routes }] });
  await daemon.process.waitForLine(/Route 10\.50\.0\.0\/16 .* is set/, { since });
  await world.run("r1", ["ip", "route", "del", "10.50.0.0/16"]);
  await eventually(async () => {
    return (await world.run("r1", ["ip", "route"])).includes("10.50.0.0/16 via 10.9.0.2");
  }, { what: "the route" });
  await reload(daemon, { world, machine: "r1", routers: [CHANGES] });
  await eventually(async () => {
    return !(await world.run("r1", ["ip", "route"])).includes("10.50.0.0/16");
  }, { what: "the end of the route" });
});
