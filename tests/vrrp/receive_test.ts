import assert from "node:assert/strict";
import { ip, type IpAddress, ipFromBytes } from "../../src/base/ip.ts";
import { acceptAdvert, acceptPacket, type UnicastRules } from "../../src/vrrp/receive.ts";
import type { AddressCheck, RouterConfig } from "../../src/vrrp/types.ts";
import { AUTH_TYPE, noAuthData, simplePassword } from "../../src/wire/auth.ts";
import type { Packet } from "../../src/wire/frame.ts";
import type { RejectReason } from "../../src/wire/reject.ts";
import * as vrrp2 from "../../src/wire/vrrp2.ts";
import { config, heard, mac } from "./fixtures.ts";

const SECRET: RouterConfig["auth"] = {
  type: "rfc2338-simple",
  data: simplePassword("secret12"),
};

const P0: RouterConfig["auth"] = {
  type: "p0-t8-sha256",
  key: new TextEncoder().encode("secret12"),
};
const P0_ADVERT = {
  vrid: 1,
  authType: AUTH_TYPE.p0,
  authData: Uint8Array.of(0x76, 0x32, 0x6e, 0x02, 0xe9, 0xd3, 0x60, 0x3d),
};

function message(differences: Partial<vrrp2.Vrrp2Advert> = {}): DataView {
  const advert: vrrp2.Vrrp2Advert = {
    vrid: 7,
    priority: 100,
    authType: AUTH_TYPE.none,
    advertIntervalS: 1,
    addresses: [ip("10.9.0.100")],
    authData: noAuthData(),
    ...differences,
  };
  const view = new DataView(new ArrayBuffer(vrrp2.size(advert)));
  vrrp2.emit(advert, view);
  return view;
}

function packet(differences: Partial<Packet> = {}): Packet {
  return {
    family: 4,
    sourceMac: mac("02:00:00:00:00:09"),
    destinationMac: mac("01:00:5e:00:00:12"),
    source: ip("10.9.0.9"),
    destination: ip("224.0.0.18"),
    ttl: 255,
    protocol: 112,
    ipChecksumOk: true,
    message: message(),
    ...differences,
  };
}

/** The message with one byte changed, and with a checksum that fits only on demand. */
function tampered(
  { at, value, view = message() }: { at: number; value: number; view?: DataView },
): DataView {
  view.setUint8(at, value);
  return view;
}

/** Version 3 on the wire with three addresses: as long as a message of version 2 with one. */
function version3(): DataView {
  return tampered({ at: vrrp2.AT.versionAndType, value: 0x31 });
}

function reasonOf(
  result: ReturnType<typeof acceptPacket> | ReturnType<typeof acceptAdvert>,
): RejectReason | "accepted" {
  return result.ok ? "accepted" : result.error.reason;
}

const PACKETS: readonly { why: string; packet: Partial<Packet>; expected: string }[] = [
  { why: "takes a packet to the group with TTL 255", packet: {}, expected: "accepted" },
  {
    why: "refuses a wrong header checksum",
    packet: { ipChecksumOk: false },
    expected: "ipChecksum",
  },
  { why: "refuses TTL 254: it came through a router", packet: { ttl: 254 }, expected: "ttl" },
  { why: "refuses TTL 0", packet: { ttl: 0 }, expected: "ttl" },
  {
    why: "refuses another destination than the group",
    packet: { destination: ip("10.9.0.5") },
    expected: "notForUs",
  },
  {
    why: "names the checksum before the TTL",
    packet: { ipChecksumOk: false, ttl: 1 },
    expected: "ipChecksum",
  },
  {
    why: "names the TTL before the destination",
    packet: { ttl: 1, destination: ip("10.9.0.5") },
    expected: "ttl",
  },
];

for (const { why, packet: differences, expected } of PACKETS) {
  Deno.test(`acceptPacket() ${why}`, () => {
    assert.equal(reasonOf(acceptPacket(packet(differences), config())), expected);
  });
}

Deno.test("acceptPacket() lets a wrong header checksum pass with rfc3768 = false", () => {
  const wrong = packet({ ipChecksumOk: false });
  assert.equal(reasonOf(acceptPacket(wrong, config({ rfc3768: false }))), "accepted");
});

