import assert from "node:assert/strict";
import fc from "fast-check";
import { ip, type IpAddress } from "../../src/base/ip.ts";
import { acceptAdvert, acceptPacket } from "../../src/vrrp/receive.ts";
import type { AddressCheck, RouterConfig } from "../../src/vrrp/types.ts";
import { AUTH_TYPE, noAuthData } from "../../src/wire/auth.ts";
import * as frame from "../../src/wire/frame.ts";
import type { RejectReason } from "../../src/wire/reject.ts";
import * as vrrp2 from "../../src/wire/vrrp2.ts";
import * as vrrp3 from "../../src/wire/vrrp3.ts";
import { viewOf } from "../support/bytes.ts";
import { config, heard, mac } from "./fixtures.ts";

/** One family's part in every row. */
interface World {
  readonly family: 4 | 6;
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly addresses: readonly IpAddress[];
  readonly stranger: IpAddress;
}

const IPV4: World = {
  family: 4,
  source: ip("10.9.0.9"),
  destination: ip("224.0.0.18"),
  addresses: [ip("10.9.0.100"), ip("10.9.0.101")],
  stranger: ip("10.9.0.66"),
};
const IPV6: World = {
  family: 6,
  source: ip("fe80::9"),
  destination: ip("ff02::12"),
  addresses: [ip("fe80::100"), ip("2001:db8::100")],
  stranger: ip("2001:db8::66"),
};

interface Differences extends Partial<vrrp3.Vrrp3Advert> {
  readonly form?: vrrp3.ChecksumForm;
}

function message(world: World, { form, ...differences }: Differences = {}): DataView {
  const advert = {
    vrid: 7,
    priority: 100,
    advertIntervalCs: 100,
    addresses: world.addresses,
    ...differences,
  };
  const view = viewOf(new Uint8Array(vrrp3.size(advert)));
  vrrp3.emit(advert, { ...world, form }, view);
  return view;
}

function packet(world: World, differences: Partial<frame.Packet> = {}): frame.Packet {
  return {
    family: world.family,
    sourceMac: mac("02:00:00:00:00:09"),
    destinationMac: mac("01:00:5e:00:00:12"),
    source: world.source,
    destination: world.destination,
    ttl: 255,
    protocol: 112,
    ipChecksumOk: true,
    message: message(world),
    ...differences,
  };
}

function ours({ family, addresses }: World, differences: Partial<RouterConfig> = {}): RouterConfig {
  return config({ version: 3, family, addresses, ...differences });
}

/** With one byte changed, whatever the checksum then says. */
function tampered(at: number, value: number, view: DataView): DataView {
  view.setUint8(at, value);
  return view;
}

/** The same, with the checksum made anew. */
function rewritten(world: World, at: number, value: number, view = message(world)): DataView {
  vrrp3.writeChecksum(tampered(at, value, view), { ...world, form: "rfc5798" });
  return view;
}

function verdict(
  world: World,
  view: DataView,
  differences: Partial<RouterConfig> = {},
): RejectReason | "accepted" {
  const whole = acceptPacket(packet(world, { message: view }), ours(world));
  if (!whole.ok) return whole.error.reason;
  const result = acceptAdvert(ours(world, differences), whole.value);
  return result.ok ? "accepted" : result.error.reason;
}

function version2(): DataView {
  const advert = {
    vrid: 7,
    priority: 100,
    authType: AUTH_TYPE.none,
    advertIntervalS: 1,
    addresses: [ip("10.9.0.100")],
    authData: noAuthData(),
  };
  const view = viewOf(new Uint8Array(vrrp2.size(advert)));
  vrrp2.emit(advert, view);
  return view;
}

function longer(view: DataView, by: number): DataView {
  const bytes = new Uint8Array(view.byteLength + by);
  bytes.set(
    new Uint8Array(view.buffer, view.byteOffset, view.byteLength).subarray(0, bytes.length),
  );
  return viewOf(bytes);
}

const { AT } = vrrp3;

