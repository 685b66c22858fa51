import assert from "node:assert/strict";
import { type Family, formatIp, ip, ipFromBytes } from "../../src/base/ip.ts";
import { formatMac, parseMac } from "../../src/base/mac.ts";
import { changed, flipped, messageAt, withTtl } from "../conformance/flaws.ts";
import { frameOf, type Kind, KINDS } from "../conformance/kinds.ts";
import { Capture, type CapturedFrame } from "../support/capture.ts";
import { virtualMac } from "../support/daemon.ts";
import { ping } from "../support/host.ts";
import { inject } from "../support/inject.ts";
import { RVRRPD, Rvrrpd } from "../support/rvrrpd.ts";
import { setSysctls } from "../support/sysctl.ts";
import type { TomlTable } from "../support/toml.ts";
import { delay, eventually, settled } from "../support/wait.ts";
import { ADDRESS, ADDRESS6, LINK_LOCAL, MAC, World } from "../support/world.ts";

const VRID = 7;
const FAST_S = 0.1;
/** Several intervals of {@linkcode FAST_S}. */
const A_WHILE_MS = 1000;
const IP_AT = 14;
const VRRP = 112;

/** A Backup for half a minute, unless somebody says that it leaves: then for its skew of 78 ms. */
const PATIENT = { priority: 254, timers: { advert: 10 } };

interface Net {
  readonly family: Family;
  readonly vips: readonly string[];
  /** One that hosts speak to. */
  readonly vip: string;
  /** All, as a host names them. */
  readonly targets: readonly string[];
  readonly group: string;
  readonly source: string;
  readonly own: string;
  readonly kind: Kind;
  /** In the IP header. */
  readonly at: Readonly<Record<"protocol" | "ttl" | "source" | "destination" | "message", number>>;
}

const [, OVER_IPV4, OVER_IPV6] = KINDS;
assert.ok(OVER_IPV4 && OVER_IPV6);

const IPV4: Net = {
  family: 4,
  vips: ["10.9.0.100"],
  vip: "10.9.0.100",
  targets: ["10.9.0.100"],
  group: "224.0.0.18",
  source: ADDRESS.r1,
  own: ADDRESS.r1,
  kind: OVER_IPV4,
  at: { protocol: 9, ttl: 8, source: 12, destination: 16, message: 20 },
};
const IPV6: Net = {
  family: 6,
  vips: ["fe80::100", "fd00:9::100"],
  vip: "fd00:9::100",
  targets: ["fd00:9::100", "fe80::100%eth0"],
  group: "ff02::12",
  source: LINK_LOCAL.r1,
  own: ADDRESS6.r1,
  kind: OVER_IPV6,
  at: { protocol: 6, ttl: 7, source: 8, destination: 24, message: 40 },
};

function table({ vips }: Net, keys: TomlTable = {}): TomlTable {
  return {
    group: VRID,
    version: 3,
    vip: vips,
    iftype: "macvlan",
    priority: 200,
    timers: { advert: FAST_S },
    ...keys,
  };
}

interface SeenPacket {
  readonly mac: string;
  readonly destinationMac: string;
  readonly ttl: number;
  readonly source: string;
  readonly destination: string;
  readonly priority: number;
  readonly addresses: number;
}

/** Read byte by byte: what is sent is not to be judged by those who send it. */
function vrrpOf({ family, at }: Net, frames: readonly CapturedFrame[]): SeenPacket[] {
  const size = family === 4 ? 4 : 16;
  return frames.flatMap(({ frame }) => {
    const bytes = new Uint8Array(frame.buffer, frame.byteOffset, frame.byteLength);
    const etherType = frame.getUint16(12);
    if (etherType !== (family === 4 ? 0x0800 : 0x86dd)) return [];
    if (bytes[IP_AT + at.protocol] !== VRRP) return [];
    const address = (place: number) =>
      formatIp(ipFromBytes(bytes.slice(IP_AT + place, IP_AT + place + size)));
    const mac = (place: number) => {
      const hex = Array.from(bytes.slice(place, place + 6), (one) => one.toString(16));
      return formatMac(parseMac(hex.map((one) => one.padStart(2, "0")).join(":")) ?? assert.fail());
    };
    return [{
      mac: mac(6),
      destinationMac: mac(0),
      ttl: bytes[IP_AT + at.ttl] ?? NaN,
      source: address(at.source),
      destination: address(at.destination),
      priority: bytes[IP_AT + at.message + 2] ?? NaN,
      addresses: bytes[IP_AT + at.message + 3] ?? NaN,
    }];
  });
}

