import assert from "node:assert/strict";
import { noteLine } from "../../src/runtime/undo/record.ts";
import { isUndoFileName } from "../../src/runtime/undo/undo_file.ts";
import { virtualMac } from "../support/daemon.ts";
import { arpAnswers, neighbour, ping } from "../support/host.ts";
import { machineState } from "../support/machine_state.ts";
import { Rvrrpd, writeConfig } from "../support/rvrrpd.ts";
import type { TomlTable } from "../support/toml.ts";
import { attempt } from "../support/command.ts";
import { eventually, settled } from "../support/wait.ts";
import { ADDRESS, MAC, type Machine, World } from "../support/world.ts";

const VIP = "10.9.0.100";
const EXCLUDED = "10.9.0.101";
const ROUTER: TomlTable = {
  group: 1,
  vip: `${VIP}/24`,
  priority: 200,
  excluded_vips: [`${EXCLUDED}/24`],
  accept: false,
};
const TABLE = /table inet rvrrpd_\d+_[0-9a-f]{8} /;

function firewall(world: World, machine: Machine = "r1"): Promise<string> {
  return world.run(machine, ["nft", "list", "ruleset"]);
}

/** What becomes of a connection to a port that nobody listens on; bash is in every test machine. */
async function connects(world: World, address: string): Promise<"refused" | "silence"> {
  const script = `exec 3<>/dev/tcp/${address}/9`;
  const argv = ["netns", "exec", world.namespace("host"), "timeout", "1", "bash", "-c", script];
  const { code } = await attempt(["ip", ...argv]);
  // 124 is the end of the time.
  return code === 124 ? "silence" : "refused";
}

/** A network behind r1, whose way from the host leads through the virtual router. */
async function networkBehind(world: World): Promise<void> {
  await world.ip("r1", "link add behind type veth peer name far");
  await world.run("r1", ["sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward"]);
  const host = world.namespace("r2");
  await world.ip(
    "r1",
    `link set far netns ${host}`,
    "addr add 10.7.0.1/24 dev behind",
    "link set behind up",
  );
  await world.ip("r2", "addr add 10.7.0.2/24 dev far", "link set far up");
  await world.ip("r2", "route add 10.9.0.3/32 via 10.7.0.1 metric 1");
  await world.ip("host", `route add 10.7.0.0/24 via ${VIP}`);
}

const ROWS: readonly { readonly row: string; readonly keys: TomlTable; readonly mac: string }[] = [
  { row: "ether with the virtual MAC", keys: {}, mac: virtualMac(1) },
  { row: "macvlan", keys: { iftype: "macvlan" }, mac: virtualMac(1) },
  { row: "version 3", keys: { version: 3, vmac: false }, mac: MAC.r1 },
];

for (const { row, keys, mac } of ROWS) {
  Deno.test(`rvrrpd with accept = false forwards, answers ARP and takes nothing else: ${row} [A7 forbids]`, async () => {
    await using world = await World.create();
    await networkBehind(world);
    const before = await machineState(world, "r1");
    const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [{ ...ROUTER, ...keys }] });
    await daemon.waitFor("Master");

    await settled(() => arpAnswers(world, VIP), [mac]);
    await Promise.all([VIP, EXCLUDED].map(async (address) => {
      assert.equal(await ping(world, "host", address), false, address);
      assert.equal(await connects(world, address), "silence", address);
      assert.equal(await neighbour(world, "host", address), mac, address);
    }));
    assert.ok(await ping(world, "host", ADDRESS.r1), "the router's own address is no virtual one");
    assert.equal(await connects(world, ADDRESS.r1), "refused");
    assert.ok(await ping(world, "host", "10.7.0.2"), "through the virtual router");
    assert.ok(await ping(world, "r1", VIP), "from the machine itself");
    assert.ok(await ping(world, "r1", ADDRESS.host), "its own questions are answered");

    await daemon.stop();
    assert.deepEqual(await machineState(world, "r1"), before);
  });
}