const ROWS: readonly {
  why: string;
  view: (world: World) => DataView;
  expected: RejectReason | "accepted";
}[] = [
  { why: "takes what is like our own", view: (world) => message(world), expected: "accepted" },
  {
    why: "takes priority 0",
    view: (world) => message(world, { priority: 0 }),
    expected: "accepted",
  },
  { why: "refuses version 2", view: version2, expected: "vrrpVersion" },
  {
    why: "refuses version 4",
    view: (world) => rewritten(world, AT.versionAndType, 0x41),
    expected: "vrrpVersion",
  },
  {
    why: "refuses a type that is no advertisement",
    view: (world) => rewritten(world, AT.versionAndType, 0x32),
    expected: "vrrpType",
  },
  {
    why: "refuses a count of 0",
    view: (world) => rewritten(world, AT.addressCount, 0),
    expected: "vrrpLength",
  },
  {
    why: "refuses a message that is longer than its list",
    view: (world) => longer(message(world), 8),
    expected: "vrrpLength",
  },
  {
    why: "refuses a trailer where none is configured",
    view: (world) => longer(message(world), 28),
    expected: "vrrpLength",
  },
  {
    why: "refuses a message that ends in its list",
    view: (world) => longer(message(world), -1),
    expected: "vrrpLength",
  },
  {
    why: "refuses a wrong checksum",
    view: (world) => tampered(AT.checksum, 0xa5, message(world)),
    expected: "vrrpChecksum",
  },
  {
    why: "refuses an interval of 0, which would make every Backup time out at once",
    view: (world) => message(world, { advertIntervalCs: 0 }),
    expected: "advertInterval",
  },
  {
    why: "takes another interval, however short",
    view: (world) => message(world, { advertIntervalCs: 1 }),
    expected: "accepted",
  },
  {
    why: "takes another interval, however long",
    view: (world) => message(world, { advertIntervalCs: 4095 }),
    expected: "accepted",
  },
  {
    why: "ignores the reserved bits",
    view: (world) => rewritten(world, AT.advertInterval, 0xf0),
    expected: "accepted",
  },
  {
    why: "takes other addresses",
    view: (world) => message(world, { addresses: [world.stranger] }),
    expected: "accepted",
  },
  {
    why: "names the version before the length",
    view: (world) => rewritten(world, AT.versionAndType, 0x21, longer(message(world), 3)),
    expected: "vrrpVersion",
  },
  {
    why: "names the type before the length",
    view: (world) => rewritten(world, AT.versionAndType, 0x32, longer(message(world), 3)),
    expected: "vrrpType",
  },
  {
    why: "names the length before the checksum",
    view: (world) => tampered(AT.checksum, 0xa5, longer(message(world), 3)),
    expected: "vrrpLength",
  },
  {
    why: "names the checksum before the interval",
    view: (world) => tampered(AT.checksum, 0xa5, message(world, { advertIntervalCs: 0 })),
    expected: "vrrpChecksum",
  },
  {
    why: "names the interval before the addresses",
    view: (world) => message(world, { advertIntervalCs: 0, addresses: [world.stranger] }),
    expected: "advertInterval",
  },
];

for (const world of [IPV4, IPV6]) {
  for (const { why, view, expected } of ROWS) {
    Deno.test(`acceptAdvert() of version 3 over IPv${world.family} ${why}`, () => {
      assert.equal(verdict(world, view(world)), expected);
    });
  }
}

Deno.test("acceptAdvert() takes both checksums over IPv4, and says which", () => {
  for (const form of ["rfc5798", "rfc9568"] as const) {
    const result = acceptAdvert(ours(IPV4), packet(IPV4, { message: message(IPV4, { form }) }));
    assert.ok(result.ok);
    assert.equal(result.value.advert.checksumForm, form);
  }
});

Deno.test("acceptAdvert() refuses a checksum without pseudo-header over IPv6", () => {
  const view = message(IPV6);
  view.setUint16(AT.checksum, 0);
  const bare = vrrp3.checksumOf(view, { ...IPV4, form: "rfc9568" });
  view.setUint16(AT.checksum, bare);
  assert.equal(verdict(IPV6, view), "vrrpChecksum");
});

Deno.test("acceptAdvert() refuses a checksum that was made for another destination or source", () => {
  const { source, destination } = IPV6;
  const ends = [
    { source, destination: ip("fe80::5") },
    { source: ip("fe80::8"), destination },
  ];
  for (const made of ends) {
    assert.equal(verdict(IPV6, message({ ...IPV6, ...made })), "vrrpChecksum");
  }
});

Deno.test("acceptAdvert() of version 3 hands on who sent what", () => {
  const view = message(IPV6, { priority: 42, advertIntervalCs: 7 });
  const result = acceptAdvert(ours(IPV6), packet(IPV6, { message: view }));
  assert.ok(result.ok);
  assert.deepEqual(result.value, {
    advert: heard({ priority: 42, intervalMs: 70, from: IPV6.source }),
    otherAddresses: false,
  });
});

Deno.test("acceptAdvert() of version 2 refuses version 3", () => {
  const v2 = config({ addresses: IPV4.addresses });
  const result = acceptAdvert(v2, packet(IPV4));
  assert.ok(!result.ok);
  assert.equal(result.error.reason, "vrrpVersion");
});

const CHECKS: readonly { check: AddressCheck; expected: RejectReason | "accepted" }[] = [
  { check: "auto", expected: "accepted" },
  { check: "warn", expected: "accepted" },
  { check: "off", expected: "accepted" },
  { check: "drop", expected: "addressList" },
];

