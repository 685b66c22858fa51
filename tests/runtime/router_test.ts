import assert from "node:assert/strict";
import { formatIp, ip, ipFromBytes } from "../../src/base/ip.ts";
import { formatMac } from "../../src/base/mac.ts";
import type { Router } from "../../src/runtime/router.ts";
import * as frame from "../../src/wire/frame.ts";
import * as vrrp2 from "../../src/wire/vrrp2.ts";
import { fromHex, hexOf, valueOf, viewOf } from "../support/bytes.ts";
import { type CapturedV2Frame, capturedV2Frames } from "../support/captures.ts";
import { addresses, mac, NOW_MS, OWN_MAC, placement, router } from "./fixtures.ts";

const VIRTUAL_MAC = "00:00:5e:00:01:07";

function advert(one: Router, priority = 100): Uint8Array<ArrayBuffer> {
  const [bytes, ...more] = one.advertFrames(priority);
  assert.ok(bytes, "a router with a place has frames");
  assert.deepEqual(more, []);
  return bytes;
}

function placed(one: Router, differences: Parameters<typeof placement>[0] = {}): Router {
  one.place(placement(differences));
  return one;
}

function senderMac(bytes: Uint8Array): string {
  return formatMac(valueOf(frame.parse(viewOf(bytes))).sourceMac);
}

Deno.test("Router has no frames before it has a place", () => {
  const one = router();
  assert.deepEqual(one.advertFrames(100), []);
  assert.deepEqual(one.announcementFrames, []);
});

Deno.test("Router.advertFrames() gives the bytes of RFC 3768 for each priority", () => {
  const one = placed(router({ virtualMac: false, protocol: { vrid: 1 } }), {
    source: ip("10.9.0.1"),
    ownMac: mac("02:00:00:00:00:01"),
  });
  const headers = "01005e000012 020000000001 0800 45c0002800000000ff70d0890a090001e0000012";
  assert.equal(
    hexOf(advert(one, 100)),
    hexOf(fromHex(`${headers} 210164010001708f 0a090064 0000000000000000`)),
  );
  assert.equal(
    hexOf(advert(one, 0)),
    hexOf(fromHex(`${headers} 210100010001d48f 0a090064 0000000000000000`)),
  );
});

/** The virtual router that would send the captured frame. */
function routerOf({ bytes, vrrp, decoded }: CapturedV2Frame): Router {
  const packet = valueOf(frame.parse(viewOf(bytes)));
  const { authType, authData } = valueOf(vrrp2.parse(packet.message));
  const protocol = {
    vrid: vrrp.vrid,
    priority: vrrp.priority,
    advertIntervalMs: vrrp.adver_int_s * 1000,
    addresses: vrrp.addrs.map(ip),
    auth: authType === 0
      ? { type: "none" } as const
      : { type: "rfc2338-simple", data: Uint8Array.from(authData) } as const,
  };
  const virtualMac = decoded.src_mac.startsWith("00:00:5e:00:01:");
  return placed(router({ protocol, virtualMac }), {
    source: packet.source,
    ...(virtualMac ? {} : { ownMac: packet.sourceMac }),
  });
}

Deno.test("Router.advertFrames() gives the frames that keepalived sends, but for the IP id", () => {
  const frames = capturedV2Frames().filter(({ file, ip }) =>
    file.startsWith("keepalived-") && ip.dst === "224.0.0.18"
  );
  assert.notEqual(frames.length, 0);
  for (const captured of frames) {
    const again = advert(routerOf(captured), captured.vrrp.priority).slice();
    frame.patchIpId(viewOf(again), captured.ip.id);
    assert.equal(hexOf(again), hexOf(captured.bytes), captured.name);
  }
});

Deno.test("Router.advertFrames() gives the packets that keepalived sends to peers, but for the id", () => {
  const frames = capturedV2Frames().filter(({ file }) => file === "keepalived-v2-unicast.pcap");
  assert.notEqual(frames.length, 0);
  for (const captured of frames) {
    const { source, destination } = valueOf(frame.parse(viewOf(captured.bytes)));
    const { protocol } = routerOf(captured).config;
    const unicast = { peers: [destination] };
    const one = placed(router({ protocol, unicast, padFrames: true }), { source });
    const again = advert(one, captured.vrrp.priority).slice();
    frame.patchIpId(viewOf(again), captured.ip.id);
    assert.equal(hexOf(again).slice(28), hexOf(captured.bytes).slice(28), captured.name);
  }
});

Deno.test("Router.advertFrames() gives one for each peer but ourselves, in the order of the list", () => {
  const peers = addresses("10.9.0.9", "10.9.0.5", "10.9.0.8");
  const one = placed(router({ unicast: { peers } }), { source: ip("10.9.0.5") });
  const destinations = one.advertFrames(100).map((bytes) =>
    formatIp(valueOf(frame.parse(viewOf(bytes))).destination)
  );
  assert.deepEqual(destinations, ["10.9.0.9", "10.9.0.8"]);
  assert.deepEqual(one.recipients.map(({ name }) => name), [
    "10.9.0.9 on eth0",
    "10.9.0.8 on eth0",
  ]);
});