function createWorld({ family }: Net): Promise<World> {
  return World.create({ ipv6: family === 6 });
}

const NAMES = {
  4: {
    sends:
      "all that a Master sends over IPv4 is as it should be, and priority 0 is the last of it [W1a demands] [W4a forbids] [W5a forbids] [W6a demands] [W8c forbids]",
    accepts:
      "what is sent to an IPv4 address reaches a Master, never a Backup [A6 demands] [B5 forbids]",
    group: "nothing that is sent to 224.0.0.18 is forwarded [W3 forbids]",
    backup: "a Backup over IPv4 says nothing, also at its end [B6 forbids] [I2 forbids]",
  },
  6: {
    sends:
      "all that a Master sends over IPv6 is as it should be, and priority 0 is the last of it [W1b demands] [W4b forbids] [W5b forbids] [W6b demands] [W6b forbids] [W8c forbids]",
    accepts:
      "what is sent to an IPv6 address reaches a Master, never a Backup [A6 demands] [B5 forbids] [B2 forbids]",
    group: "nothing that is sent to ff02::12 is forwarded [W3 forbids]",
    backup: "a Backup over IPv6 says nothing, also at its end [B6 forbids] [I2 forbids]",
  },
} as const;

for (const net of [IPV4, IPV6]) {
  const { family, kind } = net;
  const names = NAMES[family];
  const protocol = family === 4 ? "ip proto 112" : "ip6 proto 112";

  Deno.test(names.sends, async () => {
    await using world = await createWorld(net);
    const capture = await Capture.start(world, { filter: protocol, port: "r1" });
    const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [table(net)] });
    await daemon.waitFor("Master");
    await delay(A_WHILE_MS);
    await daemon.stop();
    const seen = vrrpOf(net, await capture.stop());
    assert.ok(seen.length > 5, `${seen.length} packets`);
    const priorities = seen.map(({ priority }) => priority);
    assert.deepEqual(priorities, [...new Array(seen.length - 1).fill(200), 0]);
    for (const { priority: _, ...packet } of seen) {
      assert.deepEqual(packet, {
        mac: virtualMac(VRID, family),
        destinationMac: family === 4 ? "01:00:5e:00:00:12" : "33:33:00:00:00:12",
        ttl: 255,
        source: net.source,
        destination: net.group,
        addresses: net.vips.length,
      });
    }
  });

  Deno.test(names.accepts, async () => {
    await using world = await createWorld(net);
    const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [table(net, PATIENT)] });
    await daemon.waitFor("Backup");
    await eventually(() => ping(world, "host", net.own), { what: "the router" });
    for (const mac of [MAC.r1, virtualMac(VRID, family)]) {
      await world.ip("host", `neigh replace ${net.vip} lladdr ${mac} nud permanent dev eth0`);
      assert.equal(await ping(world, "host", net.vip), false, mac);
    }
    await world.ip("host", `neigh del ${net.vip} dev eth0`);
    assert.equal(await ping(world, "host", net.vip), false, "asked for");
    await inject(world, { machine: "host", frames: [frameOf(kind, { priority: 0 })] });
    await daemon.waitFor("Master");
    for (const address of net.targets) {
      await eventually(() => ping(world, "host", address), { what: `an answer from ${address}` });
    }
  });

  Deno.test(names.group, async () => {
    await using world = await createWorld(net);
    await world.addBridge("br1");
    await world.addLink({ machine: "r1", name: "eth1", mac: "02:00:00:00:01:01", bridge: "br1" });
    await setSysctls(world, "r1", {
      "net/ipv4/ip_forward": "1",
      "net/ipv6/conf/all/forwarding": "1",
    });
    await world.ip("r1", "addr add 10.8.0.1/24 dev eth1");
    const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [table(net)] });
    await daemon.waitFor("Master");
    const capture = await Capture.start(world, { filter: protocol, port: "br1" });
    const frame = frameOf(kind, { priority: 1 });
    await inject(world, { machine: "host", frames: new Array(20).fill(frame) });
    await delay(A_WHILE_MS);
    assert.deepEqual(await capture.stop(), []);
  });

  Deno.test(names.backup, async () => {
    await using world = await createWorld(net);
    const capture = await Capture.start(world, { filter: protocol, port: "r1" });
    const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [table(net, PATIENT)] });
    await daemon.waitFor("Backup");
    await delay(A_WHILE_MS);
    await daemon.stop();
    assert.deepEqual(vrrpOf(net, await capture.stop()), []);
  });
}