for (const { check, expected } of CHECKS) {
  Deno.test(`acceptAdvert() of version 3 with check_addresses ${check} and another list`, () => {
    for (const priority of [0, 100, 255]) {
      const view = message(IPV6, { priority, addresses: [IPV6.stranger] });
      assert.equal(verdict(IPV6, view, { checkAddresses: check }), expected);
    }
  });
}

Deno.test("acceptAdvert() takes a first IPv6 address that is not link-local, as erratum 8300 says", () => {
  const [first, second] = IPV6.addresses;
  assert.ok(first && second);
  const result = acceptAdvert(
    ours(IPV6, { checkAddresses: "drop" }),
    packet(IPV6, { message: message(IPV6, { addresses: [second, first] }) }),
  );
  assert.ok(result.ok);
  assert.equal(result.value.otherAddresses, false, "the order does not count");
});

Deno.test("acceptAdvert() takes an advertisement whose source is a virtual address, as FRR's", () => {
  const [source] = IPV6.addresses;
  assert.ok(source);
  assert.equal(verdict({ ...IPV6, source }, message({ ...IPV6, source })), "accepted");
});

const PACKETS: readonly { why: string; differences: Partial<frame.Packet>; expected: string }[] = [
  { why: "takes what goes to ff02::12", differences: {}, expected: "accepted" },
  { why: "refuses hop limit 254", differences: { ttl: 254 }, expected: "ttl" },
  { why: "refuses keepalived's hop limit of unicast", differences: { ttl: 64 }, expected: "ttl" },
  {
    why: "refuses another group",
    differences: { destination: ip("ff02::1") },
    expected: "notForUs",
  },
  {
    why: "refuses the group of the other scope",
    differences: { destination: ip("ff05::12") },
    expected: "notForUs",
  },
];

for (const { why, differences, expected } of PACKETS) {
  Deno.test(`acceptPacket() over IPv6 ${why}`, () => {
    const result = acceptPacket(packet(IPV6, differences), ours(IPV6));
    assert.equal(result.ok ? "accepted" : result.error.reason, expected);
  });
}

Deno.test("no bytes behind an IP header throw, or are taken without being right", () => {
  const world = fc.constantFrom(IPV4, IPV6);
  const bytes = fc.uint8Array({ maxLength: 1500 });
  // Headed like an advertisement of ours, or any bytes at all.
  const headed = fc.tuple(world, bytes, fc.boolean()).map(([one, tail, isHeaded]) => {
    const head = isHeaded ? [0x31, 7, 100, tail.length >> (one.family === 4 ? 2 : 4), 0, 100] : [];
    return [one, Uint8Array.of(...head, ...tail)] as const;
  });
  fc.assert(
    fc.property(headed, ([one, content]) => {
      const view = viewOf(content);
      if (verdict(one, view) !== "accepted") return;
      const { family } = one;
      assert.equal(view.getUint8(0), 0x31);
      assert.equal(view.byteLength, 8 + view.getUint8(3) * (family === 4 ? 4 : 16));
      assert.notEqual(vrrp3.checksumFormOf(view, one), undefined);
      assert.notEqual(view.getUint16(4) & 0xfff, 0);
    }),
    { numRuns: 3000 },
  );
});

Deno.test("a whole frame with some bytes changed is refused, unless they count for nothing", () => {
  for (const world of [IPV4, IPV6]) {
    const whole: frame.AdvertFrame = {
      advert: { vrid: 7, priority: 100, advertIntervalCs: 100, addresses: world.addresses },
      sourceMac: mac("02:00:00:00:00:09"),
      source: world.source,
      ipId: 0,
      pad: false,
    };
    const original = new Uint8Array(frame.advertSize(whole));
    frame.emitAdvert(whole, viewOf(original));
    const accepts = (bytes: Uint8Array) => {
      const parsed = frame.parse(viewOf(bytes));
      const passed = parsed.ok ? acceptPacket(parsed.value, ours(world)) : parsed;
      return passed.ok && acceptAdvert(ours(world), passed.value).ok;
    };
    assert.equal(accepts(original), true);
    // Hardware addresses, and what IPv6 has in front of its length, are covered by nothing.
    const coveredAt = world.family === 4 ? 14 : 18;
    fc.assert(
      fc.property(
        fc.integer({ min: coveredAt, max: original.length - 1 }),
        fc.nat(7),
        (at, bit) => {
          const bytes = original.slice();
          bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
          assert.equal(accepts(bytes), false, `byte ${at}, bit ${bit}`);
        },
      ),
      { numRuns: 1000 },
    );
  }
});

Deno.test("one turned bit of a message of version 3 is always found", () => {
  for (const world of [IPV4, IPV6]) {
    const bits = fc.nat(message(world).byteLength * 8 - 1);
    fc.assert(fc.property(bits, (bit) => {
      const view = message(world);
      view.setUint8(bit >> 3, view.getUint8(bit >> 3) ^ (1 << (bit & 7)));
      assert.notEqual(verdict(world, view), "accepted");
    }));
  }
});
