import assert from "node:assert/strict";
import { formatIp, ip } from "../../src/base/ip.ts";
import type { Router } from "../../src/runtime/router.ts";
import { acceptAdvert, acceptPacket } from "../../src/vrrp/receive.ts";
import type { HeardAdvert } from "../../src/vrrp/types.ts";
import * as frame from "../../src/wire/frame.ts";
import * as ipv4 from "../../src/wire/ipv4.ts";
import * as ipv6 from "../../src/wire/ipv6.ts";
import * as vrrp3 from "../../src/wire/vrrp3.ts";
import { hexOf, valueOf, viewOf } from "../support/bytes.ts";
import { type CapturedV3Frame, capturedV3Frames } from "../support/captures.ts";
import { config as protocolConfig } from "../vrrp/fixtures.ts";
import { addresses, mac, NOW_MS, placement, router } from "./fixtures.ts";

const IP_AT = 14;

/** One capture holds a checksum of keepalived's that is right by no reading. */
const FRAMES = capturedV3Frames().filter(({ file }) => !file.includes("oldchksum"));

/**
 * The captured frame without what the sender's kernel chose: id and "don't fragment" of IPv4, flow
 * label and (in keepalived's unicast) hop limit of IPv6.
 */
function byOurKernel({ bytes, ip: { version } }: CapturedV3Frame): Uint8Array<ArrayBuffer> {
  const copy = bytes.slice();
  const packet = new DataView(copy.buffer, IP_AT);
  if (version === 4) {
    packet.setUint16(ipv4.AT.fragment, 0);
    ipv4.patchId(packet, 0);
  } else {
    packet.setUint32(ipv6.AT.versionClassFlow, packet.getUint32(0) & 0xfff00000);
    packet.setUint8(ipv6.AT.hopLimit, 255);
  }
  return copy;
}

/** What a virtual router with just these addresses takes from the frame. */
function heardOf({ name, bytes, vrrp }: CapturedV3Frame): HeardAdvert {
  const packet = valueOf(frame.parse(viewOf(bytes)));
  const unicast = packet.destination.bytes[0] === (packet.family === 4 ? 224 : 0xff)
    ? undefined
    : { peers: [packet.source], own: packet.destination };
  const ours = protocolConfig({
    version: 3,
    family: packet.family,
    vrid: vrrp.vrid,
    addresses: vrrp.addrs.map(ip),
    checkAddresses: "drop",
  });
  assert.ok(acceptPacket(packet, ours, unicast).ok, name);
  const { advert, otherAddresses } = valueOf(acceptAdvert(ours, packet));
  assert.equal(otherAddresses, false, name);
  return advert;
}

/** The virtual router that would send what was heard. */
function senderOf({ decoded, vrrp, ip: { dst } }: CapturedV3Frame, heard: HeardAdvert): Router {
  const virtualMac = decoded.src_mac.startsWith("00:00:5e:00:");
  const isGroup = ["224.0.0.18", "ff02::12"].includes(dst);
  const one = router({
    protocol: {
      version: 3,
      family: heard.from.family,
      vrid: vrrp.vrid,
      priority: heard.priority,
      advertIntervalMs: heard.intervalMs,
      addresses: vrrp.addrs.map(ip),
    },
    virtualMac,
    ...(isGroup ? {} : { unicast: { peers: [ip(dst)] } }),
  });
  one.place(placement({ source: heard.from, ...(virtualMac ? {} : { ownMac: heard.fromMac }) }));
  return one;
}

Deno.test("what keepalived and FRR send in version 3 is heard as it was decoded by others", () => {
  assert.equal(new Set(FRAMES.map(({ ip: { version } }) => version)).size, 2);
  for (const captured of FRAMES) {
    const { name, vrrp, ip: { src, version } } = captured;
    const { priority, intervalMs, from, checksumForm } = heardOf(captured);
    assert.deepEqual(
      { priority, intervalMs, from: formatIp(from), checksumForm },
      {
        priority: vrrp.priority,
        intervalMs: vrrp.max_adver_cs * 10,
        from: src,
        checksumForm: version === 4 ? "rfc5798" : undefined,
      },
      name,
    );
  }
});

Deno.test("Router.advertFrames() gives the version 3 frames of keepalived and FRR, byte for byte", () => {
  for (const captured of FRAMES) {
    const heard = heardOf(captured);
    const [bytes = new Uint8Array()] = senderOf(captured, heard).advertFrames(heard.priority);
    const isGroup = ["224.0.0.18", "ff02::12"].includes(captured.ip.dst);
    // To a peer only the IP packet is sent.
    const from = isGroup ? 0 : IP_AT;
    assert.equal(
      hexOf(bytes.subarray(from)),
      hexOf(byOurKernel(captured).subarray(from)),
      captured.name,
    );
  }
});

