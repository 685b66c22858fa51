import assert from "node:assert/strict";
import { frameOf, KINDS } from "../conformance/kinds.ts";
import { Capture } from "../support/capture.ts";
import { virtualMac } from "../support/daemon.ts";
import { forwarded, makeRouters } from "../support/flood.ts";
import { addressesOf, neighbour, ping } from "../support/host.ts";
import { inject } from "../support/inject.ts";
import {
  ADVERTISEMENT,
  FLAG,
  ICMPV6,
  isUnsolicited,
  neighbors,
  routerAdverts,
  type SeenNeighbor,
  SOLICITATION,
  unsolicited,
} from "../support/neighbors.ts";
import { Rvrrpd } from "../support/rvrrpd.ts";
import { setSysctls } from "../support/sysctl.ts";
import type { TomlTable } from "../support/toml.ts";
import { eventually } from "../support/wait.ts";
import { ADDRESS6, LINK_LOCAL, MAC, World } from "../support/world.ts";

const VRID = 7;
const VIRTUAL = virtualMac(VRID, 6);
const VIPS = ["fe80::100", "fd00:9::100"];
const [LINK_VIP, VIP] = ["fe80::100", "fd00:9::100"] as const;
const LINK = "standby7";
const ROUTER: TomlTable = { group: VRID, version: 3, vip: VIPS, iftype: "macvlan", priority: 254 };
/** Half a minute as Backup, unless somebody says that it leaves: then 78 ms. */
const PATIENT: TomlTable = { ...ROUTER, timers: { advert: 10 } };

function ofVip({ target }: SeenNeighbor): boolean {
  return VIPS.includes(target);
}

async function createWorld(): Promise<World> {
  const world = await World.create({ ipv6: true });
  await setSysctls(world, "r1", { "net/ipv6/conf/all/forwarding": "1" });
  return world;
}

async function start(world: World, router = PATIENT): Promise<Rvrrpd> {
  const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [router] });
  await daemon.waitFor("Backup");
  return daemon;
}

async function sayFarewell(world: World): Promise<void> {
  const kind = KINDS.find(({ config }) => config.family === 6);
  assert.ok(kind);
  await inject(world, { machine: "host", frames: [frameOf(kind, { priority: 0 })] });
}

async function becomeMaster(world: World, daemon: Rvrrpd): Promise<void> {
  await sayFarewell(world);
  await daemon.waitFor("Master");
  await reached(world, VIP);
}

/** Asked again: a busy machine may take longer than a second. */
async function reached(world: World, address: string): Promise<void> {
  await eventually(() => ping(world, "host", address), { what: `an answer from ${address}` });
}

Deno.test("a new Master tells where each IPv6 address is, with R and O and its virtual MAC [B7c demands] [H10 demands]", async () => {
  await using world = await createWorld();
  const capture = await Capture.start(world, { filter: ICMPV6, port: "r1" });
  const daemon = await start(world);
  await becomeMaster(world, daemon);
  const seen = neighbors(await capture.stop()).filter(ofVip).filter(isUnsolicited);
  assert.deepEqual(new Set(seen.map(({ target }) => target)), new Set(VIPS));
  for (const { target, source: _source, tMs: _tMs, ...one } of seen) {
    assert.deepEqual(one, {
      type: ADVERTISEMENT,
      from: VIRTUAL,
      destination: "ff02::1",
      toMac: "33:33:00:00:00:01",
      hopLimit: 255,
      flags: FLAG.router | FLAG.override,
      mac: VIRTUAL,
    }, target);
  }
});

Deno.test("nobody ever sees an IPv6 address of a Master at another MAC than the virtual one [B7c forbids] [H8 forbids] [H10 forbids] [H11 forbids]", async () => {
  await using world = await createWorld();
  const capture = await Capture.start(world, { filter: ICMPV6, port: "r1" });
  const daemon = await start(world);
  await becomeMaster(world, daemon);
  await world.ip("host", "neigh flush dev eth0");
  await reached(world, VIP);
  await daemon.stop();
  const seen = neighbors(await capture.stop());
  const said = seen.filter(({ type }) => type === ADVERTISEMENT).filter(ofVip);
  assert.ok(said.some((one) => !isUnsolicited(one)), "somebody has asked");
  assert.deepEqual(
    new Set(said.map(({ from, mac }) => `${from} ${mac}`)),
    new Set([
      `${VIRTUAL} ${VIRTUAL}`,
    ]),
  );
});

