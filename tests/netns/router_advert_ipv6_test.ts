import assert from "node:assert/strict";
import { formatIp } from "../../src/base/ip.ts";
import { formatMac } from "../../src/base/mac.ts";
import * as ethernet from "../../src/wire/ethernet.ts";
import { ICMPV6 } from "../../src/wire/icmpv6.ts";
import * as ipv6 from "../../src/wire/ipv6.ts";
import * as routerAdvert from "../../src/wire/router_advert.ts";
import * as vrrp3 from "../../src/wire/vrrp3.ts";
import { valueOf } from "../support/bytes.ts";
import { Capture, type CapturedFrame } from "../support/capture.ts";
import { Rvrrpd, writeConfig } from "../support/rvrrpd.ts";
import { setSysctls } from "../support/sysctl.ts";
import type { TomlTable } from "../support/toml.ts";
import { delay, settled } from "../support/wait.ts";
import { type Machine, World } from "../support/world.ts";

const VIRTUAL = "fe80::100";
const VIRTUAL_MAC = "00:00:5e:00:02:01";
const ROUTER: TomlTable = {
  group: 1,
  version: 3,
  iftype: "macvlan",
  vip: [VIRTUAL, "fd00:9::100"],
  priority: 200,
  preemption: true,
  router_advert: true,
  timers: { advert: 0.25 },
};
const ROUTER_SOLICITATION = 133;
const ROUTER_ADVERT = 134;
/** The advertisements of VRRP; no message of ICMPv6 has this type. */
const NOT_ICMPV6 = 0;
const ROUTER_DISCOVERY = "icmp6 and (ip6[40] == 133 or ip6[40] == 134)";
/** An answer is due 3 s after the last advertisement at the latest, and may take half a second. */
const ANSWER_MS = 3500;

interface SeenRouterAdvert {
  readonly source: string;
  readonly mac: string;
  readonly lifetimeS: number | undefined;
}

/** Of ICMPv6 without extension headers. */
function typeOf({ frame }: CapturedFrame): number {
  const packet = valueOf(ipv6.parse(valueOf(ethernet.parse(frame)).payload));
  return packet.protocol === ICMPV6 ? packet.payload.getUint8(0) : NOT_ICMPV6;
}

function ofType(type: number, frames: readonly CapturedFrame[]): CapturedFrame[] {
  return frames.filter((frame) => typeOf(frame) === type);
}

function routerAdverts(frames: readonly CapturedFrame[]): SeenRouterAdvert[] {
  return ofType(ROUTER_ADVERT, frames).map(({ frame }) => {
    const outer = valueOf(ethernet.parse(frame));
    const packet = valueOf(ipv6.parse(outer.payload));
    assert.equal(packet.hopLimit, 255);
    const { lifetimeS, sourceMac } = valueOf(routerAdvert.parse(packet.payload, packet));
    assert.deepEqual(sourceMac, outer.source);
    return { source: formatIp(packet.source), mac: formatMac(outer.source), lifetimeS };
  });
}

async function routerWorld(): Promise<World> {
  const world = await World.create({ ipv6: true });
  for (const machine of ["r1", "r2"] as const) await setForwarding(world, machine, true);
  return world;
}

function setForwarding(world: World, machine: Machine, on: boolean): Promise<void> {
  return setSysctls(world, machine, { "net/ipv6/conf/all/forwarding": on ? "1" : "0" });
}

/** Through which routers the host reaches the world. */
async function defaultRouters(world: World): Promise<string[]> {
  const routes: { gateway?: string; nexthops?: { gateway: string }[] }[] = JSON.parse(
    await world.run("host", ["ip", "-j", "-6", "route", "show", "default"]),
  );
  return routes.flatMap(({ gateway, nexthops = [] }) => [
    ...(gateway === undefined ? [] : [gateway]),
    ...nexthops.map((hop) => hop.gateway),
  ]);
}

/** One question of the host, as its kernel asks when an interface comes up. */
async function solicit(world: World): Promise<void> {
  await world.ip("host", "link set eth0 down", "link set eth0 up");
}