Deno.test("Router.isOwnFrame() goes by the address alone in unicast: the MAC is the last hop's", () => {
  const one = placed(router({ unicast: { peers: addresses("10.9.0.9") } }));
  assert.equal(one.isOwnFrame(ip("10.9.0.5"), mac("02:00:00:00:00:77")), true);
  assert.equal(one.isOwnFrame(ip("10.9.0.9"), mac("02:00:00:00:00:77")), false);
});

Deno.test("Router.listensTo names the peers, and our address as soon as it is known", () => {
  const peers = addresses("10.9.0.9");
  const one = router({ unicast: { peers, ttlMin: 9 } });
  assert.deepEqual(one.listensTo, { peers, ttlMin: 9, own: undefined });
  placed(one);
  assert.deepEqual(one.listensTo, { peers, ttlMin: 9, own: ip("10.9.0.5") });
  assert.equal(router().listensTo, undefined);
});

Deno.test("Router.advertFrames() authenticates as rVRRPd does", () => {
  const key = new TextEncoder().encode("secret12");
  const auth = { type: "p0-t8-sha256", key } as const;
  const one = placed(router({ protocol: { vrid: 1, auth } }), { source: ip("10.9.0.1") });
  const headers = "01005e000012 00005e000101 0800 45c0002800000000ff70d0890a090001e0000012";
  assert.equal(
    hexOf(advert(one, 100)),
    hexOf(fromHex(`${headers} 21016401fa014848 0a090064 76326e02e9d3603d`)),
  );
});

function listed(one: Router): readonly string[] {
  const { message } = valueOf(frame.parse(viewOf(advert(one))));
  return valueOf(vrrp2.parse(message)).addresses.map(formatIp);
}

Deno.test("Router.advertFrames() lists the interface's addresses behind the virtual ones", () => {
  const one = placed(router(), { listedAddresses: addresses("10.9.0.5", "10.8.0.5") });
  assert.deepEqual(listed(one), ["10.9.0.100", "10.9.0.5", "10.8.0.5"]);
});

Deno.test("Router.advertFrames() lists no more addresses than a message can count", () => {
  const many = Array.from({ length: 300 }, (_, index) => `10.1.${index >> 8}.${index & 255}`);
  const one = placed(router(), { listedAddresses: addresses(...many) });
  assert.deepEqual(listed(one), ["10.9.0.100", ...many.slice(0, 254)]);
});

Deno.test("Router.advertFrames() pads where the configuration says so", () => {
  const [plain, padded] = [false, true].map((padFrames) => advert(placed(router({ padFrames }))));
  assert.ok(plain !== undefined && padded !== undefined);
  assert.equal(hexOf(padded), `${hexOf(plain)}000000000000`);
});

Deno.test("Router.advertFrames() builds a frame once for each priority", () => {
  const one = placed(router());
  assert.equal(advert(one, 100), advert(one, 100));
  assert.notEqual(hexOf(advert(one, 100)), hexOf(advert(one, 255)));
});

Deno.test("Router.place() makes new frames for a new place", () => {
  const one = placed(router({ virtualMac: false }));
  const before = { advert: hexOf(advert(one)), announced: one.announcementFrames.map(hexOf) };
  placed(one, { source: ip("10.9.0.6"), ownMac: mac("02:00:00:00:00:06") });
  assert.equal(senderMac(advert(one)), "02:00:00:00:00:06");
  assert.notEqual(hexOf(advert(one)), before.advert);
  assert.notDeepEqual(one.announcementFrames.map(hexOf), before.announced);
});

for (const virtualMac of [true, false]) {
  const sender = virtualMac ? VIRTUAL_MAC : OWN_MAC;
  Deno.test(`Router sends from ${sender} with vmac ${virtualMac}, as ether and as macvlan`, () => {
    for (const interfaceType of ["ether", "macvlan"] as const) {
      const one = placed(router({ virtualMac, interfaceType }));
      assert.equal(senderMac(advert(one)), sender, interfaceType);
    }
  });
}

Deno.test("Router.announcementFrames announce every address once, by its family, advertised or not", () => {
  const one = placed(router({
    protocol: { addresses: addresses("10.9.0.100", "10.9.0.101") },
    excludedAddresses: [{ address: ip("10.9.0.102") }, { address: ip("2001:db8::1") }],
  }));
  const arp = (address: string) => {
    const hex = ip(address).bytes.toHex();
    return `ffffffffffff00005e0001070806000108000604000100005e000107${hex}ffffffffffff${hex}`;
  };
  const frames = one.announcementFrames.map(hexOf);
  assert.deepEqual(frames.slice(0, 3), ["10.9.0.100", "10.9.0.101", "10.9.0.102"].map(arp));
  assert.equal(frames.length, 4);
  assert.match(frames[3] ?? "", /^33330000000100005e00010786dd6/);
});

