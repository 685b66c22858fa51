import assert from "node:assert/strict";
import { addressesOf, ping } from "../support/host.ts";
import { hasten } from "../support/hasten.ts";
import { Rvrrpd } from "../support/rvrrpd.ts";
import { setSysctls, type Sysctls, sysctls } from "../support/sysctl.ts";
import { eventually, settled } from "../support/wait.ts";
import { World } from "../support/world.ts";

const VIP = "10.9.0.100";
const LINK = "standby9";
const ROUTER = { group: 9, vip: VIP, iftype: "macvlan", priority: 200, preemption: true };
const FAREWELL = [{ vrid: 9, addresses: [VIP] }];

interface SettingRow {
  readonly row: string;
  readonly setting: string;
  /** What a new link begins with here, or what the interface had before. */
  readonly before: string;
  readonly backup: string;
  /** The same as `backup` unless given. */
  readonly master?: string;
}

/** Where the kernel's default is right, the machine's is made wrong. */
const ON_MACVLAN: readonly SettingRow[] = [
  {
    row: "a Backup forwards nothing",
    setting: "forwarding",
    before: "1",
    backup: "0",
    master: "1",
  },
  { row: "it answers for no address but its own", setting: "arp_ignore", before: "0", backup: "1" },
  { row: "it asks in its own name", setting: "arp_announce", before: "0", backup: "2" },
  { row: "it answers whatever the routes say", setting: "arp_filter", before: "1", backup: "0" },
  { row: "the way back leads through the parent", setting: "rp_filter", before: "1", backup: "2" },
  { row: "nobody here sends to it", setting: "accept_local", before: "1", backup: "0" },
  {
    row: "no address takes others along",
    setting: "promote_secondaries",
    before: "0",
    backup: "1",
  },
  { row: "no neighbour is sent elsewhere", setting: "send_redirects", before: "1", backup: "0" },
  { row: "it answers for no neighbour", setting: "proxy_arp", before: "1", backup: "0" },
  { row: "... even if `all` says so", setting: "medium_id", before: "0", backup: "-1" },
  { row: "... nor on one segment", setting: "proxy_arp_pvlan", before: "1", backup: "0" },
];

const ON_PARENT: readonly SettingRow[] = [
  { row: "it answers for no virtual address", setting: "arp_ignore", before: "0", backup: "1" },
  { row: "it asks in its own name", setting: "arp_announce", before: "0", backup: "2" },
  { row: "it answers for no neighbour", setting: "proxy_arp", before: "1", backup: "0" },
  { row: "... nor on one segment", setting: "proxy_arp_pvlan", before: "1", backup: "0" },
  { row: "no neighbour is sent elsewhere", setting: "send_redirects", before: "1", backup: "0" },
  { row: "that is the operator's", setting: "forwarding", before: "1", backup: "1" },
  { row: "0 is enough, and what else is theirs", setting: "arp_filter", before: "1", backup: "1" },
  { row: "unless `all` is strict", setting: "rp_filter", before: "1", backup: "1" },
  { row: "packet sockets need none", setting: "accept_local", before: "0", backup: "0" },
  { row: "no address is put there", setting: "promote_secondaries", before: "0", backup: "0" },
  { row: "no proxy, no media", setting: "medium_id", before: "0", backup: "0" },
];

const PARENT_BEFORE = expected("eth0", ON_PARENT, "before");

function path(name: string, setting: string): string {
  return `net/ipv4/conf/${name}/${setting}`;
}

function expected(
  name: string,
  rows: readonly SettingRow[],
  when: "before" | "backup" | "master",
): Sysctls {
  return Object.fromEntries(
    rows.map((row) => [path(name, row.setting), row[when] ?? row.backup]),
  );
}

async function present(world: World, wanted: Sysctls): Promise<Sysctls> {
  const keys = Object.keys(wanted);
  const values = await sysctls(world, "r1", keys);
  return Object.fromEntries(keys.map((key, index) => [key, values[index] ?? ""]));
}