Deno.test("rvrrpd as Master is the hosts' default router, by whichever machine, until it is not to be [A4 demands]", async () => {
  await using world = await routerWorld();
  const capture = await Capture.start(world, { filter: ROUTER_DISCOVERY });
  const low = { ...ROUTER, priority: 100 };
  const high = await Rvrrpd.start({ world, machine: "r1", routers: [ROUTER] });
  await high.waitFor("Master");
  await settled(() => defaultRouters(world), [VIRTUAL]);
  const backup = await Rvrrpd.start({ world, machine: "r2", routers: [low] });
  await backup.waitFor("Backup");

  await solicit(world);
  await settled(() => defaultRouters(world), [VIRTUAL]);

  await high.stop();
  await backup.waitFor("Master");
  await delay(1000);
  assert.deepEqual(await defaultRouters(world), [VIRTUAL], "it has moved, and is the same");

  await writeConfig({ world, machine: "r2", routers: [{ ...low, router_advert: false }] });
  backup.process.signal("SIGHUP");
  await settled(() => defaultRouters(world), []);
  await backup.stop();

  const seen = routerAdverts(await capture.stop());
  assert.ok(seen.length >= 4, "of each Master, to the host that asked, and the last one");
  const said = { source: VIRTUAL, mac: VIRTUAL_MAC, lifetimeS: 1800 };
  assert.deepEqual(seen.slice(0, -1), seen.slice(0, -1).map(() => said));
  assert.deepEqual(seen.at(-1), { ...said, lifetimeS: 0 });
});

Deno.test("rvrrpd as Master takes back what it does not stay a default router for: forwarding, and a new configuration", async () => {
  await using world = await routerWorld();
  const capture = await Capture.start(world, { filter: `ip6 proto 112 or (${ROUTER_DISCOVERY})` });
  const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [ROUTER] });
  const said = (lifetimeS: number) =>
    capture.waitFor((frames) => lifetimes(frames).at(-1) === lifetimeS, {
      what: `a router advertisement with the lifetime ${lifetimeS}`,
    });
  await said(1800);

  await setForwarding(world, "r1", false);
  await said(0);
  await daemon.process.waitForLine(
    /Not advertised as a default router: eth0 does not forward IPv6/,
  );
  await setForwarding(world, "r1", true);
  await said(1800);
  await settled(() => defaultRouters(world), [VIRTUAL]);

  const other = { ...ROUTER, vip: [VIRTUAL, "fd00:9::101"], router_advert: false };
  await writeConfig({ world, machine: "r1", routers: [other] });
  const since = daemon.process.mark();
  daemon.process.signal("SIGHUP");
  await daemon.waitFor("Master", { since });
  await settled(() => defaultRouters(world), []);
  await daemon.stop();

  const frames = await capture.stop();
  assert.deepEqual(lifetimes(frames), [1800, 0, 1800, 0]);
  const takenBack = frames.findLastIndex((frame) => typeOf(frame) === ROUTER_ADVERT);
  const goodbye = frames.findIndex((frame) => typeOf(frame) === NOT_ICMPV6 && isGoodbye(frame));
  assert.ok(takenBack < goodbye, "while the address is this machine's to send from");
});

/** Of those that say something else than the one before. */
function lifetimes(frames: readonly CapturedFrame[]): (number | undefined)[] {
  return routerAdverts(frames).map(({ lifetimeS }) => lifetimeS)
    .filter((lifetimeS, index, all) => lifetimeS !== all[index - 1]);
}

Deno.test("rvrrpd sends no router advertisements unless it is asked to, nor as Backup [B3 forbids]", async () => {
  await using world = await routerWorld();
  const capture = await Capture.start(world, { filter: `ip6 proto 112 or (${ROUTER_DISCOVERY})` });
  const { router_advert: _, ...silent } = ROUTER;
  const master = await Rvrrpd.start({ world, machine: "r1", routers: [silent] });
  await master.waitFor("Master");
  const backup = await Rvrrpd.start({
    world,
    machine: "r2",
    routers: [{ ...ROUTER, priority: 100 }],
  });
  await backup.waitFor("Backup");
  await solicit(world);
  await capture.waitFor(masterHasSpokenOn, { what: "a solicitation, and the Master after it" });
  assert.deepEqual(routerAdverts(await capture.stop()), []);
});

/** Whether a host has asked, and the Master has run for longer after that than an answer may take. */
function masterHasSpokenOn(frames: readonly CapturedFrame[]): boolean {
  const [asked] = ofType(ROUTER_SOLICITATION, frames);
  const last = ofType(NOT_ICMPV6, frames).at(-1);
  return asked !== undefined && last !== undefined && last.tMs > asked.tMs + ANSWER_MS;
}

/** RFC 9568 section 5.2.4: the Master that sends priority 0 has stopped. */
function isGoodbye({ frame }: CapturedFrame): boolean {
  const packet = valueOf(ipv6.parse(valueOf(ethernet.parse(frame)).payload));
  return packet.payload.getUint8(vrrp3.AT.priority) === 0;
}
