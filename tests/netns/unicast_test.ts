import assert from "node:assert/strict";
import * as ethernet from "../../src/wire/ethernet.ts";
import * as ipv4 from "../../src/wire/ipv4.ts";
import { advertFrame } from "../support/advert_frame.ts";
import { Capture, type CapturedFrame } from "../support/capture.ts";
import { inject } from "../support/inject.ts";
import { Rvrrpd, writeConfig } from "../support/rvrrpd.ts";
import { setSysctls } from "../support/sysctl.ts";
import type { TomlTable } from "../support/toml.ts";
import { adverts, type SeenAdvert } from "../support/traffic.ts";
import { delay } from "../support/wait.ts";
import { ADDRESS, World } from "../support/world.ts";

const VIP = "10.9.0.100";
const ROUTER = { group: 1, vip: VIP, preemption: true };
const ICMP = 1;
const IP_AT = ethernet.HEADER_SIZE;

function isIcmp({ frame }: CapturedFrame): boolean {
  return frame.getUint8(IP_AT + ipv4.AT.protocol) === ICMP;
}

/** Where a packet comes from, by its last number. */
function sourceOf({ frame }: CapturedFrame): number {
  return frame.getUint8(IP_AT + ipv4.AT.source + 3);
}

function countTo(seen: readonly SeenAdvert[], destination: string): number {
  return seen.filter((advert) => advert.destination === destination).length;
}

Deno.test("rvrrpd speaks to each peer, and as Backup listens to those alone", async () => {
  await using world = await World.create();
  const capture = await Capture.start(world, { filter: "vrrp or icmp" });
  // One list for all: a router leaves itself out. Nobody listens on the host.
  const peers = { unicast_peers: [ADDRESS.r1, ADDRESS.r2, ADDRESS.host] };
  const r1: TomlTable = { ...ROUTER, ...peers, priority: 250 };
  const high = await Rvrrpd.start({ world, machine: "r1", routers: [r1] });
  await high.waitFor("Master");
  const low = await Rvrrpd.start({
    world,
    machine: "r2",
    routers: [{ ...ROUTER, ...peers, priority: 200 }],
  });
  await low.waitFor("Backup");
  const since = low.process.mark();
  const readyMs = Date.now();
  await delay(4500);
  await high.stop();
  await low.waitFor("Master", { since });
  const frames = await capture.stop();
  const seen = adverts(frames);
  const ofHigh = seen.filter(({ source }) => source === ADDRESS.r1);
  assert.equal(countTo(ofHigh, ADDRESS.r2), countTo(ofHigh, ADDRESS.host));
  assert.equal(countTo(ofHigh, ADDRESS.r2) + countTo(ofHigh, ADDRESS.host), ofHigh.length);
  assert.deepEqual(low.changes(), ["Init to Backup", "Backup to Master"]);
  const farewell = seen.find(({ priority }) => priority === 0)?.tMs ?? NaN;
  // A kernel without a listener complains; where a daemon listens, it stays silent.
  const complaints = frames.filter((frame) =>
    isIcmp(frame) && frame.tMs > readyMs && frame.tMs < farewell
  );
  assert.ok(complaints.some((frame) => sourceOf(frame) === 3));
  assert.deepEqual(complaints.filter((frame) => sourceOf(frame) === 2), []);
});

/** The frame with this TTL, and its header's checksum right again. */
function withTtl(bytes: Uint8Array<ArrayBuffer>, ttl: number): Uint8Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer);
  const checksumAt = IP_AT + ipv4.AT.checksum;
  const sum = view.getUint16(checksumAt) + ((bytes[IP_AT + ipv4.AT.ttl] ?? 0) - ttl) * 256;
  bytes[IP_AT + ipv4.AT.ttl] = ttl;
  view.setUint16(checksumAt, (sum & 0xffff) + (sum >> 16));
  return bytes;
}

const TO_R1 = { destination: ADDRESS.r1 };

/** Each would make the daemon a Backup if it were taken. */
const REFUSED: readonly { row: string; bytes: Uint8Array; told: RegExp }[] = [
  {
    row: "a stranger",
    bytes: advertFrame({ ...TO_R1, source: "10.9.0.77" }),
    told: /from 10\.9\.0\.77: it is none of unicast_peers/,
  },
  { row: "one from beyond a router", bytes: withTtl(advertFrame(TO_R1), 254), told: /TTL 254/ },
  { row: "one to the group", bytes: advertFrame(), told: /sent to 224\.0\.0\.18/ },
];