Deno.test("a Master answers who asks for an IPv6 address, with R and its virtual MAC [A3 demands]", async () => {
  await using world = await createWorld();
  const daemon = await start(world);
  await becomeMaster(world, daemon);
  const capture = await Capture.start(world, { filter: ICMPV6, port: "r1" });
  for (const [address, device] of [[VIP, ""], [LINK_VIP, "%eth0"]] as const) {
    await world.ip("host", "neigh flush dev eth0");
    await reached(world, `${address}${device}`);
    assert.equal(await neighbour(world, "host", address), VIRTUAL, address);
  }
  const answers = neighbors(await capture.stop()).filter((one) => {
    return one.type === ADVERTISEMENT && ofVip(one) && !isUnsolicited(one);
  });
  assert.deepEqual(new Set(answers.map(({ target }) => target)), new Set(VIPS));
  for (const { flags, mac, target } of answers) {
    assert.equal(flags & FLAG.router, FLAG.router, target);
    assert.equal(mac, VIRTUAL, target);
  }
});

Deno.test("a Backup answers nobody who asks for an IPv6 address, and says nothing of it [B2 forbids] [H10 forbids]", async () => {
  await using world = await createWorld();
  const capture = await Capture.start(world, { filter: ICMPV6, port: "r1" });
  await start(world);
  await reached(world, ADDRESS6.r1);
  assert.equal(await ping(world, "host", VIP), false);
  assert.equal(await ping(world, "host", `${LINK_VIP}%eth0`), false);
  const said = neighbors(await capture.stop()).filter(({ from, target, type }) => {
    const isOurs = from === MAC.r1 || from === VIRTUAL;
    return isOurs && (type === ADVERTISEMENT ? VIPS.includes(target) : from === VIRTUAL);
  });
  assert.deepEqual(said, []);
});

async function groupsOf(world: World, name: string): Promise<string[]> {
  const text = await world.run("r1", ["ip", "-j", "-6", "maddr", "show", "dev", name]);
  const [link]: { maddr: { address?: string }[] }[] = JSON.parse(text);
  return (link?.maddr ?? []).flatMap(({ address }) => address ?? []);
}

/** Of both addresses: their last 24 bits are the same. */
const SOLICITED_NODE = "ff02::1:ff00:100";

Deno.test("a Master is in the solicited-node group of its IPv6 addresses [A2 demands]", async () => {
  await using world = await createWorld();
  const daemon = await start(world);
  await becomeMaster(world, daemon);
  assert.ok((await groupsOf(world, LINK)).includes(SOLICITED_NODE));
});

Deno.test("a Backup is in no solicited-node group of its IPv6 addresses [A2 forbids]", async () => {
  await using world = await createWorld();
  await start(world);
  for (const name of [LINK, "eth0"]) {
    assert.equal((await groupsOf(world, name)).includes(SOLICITED_NODE), false, name);
  }
});

const ASKS = [
  {
    what:
      "a Master on a macvlan asks for hosts from each address with its MAC [H9 demands] [H9 forbids] [H11 forbids]",
    keys: {},
    mac: MAC.r1,
  },
  {
    what:
      "a Master with the virtual MAC on the interface asks for hosts with that one [H9 demands] [H9 forbids]",
    keys: { iftype: "ether", vmac: true },
    mac: VIRTUAL,
  },
] as const;

for (const { what, keys, mac: usual } of ASKS) {
  Deno.test(`over IPv6 ${what}`, async () => {
    await using world = await createWorld();
    const daemon = await start(world, { ...PATIENT, ...keys });
    await becomeMaster(world, daemon);
    const capture = await Capture.start(world, { filter: ICMPV6, port: "r1" });
    for (let count = 0; count < 10; count++) {
      const links = (await world.run("r1", ["ls", "/sys/class/net"])).split(/\s+/);
      const flushed = links.filter((name) => ["eth0", LINK].includes(name));
      await world.ip("r1", ...flushed.map((name) => `neigh flush dev ${name}`));
      await reached(world, VIP);
      await reached(world, `${LINK_VIP}%eth0`);
    }
    const asked = neighbors(await capture.stop()).filter(({ type, from }) => {
      return type === SOLICITATION && from !== MAC.host;
    });
    assert.ok(asked.length >= 10, `${asked.length} questions`);
    assert.ok(asked.some(({ source }) => VIPS.includes(source)), "one as the virtual router");
    for (const { source, from, mac } of asked) {
      const expected = VIPS.includes(source) ? VIRTUAL : usual;
      assert.deepEqual([from, mac], [expected, expected], source);
    }
  });
}