Deno.test("rvrrpd with accept = false hears another Master, and keeps nothing denied as Backup", async () => {
  await using world = await World.create();
  const low = await Rvrrpd.start({ world, machine: "r1", routers: [{ ...ROUTER, priority: 100 }] });
  await low.waitFor("Master");
  await eventually(async () => (await firewall(world)).includes(VIP), {
    what: "the address denied",
  });
  const high = await Rvrrpd.start({
    world,
    machine: "r2",
    routers: [{ ...ROUTER, accept: true, preemption: true }],
  });
  await high.waitFor("Master");
  await low.waitFor("Backup");
  await settled(async () => (await firewall(world)).includes(VIP), false);
  assert.match(await firewall(world), TABLE);
  await eventually(() => ping(world, "host", VIP), { what: "an answer of one that accepts" });
  assert.equal(await firewall(world, "r2"), "");
});

Deno.test("rvrrpd drops nothing for an owner [A6 demands]", async () => {
  await using world = await World.create();
  const { excluded_vips: _, ...keys } = ROUTER;
  const own = { ...keys, vip: ADDRESS.r1 };
  const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [own] });
  await daemon.waitFor("Master");
  assert.ok(await ping(world, "host", ADDRESS.r1));
  assert.doesNotMatch(await firewall(world), /elements/);
});

Deno.test("rvrrpd follows accept over a reload, both ways", async () => {
  await using world = await World.create();
  const config = (accept: boolean) =>
    writeConfig({ world, machine: "r1", routers: [{ ...ROUTER, accept }] });
  const daemon = await Rvrrpd.start({
    world,
    machine: "r1",
    routers: [{ ...ROUTER, accept: true }],
  });
  await daemon.waitFor("Master");
  await eventually(() => ping(world, "host", VIP), { what: "an answer" });
  assert.equal(await firewall(world), "");

  await config(false);
  daemon.process.signal("SIGHUP");
  await settled(() => ping(world, "host", VIP), false);
  await config(true);
  daemon.process.signal("SIGHUP");
  await eventually(() => ping(world, "host", VIP), { what: "an answer again" });
  await settled(() => firewall(world), "");
  assert.deepEqual(daemon.changes().length, 2, "Init to Backup to Master, and no more");
});

Deno.test("rvrrpd deletes a table that an ended process noted, and no table of others", async () => {
  await using world = await World.create();
  const accepting = { ...ROUTER, accept: true };
  const killed = await Rvrrpd.start({ world, machine: "r1", routers: [accepting] });
  await killed.waitFor("Master");
  await killed.kill();
  // What it would have left behind under a kernel whose tables have no owners.
  const left = "rvrrpd_4711_0123abcd";
  const directory = world.path("rvrrpd-r1.state");
  const names = await Array.fromAsync(Deno.readDir(directory), (entry) => entry.name);
  const [name] = names.filter(isUndoFileName);
  const lines = [left, "filter"].map((table) => noteLine({ note: "table", name: table }));
  await Deno.writeTextFile(`${directory}/${name}`, lines.join(""), { append: true });
  await world.run("r1", ["nft", `add table inet ${left}; add table inet filter`]);

  const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [accepting] });
  await daemon.process.waitForLine(/Undoing what process \d+ left behind: the nftables table /);
  await daemon.waitFor("Master");
  assert.equal((await firewall(world)).trim(), "table inet filter {\n}");
});

Deno.test("rvrrpd leaves no rules behind when it is killed, and others' rules alone", async () => {
  await using world = await World.create();
  const others =
    "add table inet other; add chain inet other rest { type filter hook input priority 0; }";
  await world.run("r1", ["nft", others]);
  const before = await firewall(world);
  const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [ROUTER] });
  await daemon.waitFor("Master");
  await eventually(async () => (await firewall(world)).includes(VIP), {
    what: "the address denied",
  });

  await world.run("r1", ["nft", "flush ruleset"]);
  const rest = await firewall(world);
  assert.match(rest, TABLE);
  assert.ok(!rest.includes("table inet other"));
  assert.equal(await ping(world, "host", VIP), false, "the rules are safe from others");

  await world.run("r1", ["nft", others]);
  await daemon.kill();
  assert.equal(await firewall(world), before);
});