Deno.test("rvrrpd in unicast refuses strangers, far peers and multicast, and tells of each [R12a demands]", async () => {
  await using world = await World.create();
  const router = { ...ROUTER, priority: 250, unicast_peers: [ADDRESS.r2] };
  const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [router] });
  await daemon.waitFor("Master");
  const since = daemon.process.mark();
  await inject(world, { machine: "r2", frames: REFUSED.map(({ bytes }) => bytes), gapMs: 20 });
  for (const { told } of REFUSED) await daemon.process.waitForLine(told);
  assert.deepEqual(daemon.process.matching(/Changed from/, since), []);
  // The same from a peer counts, and at once.
  await inject(world, { machine: "r2", frames: [advertFrame(TO_R1)] });
  await daemon.waitFor("Backup", { since });
});

Deno.test("rvrrpd reaches a peer behind a gateway, which unicast_ttl_min lets be heard", async () => {
  await using world = await World.create();
  await world.addBridge("br1");
  const leg = { name: "eth1", bridge: "br1" };
  const mac = (last: number) => `02:00:00:00:01:0${last}`;
  await world.addLink({ ...leg, machine: "host", mac: mac(3), address: "10.8.0.3/24" });
  await world.addLink({ ...leg, machine: "r2", mac: mac(2), address: "10.8.0.2/24" });
  await setSysctls(world, "host", { "net/ipv4/ip_forward": "1" });
  await world.ip("r1", `route add 10.8.0.0/24 via ${ADDRESS.host}`);
  await world.ip("r2", "link set eth0 down", "route add 10.9.0.0/24 via 10.8.0.3");
  const NEAR: TomlTable = { ...ROUTER, group: 2, vip: "10.9.0.102" };
  const far = { unicast_ttl_min: 254 };
  const ofR1 = { unicast_peers: ["10.8.0.2"], priority: 250 };
  const ofR2 = { interface: "eth1", unicast_peers: [ADDRESS.r1], priority: 200 };
  const first = await Rvrrpd.start({
    world,
    machine: "r1",
    routers: [{ ...ROUTER, ...ofR1, ...far }, { ...NEAR, ...ofR1 }],
  });
  await first.waitFor("Master", { vrid: 1 });
  const second = await Rvrrpd.start({
    world,
    machine: "r2",
    routers: [{ ...ROUTER, ...ofR2, ...far }, { ...NEAR, ...ofR2 }],
  });
  // What group 2 does without the key, group 1 would have done at the same time.
  await second.waitFor("Master", { vrid: 2 });
  await second.process.waitForLine(/group 2 .* from 10\.9\.0\.1: TTL 254/);
  await delay(500);
  assert.deepEqual(second.process.matching(/group 1 .* to Master/), []);
  await first.stop();
  await second.waitFor("Master", { vrid: 1 });
});

Deno.test("rvrrpd in unicast takes other peers from its configuration without a break", async () => {
  await using world = await World.create();
  const router = { ...ROUTER, priority: 250, unicast_peers: [ADDRESS.r2] };
  const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [router] });
  await daemon.waitFor("Master");
  const capture = await Capture.start(world);
  const since = daemon.process.mark();
  const routers = [{ ...router, unicast_peers: [ADDRESS.host] }];
  await writeConfig({ world, machine: "r1", routers });
  daemon.process.signal("SIGHUP");
  await daemon.process.waitForLine(/Configuration read again/, { since });
  const readMs = Date.now();
  await delay(2500);
  assert.deepEqual(daemon.process.matching(/Changed from/, since), []);
  const seen = adverts(await capture.stop()).filter(({ tMs }) => tMs > readMs);
  assert.ok(seen.length > 0);
  assert.equal(countTo(seen, ADDRESS.host), seen.length);
});

for (const device of ["eth0", "lo"]) {
  Deno.test(`rvrrpd is in Fault for as long as unicast_src is no address of the machine (${device})`, async () => {
    await using world = await World.create();
    const unicast = { unicast_src: "10.9.0.77", unicast_peers: [ADDRESS.r2] };
    const routers = [{ ...ROUTER, ...unicast }];
    const daemon = await Rvrrpd.start({ world, machine: "r1", routers });
    await daemon.waitFor("Fault");
    await daemon.process.waitForLine(/10\.9\.0\.77 is no address of this machine/);
    await world.ip("r1", `address add 10.9.0.77/32 dev ${device}`);
    await daemon.waitFor("Master");
    const since = daemon.process.mark();
    await world.ip("r1", `address del 10.9.0.77/32 dev ${device}`);
    await daemon.waitFor("Fault", { since });
    await world.ip("r1", `address add 10.9.0.77/32 dev ${device}`);
    await daemon.waitFor("Master", { since });
  });
}