Deno.test("a Master that is no owner forwards nothing that is sent to a virtual address [H18 forbids]", async () => {
  await using world = await createWorld(IPV4);
  await setSysctls(world, "r1", { "net/ipv4/ip_forward": "1" });
  const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [table(IPV4)] });
  await daemon.waitFor("Master");
  const filter = `icmp and dst host ${IPV4.vip} and not ether src ${MAC.host}`;
  const capture = await Capture.start(world, { filter, port: "r1" });
  await eventually(() => ping(world, "host", IPV4.vip), { what: "the Master" });
  assert.deepEqual(await capture.stop(), []);
});

/** Of the only virtual router: all counters that have counted, by the name of the reason. */
async function rejected(world: World): Promise<Record<string, number>> {
  const argv = ["status", "--json", "--socket", world.path("rvrrpd-r1.sock")];
  const { routers } = JSON.parse(await world.run("r1", [RVRRPD, ...argv]));
  return routers[0].counters.rejected;
}

Deno.test("each kind of malformed packet moves one counter, and no other [N2 demands] [N2 forbids] [R12b demands]", async () => {
  await using world = await createWorld(IPV4);
  const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [table(IPV4, PATIENT)] });
  await daemon.waitFor("Backup");
  const kinds = [
    { reason: "ttl", frame: withTtl(OVER_IPV4, 254) },
    { reason: "vrrpVersion", frame: changed(OVER_IPV4, { at: 0, value: 0x21 }) },
    { reason: "vrrpType", frame: changed(OVER_IPV4, { at: 0, value: 0x32 }) },
    { reason: "vrrpLength", frame: changed(OVER_IPV4, { at: 3, value: 2 }) },
    {
      reason: "vrrpChecksum",
      frame: flipped(frameOf(OVER_IPV4), { at: messageAt(OVER_IPV4) + 7 }),
    },
    { reason: "advertInterval", frame: frameOf(OVER_IPV4, { intervalMs: 0 }) },
  ];
  const expected: Record<string, number> = {};
  for (const { reason, frame } of kinds) {
    await inject(world, { machine: "host", frames: [frame, frame] });
    expected[reason] = 2;
    await settled(() => rejected(world), { ...expected });
  }
});

Deno.test("an owner announces its address with the virtual MAC when it starts [H4 demands]", async () => {
  await using world = await World.create();
  const capture = await Capture.start(world, { filter: "arp", port: "r1" });
  const router = { group: VRID, vip: ADDRESS.r1, vmac: true };
  const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [router] });
  await daemon.waitFor("Master");
  const virtual = virtualMac(VRID).replaceAll(":", "");
  const address = ip(ADDRESS.r1).bytes.toHex();
  await capture.waitFor(
    (frames) => frames.some(({ frame }) => hexOf(frame).includes(`0001${virtual}${address}`)),
    { what: "the announcement" },
  );
});

function hexOf({ buffer, byteOffset, byteLength }: DataView): string {
  return new Uint8Array(buffer, byteOffset, byteLength).toHex();
}
