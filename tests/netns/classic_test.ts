import assert from "node:assert/strict";
import { Capture } from "../support/capture.ts";
import { attempt, type CommandResult } from "../support/command.ts";
import { virtualMac } from "../support/daemon.ts";
import { hasten } from "../support/hasten.ts";
import { addressesOf, macOf } from "../support/host.ts";
import { machineState } from "../support/machine_state.ts";
import { adverts } from "../support/traffic.ts";
import { delay, settled } from "../support/wait.ts";
import { classicCommand, pidDirectory, Vrrpd } from "../support/vrrpd.ts";
import { ADDRESS, MAC, World } from "../support/world.ts";

const OWN = `${ADDRESS.r1}/24`;

async function tried(world: World, ...args: string[]): Promise<CommandResult> {
  const command = await classicCommand({ world, machine: "r1", args });
  return await attempt(["ip", "netns", "exec", world.namespace("r1"), ...command]);
}

async function pidFiles(world: World): Promise<string[]> {
  const entries = Deno.readDir(pidDirectory(world, "r1"));
  const names = await Array.fromAsync(entries, ({ name }) => name);
  return names.filter((name) => name.endsWith(".pid")).sort();
}

async function started(world: World, ...args: string[]): Promise<Vrrpd> {
  const daemon = await Vrrpd.start({ world, machine: "r1", args });
  await daemon.waitFor("Backup");
  return daemon;
}

Deno.test("vrrpd serves several addresses from its start to its stop, and leaves nothing", async () => {
  await using world = await World.create();
  const before = await machineState(world, "r1");
  const capture = await Capture.start(world);
  const daemon = await started(
    world,
    "-i",
    "eth0",
    "-v50",
    ...["-p", "250", "-f", world.directory],
    "10.9.0.100",
    "10.9.0.7/32",
  );
  await daemon.waitFor("Master");
  await settled(() => addressesOf(world, "r1"), [OWN, "10.9.0.7/32", "10.9.0.100/24"]);
  await settled(() => macOf(world, "r1"), virtualMac(50));
  const pidFile = world.path("vrrpd_eth0_50.pid");
  assert.equal(await Deno.readTextFile(pidFile), `${daemon.process.pid}\n`);
  daemon.process.signal("SIGHUP");
  // It would be gone with the first advertisement after the signal.
  await delay(1500);
  await daemon.stop();
  const seen = adverts(await capture.stop());
  assert.deepEqual(
    new Set(seen.map(({ addresses }) => addresses.join(" "))),
    new Set(["10.9.0.100 10.9.0.7"]),
  );
  assert.deepEqual(
    new Set(seen.map(({ vrid, priority }) => `${vrid} ${priority}`)),
    new Set(["50 250", "50 0"]),
  );
  assert.equal(seen.at(-1)?.priority, 0);
  await assert.rejects(Deno.stat(pidFile), Deno.errors.NotFound);
  assert.deepEqual(await machineState(world, "r1"), before);
});

Deno.test("vrrpd exits with 2 and one clear line where it cannot start", async () => {
  await using world = await World.create();
  await world.ip(
    "r1",
    "link add bare0 type veth peer name bare1",
    "link set bare0 up",
    "link set bare1 up",
    "link add down0 type veth peer name down1",
    "addr add 10.7.0.1/24 dev down0",
    "tuntap add tun0 mode tun",
    "addr add 10.6.0.1/24 dev tun0",
    "link set tun0 up",
  );
  const rows = [
    { name: "nosuch0", said: /interface nosuch0 does not exist/ },
    { name: "bare0", said: /interface bare0 has no IPv4 address/ },
    { name: "down0", said: /interface down0 is down/ },
    { name: "tun0", said: /interface tun0 is not an Ethernet interface/ },
    { name: "ppp0", said: /"ppp0" is not an Ethernet interface/ },
    { name: "lo", said: /"lo" is not an Ethernet interface/ },
  ];
  for (const { name, said } of rows) {
    const { code, stdout, stderr } = await tried(world, "-i", name, "-v", "1", "10.9.0.100");
    assert.match(stderr, said);
    assert.match(stderr, /^vrrpd: [^\n]+\n$/);
    assert.deepEqual({ name, code, stdout }, { name, code: 2, stdout: "" });
  }
  const nowhere = await tried(world, "-f/nonexistent", "-i", "eth0", "-v", "1", "10.9.0.100");
  assert.match(
    nowhere.stderr,
    /^vrrpd: Cannot use \/nonexistent\/vrrpd_eth0_1\.pid .* set -f to [^\n]*\n$/,
  );
  assert.equal(nowhere.code, 2);
  assert.deepEqual(await pidFiles(world), []);
});

