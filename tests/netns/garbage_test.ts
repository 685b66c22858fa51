import assert from "node:assert/strict";
import { ip } from "../../src/base/ip.ts";
import { AUTH_TYPE } from "../../src/wire/auth.ts";
import * as ethernet from "../../src/wire/ethernet.ts";
import * as ipv4 from "../../src/wire/ipv4.ts";
import { advertFrame } from "../support/advert_frame.ts";
import { capturedFrames } from "../support/captures.ts";
import { inject } from "../support/inject.ts";
import { Rvrrpd } from "../support/rvrrpd.ts";
import { World } from "../support/world.ts";

const VIP = "10.9.0.100";
const ROUTER = { group: 1, priority: 250, vip: `${VIP}/24`, vmac: false };

const IP_AT = ethernet.HEADER_SIZE;
const MESSAGE_AT = IP_AT + ipv4.HEADER_SIZE;
const MORE_FRAGMENTS = 0x20;

/** Each frame would make the daemon a Backup if the flaw that its sentence names were overlooked. */
const GARBAGE: readonly { readonly row: string; readonly bytes: Uint8Array }[] = [
  { row: "a TTL of 254", bytes: patched({ at: IP_AT + ipv4.AT.ttl, value: 254 }) },
  { row: "a fragment", bytes: patched({ at: IP_AT + ipv4.AT.fragment, value: MORE_FRAGMENTS }) },
  { row: "a wrong IP checksum", bytes: broken(IP_AT + ipv4.AT.checksum) },
  { row: "IP version 5", bytes: patched({ at: IP_AT, value: 0x55 }) },
  { row: "protocol 111", bytes: patched({ at: IP_AT + ipv4.AT.protocol, value: 111 }) },
  { row: "a frame cut short", bytes: advertFrame().subarray(0, -4) },
  { row: "a frame cut within its IP header", bytes: advertFrame().subarray(0, IP_AT + 10) },
  { row: "a wrong VRRP checksum", bytes: broken(MESSAGE_AT + 6) },
  { row: "VRRP version 3", bytes: withByte({ at: MESSAGE_AT, value: 0x31 }) },
  { row: "VRRP type 2", bytes: withByte({ at: MESSAGE_AT, value: 0x22 }) },
  { row: "two addresses announced, one there", bytes: withByte({ at: MESSAGE_AT + 3, value: 2 }) },
  { row: "another interval", bytes: advertFrame({ advert: { advertIntervalS: 2 } }) },
  { row: "a password", bytes: advertFrame({ advert: { authType: AUTH_TYPE.simplePassword } }) },
  { row: "another address", bytes: advertFrame({ advert: { addresses: [ip("10.9.0.99")] } }) },
  {
    row: "an address too many",
    bytes: advertFrame({ advert: { addresses: [ip(VIP), ip("10.9.0.99")] } }),
  },
  { row: "another group", bytes: advertFrame({ advert: { vrid: 2 } }) },
  { row: "another destination", bytes: advertFrame({ destination: "224.0.0.1" }) },
  {
    row: "the daemon's own addresses",
    bytes: advertFrame({ source: "10.9.0.1", sourceMac: "02:00:00:00:00:01" }),
  },
  ...capturedFrames()
    .filter(({ file }) => file === "ucarp.pcap")
    .map(({ bytes, name }) => ({ row: name, bytes })),
  ...Array.from({ length: 20 }, (_, seed) => ({ row: `noise ${seed}`, bytes: noise(seed) })),
];

const ROUNDS = 20;
const GAP_MS = 5;

Deno.test("rvrrpd neither stays Backup nor gives way because of garbage, nor fills its log [R6 forbids] [R12 forbids] [R12a forbids] [W17 forbids]", async () => {
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
  await inject(world, { machine: "r2", frames: [advertFrame()] });
  await daemon.waitFor("Backup", { since });
});

function withByte({ at, value }: { readonly at: number; readonly value: number }): Uint8Array {
  const bytes = advertFrame();
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
  const bytes = advertFrame();
  return withByte({ at, value: (bytes[at] ?? 0) ^ 0x01 });
}

/** An Ethernet and IP envelope as VRRP has it, around bytes of a fixed random sequence. */
function noise(seed: number): Uint8Array {
  const bytes = advertFrame();
  let state = seed + 1;
  for (let at = MESSAGE_AT; at < bytes.length; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}