Deno.test("acceptPacket() refuses a wrong header checksum of a group that is not ours", () => {
  assert.equal(reasonOf(acceptPacket(packet({ ipChecksumOk: false }), undefined)), "ipChecksum");
});

const OWN = ip("10.9.0.1");
const PEER = ip("10.9.0.9");
const UNICAST = { peers: [ip("10.9.0.8"), PEER], own: OWN };
const V6_PEER = ip("fe80::9");
const V6_PACKET = { family: 6, source: V6_PEER, destination: ip("fe80::1") } as const;
const V6_UNICAST = { peers: [V6_PEER], own: ip("fe80::1") };

const UNICAST_PACKETS: readonly {
  why: string;
  packet: Partial<Packet>;
  rules?: UnicastRules;
  expected: string;
}[] = [
  { why: "takes what a peer sends to us", packet: { destination: OWN }, expected: "accepted" },
  {
    why: "refuses a stranger",
    packet: { destination: OWN, source: ip("10.9.0.7") },
    expected: "notAPeer",
  },
  { why: "refuses what a peer sends to the group", packet: {}, expected: "notForUs" },
  {
    why: "refuses what a peer sends to another address",
    packet: { destination: ip("10.9.0.2") },
    expected: "notForUs",
  },
  {
    why: "refuses what came through a router",
    packet: { destination: OWN, ttl: 254 },
    expected: "ttl",
  },
  {
    why: "takes what came through a router where the configuration lets it",
    packet: { destination: OWN, ttl: 250 },
    rules: { ...UNICAST, ttlMin: 250 },
    expected: "accepted",
  },
  {
    why: "refuses a TTL below the least",
    packet: { destination: OWN, ttl: 249 },
    rules: { ...UNICAST, ttlMin: 250 },
    expected: "ttl",
  },
  {
    why: "names the TTL before the destination, and that before the sender",
    packet: { source: ip("10.9.0.7"), ttl: 1 },
    expected: "ttl",
  },
  {
    why: "names the destination before the sender",
    packet: { source: ip("10.9.0.7") },
    expected: "notForUs",
  },
  {
    why: "takes any address of ours where we do not know which one it is to be",
    packet: { destination: ip("10.9.0.2") },
    rules: { peers: [PEER] },
    expected: "accepted",
  },
  {
    why: "refuses the group also where we do not know our address",
    packet: {},
    rules: { peers: [PEER] },
    expected: "notForUs",
  },
  {
    why: "takes IPv6 with hop limit 255",
    packet: V6_PACKET,
    rules: V6_UNICAST,
    expected: "accepted",
  },
  {
    why: "takes IPv6 with hop limit 64, which keepalived sends",
    packet: { ...V6_PACKET, ttl: 64 },
    rules: V6_UNICAST,
    expected: "accepted",
  },
  {
    why: "refuses IPv6 with a hop limit in between",
    packet: { ...V6_PACKET, ttl: 63 },
    rules: V6_UNICAST,
    expected: "ttl",
  },
  {
    why: "refuses IPv6 with hop limit 64 where the least is higher",
    packet: { ...V6_PACKET, ttl: 64 },
    rules: { ...V6_UNICAST, ttlMin: 65 },
    expected: "ttl",
  },
];

for (const { why, packet: differences, rules = UNICAST, expected } of UNICAST_PACKETS) {
  Deno.test(`acceptPacket() in unicast ${why}`, () => {
    assert.equal(reasonOf(acceptPacket(packet(differences), config(), rules)), expected);
  });
}

const OTHER = [ip("10.9.0.101")];
const WRONG_SUM = { at: vrrp2.AT.checksum, value: 0xa5 };

