import assert from "node:assert/strict";
import { Capture } from "../support/capture.ts";
import { run } from "../support/command.ts";
import { addressesOf } from "../support/host.ts";
import { Rvrrpd } from "../support/rvrrpd.ts";
import type { TomlTable } from "../support/toml.ts";
import { adverts } from "../support/traffic.ts";
import { delay, settled } from "../support/wait.ts";
import { ADDRESS, MAC, World } from "../support/world.ts";

const VIP = "10.9.0.100";
const ROUTER: TomlTable = { group: 1, priority: 250, vip: `${VIP}/24`, vmac: false };
const OWN = `${ADDRESS.r1}/24`;
const SECOND = "10.9.0.11";

async function startMaster(world: World, keys: TomlTable = {}): Promise<Rvrrpd> {
  const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [{ ...ROUTER, ...keys }] });
  await daemon.waitFor("Master");
  return daemon;
}

Deno.test("rvrrpd sends from another address when the primary one goes, and says so", async () => {
  await using world = await World.create();
  await world.ip("r1", `addr add ${SECOND}/24 dev eth0`);
  const daemon = await startMaster(world);
  const since = daemon.process.mark();
  const capture = await Capture.start(world);
  await delay(1500);
  await world.ip("r1", `addr del ${OWN} dev eth0`);
  await daemon.process.waitForLine(/Sends from 10\.9\.0\.11, before 10\.9\.0\.1$/, { since });
  await delay(1500);
  const sources = adverts(await capture.stop()).map(({ source }) => source);
  assert.deepEqual([...new Set(sources)], [ADDRESS.r1, SECOND]);
  assert.deepEqual(daemon.process.matching(/Changed from/, since), []);
  await settled(() => addressesOf(world, "r1"), [`${SECOND}/24`, `${VIP}/24`]);
});

Deno.test("rvrrpd is in Fault while its interface has no address, and takes its own off", async () => {
  await using world = await World.create();
  const daemon = await startMaster(world);
  const goneAt = daemon.process.mark();
  await world.ip("r1", `addr del ${OWN} dev eth0`);
  await daemon.process.waitForLine(/Fault: interface eth0 has no IPv4 address/, { since: goneAt });
  await settled(() => addressesOf(world, "r1"), []);
  const backAt = daemon.process.mark();
  await world.ip("r1", `addr add ${OWN} dev eth0`);
  await daemon.waitFor("Master", { since: backAt });
  await settled(() => addressesOf(world, "r1"), [OWN, `${VIP}/24`]);
});

/** Whether the kernel reports the group of VRRP to switches. */
async function isMember(world: World, name: string): Promise<boolean> {
  const [memberships] = JSON.parse(
    await world.run("r1", ["ip", "-j", "-4", "maddr", "show", "dev", name]),
  );
  const groups: { address: string }[] = memberships?.maddr ?? [];
  return groups.some(({ address }) => address === "224.0.0.18");
}

Deno.test("rvrrpd joins its group again after the MTU was too small for IPv4", async () => {
  await using world = await World.create();
  // Most kinds of interface refuse such an MTU.
  const name = "small0";
  const mend = [`link set ${name} mtu 1500`, `addr add 10.9.0.12/24 dev ${name}`];
  await world.ip("r1", `link add ${name} type ifb`, ...mend, `link set ${name} up`);
  const daemon = await startMaster(world, { interface: name });
  assert.equal(await isMember(world, name), true);
  const since = daemon.process.mark();
  await world.ip("r1", `link set ${name} mtu 67`);
  await daemon.waitFor("Fault", { since });
  assert.equal(await isMember(world, name), false);
  await world.ip("r1", ...mend);
  await daemon.waitFor("Master", { since });
  assert.equal(await isMember(world, name), true);
  await settled(() => addressesOf(world, "r1", name), ["10.9.0.12/24", `${VIP}/24`]);
});

/** More than the kernel keeps for a process that does not read. */
const TOO_MANY = 6000;

/** Changes that have nothing to do with anybody, until notifications are lost. */
async function overrun(world: World): Promise<void> {
  const lines = Array.from({ length: TOO_MANY }, (_, index) => {
    const address = `192.0.2.${index % 250 + 1}/32`;
    return [`addr add ${address} dev lo`, `addr del ${address} dev lo`];
  }).flat();
  await world.ip("r1", ...lines);
}

const LOST = /The kernel dropped notifications: looking at all interfaces again/;

Deno.test("rvrrpd puts an address back of whose removal the notification was lost", async () => {
  await using world = await World.create();
  const daemon = await startMaster(world);
  await settled(() => addressesOf(world, "r1"), [OWN, `${VIP}/24`]);
  const since = daemon.process.mark();
  daemon.process.signal("SIGSTOP");
  await overrun(world);
  await world.ip("r1", `addr del ${VIP}/24 dev eth0`);
  daemon.process.signal("SIGCONT");
  await daemon.process.waitForLine(LOST, { since });
  await settled(() => addressesOf(world, "r1"), [OWN, `${VIP}/24`]);
  await daemon.stop();
});

Deno.test("rvrrpd knows an interface for another one though its index is the same and no word came of it", async () => {
  await using world = await World.create();
  const spare = `${world.namespace("r1")}-spare`;
  await run(["ip", "netns", "add", spare]);
  try {
    const daemon = await startMaster(world, { vmac: true });
    const since = daemon.process.mark();
    daemon.process.signal("SIGSTOP");
    await overrun(world);
    await world.ip("r1", `link set eth0 netns ${spare}`);
    await run(["ip", "-n", spare, "link", "set", "eth0", "netns", world.namespace("r1")]);
    await world.ip(
      "r1",
      `link set eth0 address ${MAC.r1}`,
      `addr add ${OWN} dev eth0`,
      "link set eth0 up",
    );
    daemon.process.signal("SIGCONT");
    await daemon.process.waitForLine(LOST, { since });
    await daemon.waitFor("Fault", { since });
    const faultAt = daemon.process.mark();
    await daemon.waitFor("Master", { since: faultAt });
    const capture = await Capture.start(world);
    await delay(1500);
    assert.ok(adverts(await capture.stop()).length > 0, "it can send there");
    await daemon.stop();
    assert.deepEqual(await addressesOf(world, "r1"), [OWN]);
  } finally {
    await run(["ip", "netns", "del", spare]);
  }
});

Deno.test("rvrrpd comes to rest after any number of notifications, and has heard them all", async () => {
  await using world = await World.create();
  const daemon = await startMaster(world, {});
  for (const count of [31, 32, 33, 64]) {
    // All of them wait when it wakes.
    daemon.process.signal("SIGSTOP");
    const adds = Array.from(
      { length: count },
      (_, index) => `addr add 10.77.0.${index + 1}/32 dev lo`,
    );
    await world.ip("r1", ...adds);
    daemon.process.signal("SIGCONT");
    await delay(500);
    const before = await cpuTicks(daemon.process.pid);
    await delay(1500);
    const ticks = await cpuTicks(daemon.process.pid) - before;
    assert.ok(ticks < 75, `${ticks} ticks of CPU after ${count} notifications`);
    await world.ip("r1", ...adds.map((line) => line.replace(" add ", " del ")));
    await delay(200);
  }
});

/** Hundredths of a second on the CPU so far. */
async function cpuTicks(pid: number): Promise<number> {
  const [, rest = ""] = (await Deno.readTextFile(`/proc/${pid}/stat`)).split(") ");
  const fields = rest.split(" ");
  return Number(fields[11]) + Number(fields[12]);
}