Deno.test("all routers of a group send the same router advertisement, with no option but the virtual MAC [H14 demands] [H14 forbids] [H14a forbids]", async () => {
  await using world = await createWorld();
  await setSysctls(world, "r2", { "net/ipv6/conf/all/forwarding": "1" });
  const capture = await Capture.start(world, { filter: ICMPV6 });
  for (const [index, machine] of (["r1", "r2"] as const).entries()) {
    const routers = [{ ...ROUTER, timers: { advert: 0.1 }, router_advert: true }];
    const daemon = await Rvrrpd.start({ world, machine, routers });
    await daemon.waitFor("Master");
    await capture.waitFor((frames) => routerAdverts(frames).length > index, { what: machine });
    await daemon.stop();
  }
  const seen = routerAdverts(await capture.stop());
  assert.ok(seen.length >= 2);
  assert.equal(new Set(seen).size, 1, seen.join("\n"));
  // After the fixed part there is one option: the source's link-layer address.
  assert.equal(seen[0]?.slice(32), `0101${VIRTUAL.replaceAll(":", "")}`);
});

Deno.test("over IPv6 a Master forwards what is sent to the virtual MAC, a Backup does not [A5 demands] [B4 demands] [B4 forbids]", async () => {
  await using world = await createWorld();
  await makeRouters(world, ["r1"]);
  const daemon = await start(world);
  const flood = { machine: "r1", family: 6, count: 20 } as const;
  assert.equal(await forwarded(world, { ...flood, mac: MAC.r1 }), 20, "it is a router");
  assert.equal(await forwarded(world, { ...flood, mac: VIRTUAL }), 0);
  await becomeMaster(world, daemon);
  assert.equal(await forwarded(world, { ...flood, mac: VIRTUAL }), 20);
});

Deno.test("what others say of themselves unasked is taken by a Backup and a Master [H15 demands]", async () => {
  await using world = await createWorld();
  const daemon = await start(world);
  const moved = ["02:00:00:00:00:77", "02:00:00:00:00:78"];
  for (const mac of moved) {
    await world.ip("r1", `neigh replace ${LINK_LOCAL.host} lladdr ${MAC.host} nud stale dev eth0`);
    await inject(world, { machine: "host", frames: [unsolicited(mac)] });
    const known = () => neighbour(world, "r1", LINK_LOCAL.host);
    await eventually(async () => await known() === mac, { what: `${mac} in the table` });
    if (mac === moved[0]) await becomeMaster(world, daemon);
  }
});

for (
  const { what, keys } of [
    { what: "a macvlan [H17 forbids]", keys: {} },
    { what: "an interface that stays up [H17 forbids]", keys: { iftype: "ether", vmac: true } },
  ]
) {
  Deno.test(`no address is made from a virtual MAC on ${what}`, async () => {
    await using world = await createWorld();
    const daemon = await start(world, { ...PATIENT, ...keys });
    await becomeMaster(world, daemon);
    const names = ["eth0", ...("iftype" in keys ? [] : [LINK])];
    const found = await Promise.all(names.map((name) => addressesOf(world, "r1", name)));
    assert.deepEqual(found.flat().filter((address) => /5eff:fe00/.test(address)), []);
    assert.ok(found.flat().some((address) => address.startsWith(VIP)));
  });
}

Deno.test("an IPv6 owner announces its addresses with the virtual MAC when it starts [H12 demands]", async () => {
  await using world = await createWorld();
  const capture = await Capture.start(world, { filter: ICMPV6, port: "r1" });
  const vip = [LINK_LOCAL.r1, ADDRESS6.r1];
  const router = { ...ROUTER, vip, iftype: "ether", vmac: true };
  const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [router] });
  await daemon.waitFor("Master");
  assert.deepEqual(daemon.changes(), ["Init to Master"]);
  await capture.waitFor((frames) => {
    const seen = neighbors(frames).filter(isUnsolicited).filter(({ mac }) => mac === VIRTUAL);
    return vip.every((address) => seen.some(({ target }) => target === address));
  }, { what: "the announcements" });
});