const ADVERTS: readonly {
  why: string;
  message: DataView;
  config?: Partial<RouterConfig>;
  expected: string;
}[] = [
  { why: "takes what is like our own", message: message(), expected: "accepted" },
  { why: "takes priority 0", message: message({ priority: 0 }), expected: "accepted" },
  { why: "refuses version 3", message: version3(), expected: "vrrpVersion" },
  {
    why: "refuses version 3 by its version where it is shorter than any message of version 2",
    message: new DataView(Uint8Array.of(0x31, 7, 100, 1, 0, 100, 0, 0, 10, 9, 0, 100).buffer),
    expected: "vrrpVersion",
  },
  {
    why: "refuses a type that is no advertisement",
    message: tampered({ at: vrrp2.AT.versionAndType, value: 0x22 }),
    expected: "vrrpType",
  },
  {
    why: "refuses a count that the length does not bear out",
    message: tampered({ at: vrrp2.AT.addressCount, value: 2 }),
    expected: "vrrpLength",
  },
  { why: "refuses a wrong checksum", message: tampered(WRONG_SUM), expected: "vrrpChecksum" },
  {
    why: "refuses another interval",
    message: message({ advertIntervalS: 2 }),
    expected: "advertInterval",
  },
  {
    why: "refuses a password where we have none [W15b demands]",
    message: message({ authType: AUTH_TYPE.simplePassword }),
    expected: "authType",
  },
  {
    why: "refuses an open message where we have a password",
    message: message(),
    config: { auth: SECRET },
    expected: "authType",
  },
  {
    why: "refuses another password [R14 demands]",
    message: message({ authType: AUTH_TYPE.simplePassword, authData: simplePassword("secret13") }),
    config: { auth: SECRET },
    expected: "authData",
  },
  {
    why: "refuses a password with something behind its end",
    message: message({
      authType: AUTH_TYPE.simplePassword,
      authData: simplePassword("abc\0garb"),
    }),
    config: { auth: { type: "rfc2338-simple", data: simplePassword("abc") } },
    expected: "authData",
  },
  {
    why: "takes the right password [R14 forbids]",
    message: message({ authType: AUTH_TYPE.simplePassword, authData: simplePassword("secret12") }),
    config: { auth: SECRET },
    expected: "accepted",
  },
  {
    why: "takes rVRRPd's P0 with the secret that is ours",
    message: message(P0_ADVERT),
    config: { auth: P0 },
    expected: "accepted",
  },
  {
    why: "refuses rVRRPd's P0 with another priority than it was made for",
    message: message({ ...P0_ADVERT, priority: 101 }),
    config: { auth: P0 },
    expected: "authData",
  },
  {
    why: "ignores the authentication data of type 0 [W15a forbids]",
    message: message({ authData: simplePassword("whatever") }),
    expected: "accepted",
  },
  {
    why: "refuses other addresses",
    message: message({ addresses: OTHER }),
    expected: "addressList",
  },
  {
    why: "names the version before the type",
    message: tampered({ at: vrrp2.AT.versionAndType, value: 0x32 }),
    expected: "vrrpVersion",
  },
  {
    why: "names the type before the length",
    message: tampered({
      at: vrrp2.AT.addressCount,
      value: 9,
      view: tampered({ at: vrrp2.AT.versionAndType, value: 0x22 }),
    }),
    expected: "vrrpType",
  },
  {
    why: "names the length before the checksum",
    message: tampered({ ...WRONG_SUM, view: tampered({ at: vrrp2.AT.addressCount, value: 9 }) }),
    expected: "vrrpLength",
  },
  {
    why: "names the checksum before the interval",
    message: tampered({ ...WRONG_SUM, view: message({ advertIntervalS: 2 }) }),
    expected: "vrrpChecksum",
  },
  {
    why: "names the interval before the authentication",
    message: message({ advertIntervalS: 2, authType: AUTH_TYPE.simplePassword }),
    expected: "advertInterval",
  },
  {
    why: "names the authentication before the addresses",
    message: message({ authType: AUTH_TYPE.simplePassword, addresses: OTHER }),
    expected: "authType",
  },
];

for (const { why, message, config: differences, expected } of ADVERTS) {
  Deno.test(`acceptAdvert() ${why}`, () => {
    assert.equal(reasonOf(acceptAdvert(config(differences), packet({ message }))), expected);
  });
}

Deno.test("acceptAdvert() hands on who sent what", () => {
  const result = acceptAdvert(config(), packet({ message: message({ priority: 42 }) }));
  assert.ok(result.ok);
  assert.deepEqual(result.value, { advert: heard({ priority: 42 }), otherAddresses: false });
});

Deno.test("acceptAdvert() keeps the password out of what it says", () => {
  const authData = simplePassword("theirs!!");
  const theirs = message({ authType: AUTH_TYPE.simplePassword, authData });
  const result = acceptAdvert(config({ auth: SECRET }), packet({ message: theirs }));
  assert.ok(!result.ok);
  assert.doesNotMatch(result.error.detail, /theirs|secret/);
});

