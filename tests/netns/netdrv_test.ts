import assert from "node:assert/strict";
import { run } from "../support/command.ts";
import { ping } from "../support/host.ts";
import { machineState } from "../support/machine_state.ts";
import { TestProcess } from "../support/process.ts";
import { changePattern, RVRRPD, Rvrrpd, writeConfig } from "../support/rvrrpd.ts";
import type { TomlTable } from "../support/toml.ts";
import { eventually, settled } from "../support/wait.ts";
import { ADDRESS, type Machine, World } from "../support/world.ts";

const VIP = "10.9.0.100";
const VRID = 7;

const ROWS: readonly { readonly netdrv: string; readonly keys: TomlTable; readonly row: string }[] =
  [
    { netdrv: "libnl", keys: { vmac: true }, row: "libnl, virtual MAC on the interface" },
    { netdrv: "libnl", keys: { iftype: "macvlan" }, row: "libnl, macvlan" },
    { netdrv: "ioctl", keys: { vmac: false }, row: "ioctl, no virtual MAC" },
    { netdrv: "ioctl", keys: { vmac: true }, row: "ioctl, virtual MAC on the interface" },
  ];

interface Shown {
  readonly local: string;
  readonly prefixlen: number;
  readonly label?: string;
}

/** The virtual addresses of eth0 and its children with their labels. */
async function virtualAddresses(world: World, machine: Machine): Promise<string[]> {
  const links: { addr_info: Shown[] }[] = JSON.parse(
    await world.run(machine, ["ip", "-j", "-4", "addr", "show"]),
  );
  return links.flatMap(({ addr_info }) => addr_info)
    .filter(({ local }) => local !== ADDRESS.r1 && local !== ADDRESS.r2 && local !== "127.0.0.1")
    .map(({ local, prefixlen, label }) => `${local}/${prefixlen} ${label}`);
}

function router(keys: TomlTable, differences: TomlTable): TomlTable {
  return { group: VRID, vip: `${VIP}/24`, preemption: true, ...keys, ...differences };
}

for (const { netdrv, keys, row } of ROWS) {
  Deno.test(`rvrrpd takes over, steps down and leaves nothing behind: ${row}`, async () => {
    await using world = await World.create();
    const before = await machineState(world, "r1");
    const daemon = await Rvrrpd.start({
      world,
      machine: "r1",
      routers: [router(keys, { netdrv, priority: 100 })],
    });
    await daemon.waitFor("Master");
    const label = { ioctl: "eth0:0", libnl: "eth0" }[netdrv];
    const expected = keys["iftype"] === "macvlan"
      ? `${VIP}/32 standby${VRID}`
      : `${VIP}/24 ${label}`;
    await settled(() => virtualAddresses(world, "r1"), [expected]);
    await eventually(() => ping(world, "host", VIP), { what: "an answer to the host's ping" });

    const since = daemon.process.mark();
    const better = await Rvrrpd.start({
      world,
      machine: "r2",
      routers: [router(keys, { priority: 200 })],
    });
    await daemon.waitFor("Backup", { since });
    await settled(() => virtualAddresses(world, "r1"), []);
    const backupSince = daemon.process.mark();
    await better.stop();
    await daemon.waitFor("Master", { since: backupSince });
    await settled(() => virtualAddresses(world, "r1"), [expected]);

    assert.deepEqual(daemon.changes(), [
      "Init to Backup",
      "Backup to Master",
      "Master to Backup",
      "Backup to Master",
    ]);
    await daemon.stop();
    assert.deepEqual(await machineState(world, "r1"), before);
    const errors = daemon.process.lines.filter(({ stream }) => stream === "stderr");
    assert.deepEqual(errors, []);
  });
}

Deno.test("rvrrpd with ioctl takes an alias off that a killed run has left behind", async () => {
  await using world = await World.create();
  const before = await machineState(world, "r1");
  const start = () =>
    Rvrrpd.start({
      world,
      machine: "r1",
      routers: [router({ vmac: false }, { netdrv: "ioctl", priority: 100 })],
    });
  const killed = await start();
  await killed.waitFor("Master");
  await settled(() => virtualAddresses(world, "r1"), [`${VIP}/24 eth0:0`]);
  await killed.kill();
  assert.deepEqual(await virtualAddresses(world, "r1"), [`${VIP}/24 eth0:0`]);

  const daemon = await start();
  await daemon.waitFor("Backup");
  assert.deepEqual(await virtualAddresses(world, "r1"), []);
  await daemon.stop();
  assert.deepEqual(await machineState(world, "r1"), before);
});

Deno.test("rvrrpd runs virtual routers with different drivers on one interface", async () => {
  await using world = await World.create();
  const before = await machineState(world, "r1");
  const daemon = await Rvrrpd.start({
    world,
    machine: "r1",
    routers: ["netlink", "libnl", "ioctl", "ioctl"].map((netdrv, index) => ({
      group: index + 1,
      vip: `10.9.0.${101 + index}/24`,
      priority: 254,
      netdrv,
      vmac: false,
    })),
  });
  for (const vrid of [1, 2, 3, 4]) await daemon.waitFor("Master", { vrid });
  await settled(async () => (await virtualAddresses(world, "r1")).toSorted(), [
    "10.9.0.101/24 eth0",
    "10.9.0.102/24 eth0",
    "10.9.0.103/24 eth0:0",
    "10.9.0.104/24 eth0:1",
  ]);
  await daemon.stop();
  assert.deepEqual(await machineState(world, "r1"), before);
});

/** Where the dynamic loader finds a library. */
async function libraryPath(file: string): Promise<string> {
  const line = (await run(["ldconfig", "-p"])).split("\n").find((one) => one.includes(`${file} `));
  const path = line?.split(" => ")[1];
  assert.ok(path, `${file} is not installed`);
  return path;
}

Deno.test("rvrrpd runs with netlink where libnl is missing, and says so once", async () => {
  await using world = await World.create();
  const routers = [1, 2].map((group) => ({
    group,
    vip: `10.9.0.${100 + group}/24`,
    priority: 254,
    netdrv: "libnl",
    vmac: false,
  }));
  const file = await writeConfig({ world, machine: "r1", routers });
  const isolated = ["--mount", "--propagation", "private", "sh", "-c"];
  const script = 'mount --bind /dev/null "$0" && exec "$@"';
  const library = await libraryPath("libnl-route-3.so.200");
  const daemon = world.own(
    new TestProcess({
      command: "unshare",
      args: [...isolated, script, library, RVRRPD, "-m1", "-c", file],
      namespace: world.namespace("r1"),
    }),
  );
  for (const group of [1, 2]) await daemon.waitForLine(changePattern("Master", group));
  await daemon.waitForLine(/libnl/);
  const lines = daemon.matching(/libnl/);
  assert.equal(lines.length, 1, daemon.text);
  assert.match(
    lines[0] ?? "",
    /^warning: Cannot load libnl-route-3\.so\.200: .*; netlink runs in place/,
  );
  await settled(async () => (await virtualAddresses(world, "r1")).length, 2);
  await daemon.stop();
  assert.deepEqual(await virtualAddresses(world, "r1"), []);
});
