import assert from "node:assert/strict";
import { ip } from "../../src/base/ip.ts";
import { parseMac } from "../../src/base/mac.ts";
import { AUTH_TYPE } from "../../src/wire/auth.ts";
import * as ethernet from "../../src/wire/ethernet.ts";
import * as frame from "../../src/wire/frame.ts";
import * as ipv4 from "../../src/wire/ipv4.ts";
import type { Vrrp2Advert } from "../../src/wire/vrrp2.ts";
import { capturedFrames } from "../support/captures.ts";
import { inject } from "../support/inject.ts";
import { Rvrrpd } from "../support/rvrrpd.ts";
import { World } from "../support/world.ts";

const VIP = "10.9.0.100";
const ROUTER = { group: 1, priority: 250, vip: `${VIP}/24`, vmac: false };

const IP_AT = ethernet.HEADER_SIZE;
const MESSAGE_AT = IP_AT + ipv4.HEADER_SIZE;
const MORE_FRAGMENTS = 0x20;

interface AdvertChange {
  readonly advert?: Partial<Vrrp2Advert>;
  readonly destination?: string;
  readonly source?: string;
  readonly sourceMac?: string;
}

/** Each frame would make the daemon a Backup if the flaw that its sentence names were overlooked. */
const GARBAGE: readonly { readonly row: string; readonly bytes: Uint8Array }[] = [
  { row: "a TTL of 254", bytes: patched({ at: IP_AT + ipv4.AT.ttl, value: 254 }) },
  { row: "a fragment", bytes: patched({ at: IP_AT + ipv4.AT.fragment, value: MORE_FRAGMENTS }) },
  { row: "a wrong IP checksum", bytes: broken(IP_AT + ipv4.AT.checksum) },
  { row: "IP version 5", bytes: patched({ at: IP_AT, value: 0x55 }) },
  { row: "protocol 111", bytes: patched({ at: IP_AT + ipv4.AT.protocol, value: 111 }) },
  { row: "a frame cut short", bytes: advert({}).subarray(0, -4) },
  { row: "a frame cut within its IP header", bytes: advert({}).subarray(0, IP_AT + 10) },
  { row: "a wrong VRRP checksum", bytes: broken(MESSAGE_AT + 6) },
  { row: "VRRP version 3", bytes: withByte({ at: MESSAGE_AT, value: 0x31 }) },
  { row: "VRRP type 2", bytes: withByte({ at: MESSAGE_AT, value: 0x22 }) },
  { row: "two addresses announced, one there", bytes: withByte({ at: MESSAGE_AT + 3, value: 2 }) },
  { row: "another interval", bytes: advert({ advert: { advertIntervalS: 2 } }) },
  { row: "a password", bytes: advert({ advert: { authType: AUTH_TYPE.simplePassword } }) },
  { row: "another address", bytes: advert({ advert: { addresses: [ip("10.9.0.99")] } }) },
  {
    row: "an address too many",
    bytes: advert({ advert: { addresses: [ip(VIP), ip("10.9.0.99")] } }),
  },
  { row: "another group", bytes: advert({ advert: { vrid: 2 } }) },
  { row: "another destination", bytes: advert({ destination: "224.0.0.1" }) },
  {
    row: "the daemon's own addresses",
    bytes: advert({ source: "10.9.0.1", sourceMac: "02:00:00:00:00:01" }),
  },
  ...capturedFrames()
    .filter(({ file }) => file === "ucarp.pcap")
    .map(({ bytes, name }) => ({ row: name, bytes })),
  ...Array.from({ length: 20 }, (_, seed) => ({ row: `noise ${seed}`, bytes: noise(seed) })),
];

const ROUNDS = 20;
const GAP_MS = 5;

Deno.test("rvrrpd neither stays Backup nor gives way because of garbage, nor fills its log", async () => {
  await using world = await World.create();
  const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [ROUTER] });
  await daemon.waitFor("Backup");
  const frames = Array.from({ length: ROUNDS }, () => GARBAGE.map(({ bytes }) => bytes)).flat();
  // Longer than Master-Down takes, so that it hits both states.
  await inject(world, { machine: "r2", frames, gapMs: GAP_MS });
  assert.deepEqual(daemon.changes(), ["Init to Backup", "Backup to Master"]);
  assert.ok(daemon.process.lines.length < 100, daemon.process.text);
});

Deno.test("rvrrpd gives way to the frame that the garbage is made of", async () => {
  await using world = await World.create();
  const daemon = await Rvrrpd.start({ world, machine: "r1", routers: [ROUTER] });
  await daemon.waitFor("Master");
  const since = daemon.process.mark();
  await inject(world, { machine: "r2", frames: [advert({})] });
  await daemon.waitFor("Backup", { since });
});

/** From a better router than ours, and right unless `change` makes it wrong. */
function advert(change: AdvertChange): Uint8Array {
  const { source = "10.9.0.2", sourceMac = "02:00:00:00:00:02", destination } = change;
  const mac = parseMac(sourceMac);
  assert.ok(mac);
  const whole: frame.AdvertFrame = {
    advert: {
      vrid: 1,
      priority: 254,
      authType: AUTH_TYPE.none,
      advertIntervalS: 1,
      addresses: [ip(VIP)],
      authData: new Uint8Array(8),
      ...change.advert,
    },
    sourceMac: mac,
    source: ip(source),
    ...(destination === undefined ? {} : { destination: ip(destination) }),
    ipId: 1,
    pad: false,
  };
  const bytes = new Uint8Array(frame.advertSize(whole));
  frame.emitAdvert(whole, new DataView(bytes.buffer));
  return bytes;
}

function withByte({ at, value }: { readonly at: number; readonly value: number }): Uint8Array {
  const bytes = advert({});
  bytes[at] = value;
  return bytes;
}

/** One byte of the IP header set, and its checksum right again. */
function patched(change: { readonly at: number; readonly value: number }): Uint8Array {
  const bytes = withByte(change);
  const checksumAt = IP_AT + ipv4.AT.checksum;
  const view = new DataView(bytes.buffer);
  view.setUint16(checksumAt, 0);
  let sum = 0;
  for (let at = IP_AT; at < MESSAGE_AT; at += 2) sum += view.getUint16(at);
  view.setUint16(checksumAt, ~((sum & 0xffff) + (sum >> 16)));
  return bytes;
}

function broken(at: number): Uint8Array {
  const bytes = advert({});
  return withByte({ at, value: (bytes[at] ?? 0) ^ 0x01 });
}

/** An Ethernet and IP envelope as VRRP has it, around bytes of a fixed random sequence. */
function noise(seed: number): Uint8Array {
  const bytes = advert({});
  let state = seed + 1;
  for (let at = MESSAGE_AT; at < bytes.length; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}