const A = ip("10.9.0.100");
const B = ip("10.9.0.101");
const C = ip("10.9.0.102");
const OURS = [A, B];

const LISTS = [
  { why: "the same order", addresses: [A, B], same: true },
  { why: "another order", addresses: [B, A], same: true },
  { why: "a repeated address", addresses: [A, B, A], same: true },
  { why: "one missing", addresses: [A], same: false },
  { why: "one missing and one repeated", addresses: [A, A], same: false },
  { why: "one more", addresses: [A, B, C], same: false },
  { why: "one for another", addresses: [A, C], same: false },
];

const CHECKS: readonly { check: AddressCheck; dropsFrom: readonly number[] }[] = [
  { check: "auto", dropsFrom: [0, 1, 100, 254] },
  { check: "drop", dropsFrom: [0, 1, 100, 254, 255] },
  { check: "warn", dropsFrom: [] },
  { check: "off", dropsFrom: [] },
];

for (const { check, dropsFrom } of CHECKS) {
  for (const { why, addresses, same } of LISTS) {
    Deno.test(`acceptAdvert() with check_addresses ${check} and ${why}`, () => {
      const ours = config({ addresses: OURS, checkAddresses: check });
      for (const priority of [0, 1, 100, 254, 255]) {
        const result = acceptAdvert(ours, packet({ message: message({ addresses, priority }) }));
        const dropped = !same && dropsFrom.includes(priority);
        assert.equal(reasonOf(result), dropped ? "addressList" : "accepted", `from ${priority}`);
        assert.equal(result.ok && result.value.otherAddresses, result.ok && !same);
      }
    });
  }
}

const LISTS_WITH_MORE: readonly {
  why: string;
  addresses: typeof OURS;
  expected: string;
}[] = [
  { why: "takes our addresses alone", addresses: [A, B], expected: "accepted" },
  { why: "takes ours in another order", addresses: [B, A], expected: "accepted" },
  { why: "takes one of the sender's own behind ours", addresses: [A, B, C], expected: "accepted" },
  { why: "takes one of the sender's own before ours", addresses: [C, A, B], expected: "accepted" },
  { why: "refuses a list without one of ours", addresses: [A, C], expected: "addressList" },
  { why: "refuses ours twice for two", addresses: [A, A], expected: "addressList" },
];

for (const { why, addresses, expected } of LISTS_WITH_MORE) {
  Deno.test(`acceptAdvert() with rfc3768 = false ${why}`, () => {
    const ours = config({ addresses: OURS, rfc3768: false });
    const result = acceptAdvert(ours, packet({ message: message({ addresses }) }));
    assert.equal(reasonOf(result), expected);
    assert.equal(result.ok && result.value.otherAddresses, false);
  });
}

Deno.test("acceptAdvert() takes one of ours that is listed twice in our own configuration", () => {
  const ours = config({ addresses: [A, B, A] });
  const result = acceptAdvert(ours, packet({ message: message({ addresses: [B, A] }) }));
  assert.ok(result.ok && !result.value.otherAddresses);
});

/** An address of ours that counts how often it is looked at. */
function watchedAddress(bytes: readonly number[], note: () => void): IpAddress {
  const address = ipFromBytes(Uint8Array.from(bytes));
  return {
    family: 4,
    get bytes() {
      note();
      return address.bytes;
    },
  };
}

Deno.test("acceptAdvert() looks at each of our addresses a few times, however long the list is", () => {
  let looks = 0;
  const ours = Array.from({ length: 255 }, (_, n) => {
    return watchedAddress([10, 9, 1, n], () => looks++);
  });
  const theirs = Array.from(
    { length: 255 },
    (_, n) => ipFromBytes(Uint8Array.of(10, 9, 1, 254 - n)),
  );
  const reversed = packet({ message: message({ addresses: theirs }) });
  const result = acceptAdvert(config({ addresses: ours }), reversed);
  assert.ok(result.ok && !result.value.otherAddresses);
  assert.ok(looks <= 20 * 255, `${looks} looks`);
});

Deno.test("acceptAdvert() names the addresses of a list that it refuses", () => {
  const result = acceptAdvert(config(), packet({ message: message({ addresses: [C, B] }) }));
  assert.ok(!result.ok);
  assert.equal(result.error.detail, "addresses 10.9.0.102, 10.9.0.101");
});