const OWN_FRAMES = [
  { what: "both are ours", source: "10.9.0.5", sender: VIRTUAL_MAC, own: true },
  { what: "another router's address", source: "10.9.0.6", sender: VIRTUAL_MAC, own: false },
  { what: "another's MAC", source: "10.9.0.5", sender: "02:00:00:00:00:06", own: false },
  {
    what: "our own MAC, which we do not send from",
    source: "10.9.0.5",
    sender: OWN_MAC,
    own: false,
  },
] as const;

for (const { what, source, sender, own } of OWN_FRAMES) {
  Deno.test(`Router.isOwnFrame() says ${own}: ${what}`, () => {
    const one = router();
    assert.equal(one.isOwnFrame(ip(source), mac(sender)), false, "without a place");
    placed(one);
    assert.equal(one.isOwnFrame(ip(source), mac(sender)), own);
  });
}

Deno.test("Router.isOwnFrame() knows the interface's own MAC with vmac false", () => {
  const one = placed(router({ virtualMac: false }));
  assert.equal(one.isOwnFrame(ip("10.9.0.5"), mac(OWN_MAC)), true);
  assert.equal(one.isOwnFrame(ip("10.9.0.5"), mac(VIRTUAL_MAC)), false);
});

Deno.test("Router.replacesMac is for the virtual MAC on the interface itself only", () => {
  assert.equal(router().replacesMac, true);
  assert.equal(router({ virtualMac: false }).replacesMac, false);
  assert.equal(router({ interfaceType: "macvlan" }).replacesMac, false);
});

Deno.test("Router names itself as rVRRPd does, by the first address and the configured interface", () => {
  const one = router({
    interface: "eth1",
    interfaceType: "macvlan",
    protocol: { vrid: 9, addresses: addresses("10.9.0.101", "10.9.0.100") },
  });
  assert.equal(one.label, "VR 10.9.0.101 for group 9 on interface eth1");
  assert.equal(one.firstAddress, "10.9.0.101");
});

Deno.test("Router.step() keeps the protocol's state and deadline", () => {
  const one = router();
  assert.deepEqual([one.state.name, one.deadlineMs], ["Init", Infinity]);
  const facts = { source: ip("10.9.0.5"), mac: mac(OWN_MAC), owner: false };
  const actions = one.step({ kind: "linkReady", facts }, NOW_MS);
  assert.equal(one.state.name, "Backup");
  // Three intervals and a skew of 156/256 s (RFC 3768 section 6.1).
  assert.equal(one.deadlineMs, NOW_MS + 3609);
  assert.deepEqual(actions.map((action) => action.do), ["report"]);
});

Deno.test("Router builds frames of 255 addresses", () => {
  const many = Array.from({ length: 255 }, (_, n) => ipFromBytes(Uint8Array.of(10, 9, 1, n)));
  const one = placed(router({ protocol: { addresses: many } }));
  assert.equal(advert(one).length, 50 + 4 * 255);
  assert.equal(one.announcementFrames.length, 255);
});

Deno.test("Router is blocked until it is unblocked, and tries again ever later", () => {
  const one = router();
  assert.deepEqual([one.blockedBy, one.retryMs], [undefined, Infinity]);
  const delays = Array.from({ length: 7 }, (_, count) => {
    one.block("macRefused", NOW_MS + count);
    assert.equal(one.blockedBy, "macRefused");
    const delayMs = one.retryMs - NOW_MS - count;
    one.unblock();
    assert.deepEqual([one.blockedBy, one.retryMs], [undefined, Infinity]);
    return delayMs;
  });
  assert.deepEqual(delays, [10_000, 20_000, 40_000, 80_000, 160_000, 320_000, 320_000]);
});

Deno.test("Router tries again soon where it was not refused for a minute after the last try", () => {
  const one = router();
  one.block("refused", NOW_MS);
  one.block("refused", NOW_MS + 10_000);
  assert.equal(one.retryMs, NOW_MS + 30_000);
  one.block("refused", NOW_MS + 90_001);
  assert.equal(one.retryMs, NOW_MS + 100_001);
});

Deno.test("Router looks every ten seconds for another process that has ended", () => {
  const one = router();
  for (const count of [0, 1, 2]) {
    one.block("runsElsewhere", NOW_MS + count);
    assert.equal(one.retryMs, NOW_MS + count + 10_000);
  }
});

Deno.test("Router.forgetInstalled() leaves the other addresses to be removed", () => {
  const one = router();
  const prefixes = addresses("10.9.0.100", "10.9.0.101").map((address) => ({
    address,
    length: 24,
  }));
  one.noteInstalled(prefixes);
  one.forgetInstalled(ip("10.9.0.100"));
  assert.deepEqual(one.installed, prefixes.slice(1));
});