/** A machine with IPv6 whose settings are all as they should not be for a virtual MAC. */
async function createWorld(): Promise<World> {
  const world = await World.create();
  await setSysctls(world, "r1", {
    "net/ipv6/conf/all/disable_ipv6": "0",
    "net/ipv6/conf/default/disable_ipv6": "0",
    "net/ipv4/ip_forward": "1",
    ...expected("default", ON_MACVLAN, "before"),
    ...PARENT_BEFORE,
  });
  return world;
}

async function expectSettings(world: World, state: "backup" | "master"): Promise<void> {
  const wanted = { ...expected(LINK, ON_MACVLAN, state), ...expected("eth0", ON_PARENT, state) };
  await settled(() => present(world, wanted), wanted);
}

Deno.test("rvrrpd sets on a macvlan and its parent what a virtual MAC needs, and puts it back [H1 demands]", async () => {
  await using world = await createWorld();
  const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [ROUTER] });
  await daemon.waitFor("Backup");
  await expectSettings(world, "backup");
  await hasten(world, FAREWELL);
  await daemon.waitFor("Master");
  await expectSettings(world, "master");

  const since = daemon.process.mark();
  const better = { ...ROUTER, priority: 250, iftype: "ether", vmac: false };
  await Rvrrpd.start({ world, machine: "r2", routers: [better] });
  await daemon.waitFor("Backup", { since });
  await expectSettings(world, "backup");

  await daemon.stop();
  assert.deepEqual(await present(world, PARENT_BEFORE), PARENT_BEFORE);
});

Deno.test("rvrrpd says that it has switched proxy ARP off", async () => {
  await using world = await createWorld();
  const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [ROUTER] });
  await daemon.waitFor("Backup");
  await daemon.process.waitForLine(/Proxy ARP is switched off on eth0/);
  assert.equal(daemon.process.matching(/Proxy ARP is switched off on eth0/).length, 1);
});

Deno.test("rvrrpd makes its macvlan in bridge mode, without IPv6 and an address of its own making [H17 forbids]", async () => {
  await using world = await createWorld();
  const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [ROUTER] });
  await daemon.waitFor("Backup");
  const [link] = JSON.parse(await world.run("r1", ["ip", "-j", "-d", "link", "show", LINK]));
  assert.equal(link.linkinfo.info_data.mode, "bridge");
  assert.equal(link.inet6_addr_gen_mode, "none");
  assert.deepEqual(await addressesOf(world, "r1", LINK), []);
  assert.deepEqual(await sysctls(world, "r1", [`net/ipv6/conf/${LINK}/disable_ipv6`]), ["1"]);
});

Deno.test("rvrrpd loosens a parent that is strict because the whole machine is, and only then", async () => {
  await using world = await createWorld();
  const parent = path("eth0", "rp_filter");
  await setSysctls(world, "r1", { [path("all", "rp_filter")]: "1", [parent]: "0" });
  const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [ROUTER] });
  await daemon.waitFor("Backup");
  assert.deepEqual(await sysctls(world, "r1", [path("all", "rp_filter"), parent]), ["1", "2"]);
  await daemon.stop();
  assert.deepEqual(await sysctls(world, "r1", [path("all", "rp_filter"), parent]), ["1", "0"]);
});

Deno.test("rvrrpd leaves a setting of the parent alone that somebody has changed meanwhile", async () => {
  await using world = await createWorld();
  const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [ROUTER] });
  await daemon.waitFor("Backup");
  const changed = { [path("eth0", "arp_ignore")]: "8" };
  await setSysctls(world, "r1", changed);
  await daemon.stop();
  assert.deepEqual(await present(world, PARENT_BEFORE), { ...PARENT_BEFORE, ...changed });
});

Deno.test("rvrrpd takes over on a macvlan that udev has made strict after it was made", async () => {
  await using world = await World.create();
  const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [ROUTER] });
  await daemon.waitFor("Backup");
  await setSysctls(world, "r1", { [path(LINK, "rp_filter")]: "1" });
  await hasten(world, FAREWELL);
  await daemon.waitFor("Master");
  await eventually(() => ping(world, "host", VIP), { what: `an answer from ${VIP}` });
});