Deno.test("Router.advertFrames() gives each peer of version 3 a checksum of its own", () => {
  const peers = addresses("10.9.0.2", "10.9.0.3");
  const one = router({ protocol: { version: 3 }, unicast: { peers } });
  one.place(placement());
  const messages = one.advertFrames(100).map((bytes) => {
    const { message, source, destination } = valueOf(frame.parse(viewOf(bytes)));
    return vrrp3.checksumFormOf(message, { source, destination });
  });
  assert.deepEqual(messages, ["rfc5798", "rfc5798"]);
});

/** The reading by which its next advertisement is right. */
function formSentBy(one: Router, priority = 100): vrrp3.ChecksumForm | undefined {
  const [bytes = new Uint8Array()] = one.advertFrames(priority);
  const { message, source, destination } = valueOf(frame.parse(viewOf(bytes)));
  return vrrp3.checksumFormOf(message, { source, destination });
}

function hear(one: Router, checksumForm: vrrp3.ChecksumForm): void {
  const advert = {
    priority: 200,
    intervalMs: 1000,
    from: ip("10.9.0.9"),
    fromMac: mac("02:00:00:00:00:09"),
    checksumForm,
  };
  one.step({ kind: "advert", advert }, NOW_MS);
}

Deno.test("Router with v3_checksum auto sends the checksum that it heard last, in every frame", () => {
  const one = router({ protocol: { version: 3 } });
  one.place(placement());
  one.advertFrames(0);
  assert.equal(formSentBy(one), "rfc5798", "before anybody was heard");
  for (const form of ["rfc9568", "rfc5798", "rfc9568"] as const) {
    hear(one, form);
    assert.deepEqual([formSentBy(one), formSentBy(one, 0)], [form, form]);
  }
  one.place(placement({ source: ip("10.9.0.6") }));
  assert.equal(formSentBy(one), "rfc9568", "also from another place");
});

Deno.test("Router with v3_checksum auto keeps its frames while it hears the same again", () => {
  const one = router({ protocol: { version: 3 } });
  one.place(placement());
  const [before] = one.advertFrames(100);
  hear(one, "rfc5798");
  assert.equal(one.advertFrames(100)[0], before);
});

Deno.test("Router with a fixed v3_checksum sends that one, whatever it hears", () => {
  for (const checksum of ["rfc5798", "rfc9568"] as const) {
    const one = router({ protocol: { version: 3, checksum } });
    one.place(placement());
    for (const heard of ["rfc9568", "rfc5798"] as const) {
      hear(one, heard);
      assert.equal(formSentBy(one), checksum);
    }
  }
});

Deno.test("Router.reconfigure() goes by another v3_checksum at once", () => {
  const one = router({ protocol: { version: 3 } });
  one.place(placement());
  one.reconfigure({ ...one.config, protocol: { ...one.config.protocol, checksum: "rfc9568" } });
  assert.equal(formSentBy(one), "rfc9568");
});

Deno.test("Router.advertFrames() of version 3 writes the interval in hundredths of a second", () => {
  for (const [advertIntervalMs, cs] of [[10, 1], [70, 7], [290, 29], [40_950, 4095]] as const) {
    const one = router({ protocol: { version: 3, advertIntervalMs } });
    one.place(placement());
    const [bytes = new Uint8Array()] = one.advertFrames(100);
    const { message, ...ends } = valueOf(frame.parse(viewOf(bytes)));
    assert.equal(valueOf(vrrp3.parse(message, ends)).advert.advertIntervalCs, cs);
  }
});

Deno.test("Router builds version 3 frames of 255 IPv6 addresses", () => {
  const list = Array.from({ length: 255 }, (_, index) => ip(`fe80::${(index + 1).toString(16)}`));
  const one = router({ protocol: { version: 3, family: 6, addresses: list } });
  one.place(placement({ source: ip("fe80::ff:5") }));
  const [bytes = new Uint8Array()] = one.advertFrames(100);
  const { message, ...ends } = valueOf(frame.parse(viewOf(bytes)));
  assert.equal(message.byteLength, 8 + 255 * 16);
  assert.deepEqual(valueOf(vrrp3.parse(message, ends)).advert.addresses, list);
});