Deno.test("vrrpd waits in Fault for a cable that is not plugged in yet", async () => {
  await using world = await World.create();
  await world.unplug("r1");
  const daemon = await Vrrpd.start({
    world,
    machine: "r1",
    args: ["-i", "eth0", "-v", "1", "10.9.0.100"],
  });
  await daemon.waitFor("Fault");
  await world.plugIn("r1");
  await daemon.waitFor("Backup");
});

Deno.test("vrrpd is not started twice for one virtual router, but after a kill", async () => {
  await using world = await World.create();
  const line = ["-i", "eth0", "-v", "1", "-n", "10.9.0.100"];
  const first = await started(world, ...line);
  const { code, stderr } = await tried(world, ...line);
  const { pid } = first.process;
  assert.match(
    stderr,
    new RegExp(`^vrrpd: Another daemon \\(process ${pid}\\) holds [^\\n]*: stop it[^\\n]*\\n$`),
  );
  assert.equal(code, 2);
  await first.kill();
  const second = await started(world, ...line);
  await second.process.waitForLine(
    new RegExp(`Replacing the PID file .*: process ${pid} has ended`),
  );
  await second.stop();
});

Deno.test("vrrpd -n runs several virtual routers on one interface, a process each", async () => {
  await using world = await World.create();
  const before = await machineState(world, "r1");
  const vrids = [1, 2, 3];
  const daemons = await Promise.all(
    vrids.map((vrid) =>
      started(world, "-ni", "eth0", "-v", `${vrid}`, "-p254", `10.9.0.10${vrid}`)
    ),
  );
  assert.deepEqual(await pidFiles(world), vrids.map((vrid) => `vrrpd_eth0_${vrid}.pid`));
  await hasten(world, vrids.map((vrid) => ({ vrid, addresses: [`10.9.0.10${vrid}`] })));
  for (const daemon of daemons) await daemon.waitFor("Master");
  const present = async () => (await addressesOf(world, "r1")).toSorted();
  await settled(present, [OWN, "10.9.0.101/24", "10.9.0.102/24", "10.9.0.103/24"]);
  assert.equal(await macOf(world, "r1"), MAC.r1);
  // One that is killed leaves its address, which the next process of any of them takes away.
  await daemons[1]?.kill();
  await daemons[0]?.stop();
  await settled(present, [OWN, "10.9.0.102/24", "10.9.0.103/24"]);
  const again = await started(world, "-ni", "eth0", "-v", "1", "-p254", "10.9.0.101");
  await settled(present, [OWN, "10.9.0.103/24"]);
  await again.stop();
  await daemons[2]?.stop();
  assert.deepEqual(await pidFiles(world), ["vrrpd_eth0_2.pid"]);
  assert.deepEqual(await machineState(world, "r1"), before);
});

Deno.test("vrrpd -a pw sends the key, and shows it neither in its log nor in its command line", async () => {
  await using world = await World.create();
  const capture = await Capture.start(world);
  const daemon = await Vrrpd.start({
    world,
    machine: "r1",
    args: ["-i", "eth0", "-v", "1", "-napw/0x62616e616e61", "10.9.0.100"],
  });
  await daemon.waitFor("Master");
  const words = await Deno.readTextFile(`/proc/${daemon.process.pid}/cmdline`);
  const masked = `-na${"*".repeat("pw/0x62616e616e61".length)}`;
  assert.deepEqual(words.split("\0").slice(1), ["-i", "eth0", "-v", "1", masked, "10.9.0.100", ""]);
  await daemon.stop();
  assert.doesNotMatch(daemon.process.text, /62616e616e61|banana/);
  const [frame] = (await capture.stop()).filter(({ frame }) =>
    adverts([{ tMs: 0, frame }]).length > 0
  );
  assert.ok(frame !== undefined);
  const text = new TextDecoder().decode(frame.frame);
  assert.ok(text.includes("banana\0\0"));
});
