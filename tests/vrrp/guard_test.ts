import assert from "node:assert/strict";
import { ip } from "../../src/base/ip.ts";
import { AhGuard } from "../../src/vrrp/ah_guard.ts";
import { AhNumbers } from "../../src/vrrp/ah_numbers.ts";
import { authenticated } from "../../src/vrrp/auth.ts";
import type { Guard } from "../../src/vrrp/guard.ts";
import { HmacGuard } from "../../src/vrrp/hmac_guard.ts";
import { acceptAdvert, acceptPacket } from "../../src/vrrp/receive.ts";
import { Replay } from "../../src/vrrp/replay.ts";
import type { Instant } from "../../src/vrrp/stamp_clock.ts";
import type { HmacAuthConfig, RouterConfig } from "../../src/vrrp/types.ts";
import { sealAh } from "../../src/wire/ah_seal.ts";
import * as checksum from "../../src/wire/checksum.ts";
import * as frame from "../../src/wire/frame.ts";
import { HmacKey } from "../../src/wire/hmac.ts";
import { emitTrailer } from "../../src/wire/hmac_seal.ts";
import * as hmacTrailer from "../../src/wire/hmac_trailer.ts";
import * as ipv4 from "../../src/wire/ipv4.ts";
import * as pcap from "../../src/wire/pcap.ts";
import { type Sequence, sequenceAt, shifted } from "../../src/wire/sequence.ts";
import * as vrrp2 from "../../src/wire/vrrp2.ts";
import { readCapture } from "../support/captures.ts";
import { config, mac } from "./fixtures.ts";

const NOW = { wallMs: 1_795_000_000_000, steadyMs: 1000 };
const KEY = new TextEncoder().encode("0123456789abcdefghijklmnopqrstuv");
const OTHER_KEY = KEY.map((byte) => byte ^ 1);
const HMAC: HmacAuthConfig = {
  type: "hmac-sha256",
  keys: [{ id: 1, key: KEY }, { id: 2, key: OTHER_KEY }],
  activeKey: 1,
  antiReplay: "time",
  windowS: 5,
  mode: "enforce",
};
const AH_KEY = new TextEncoder().encode("secret12");
const AH: RouterConfig["auth"] = { type: "rfc2338-ah", key: AH_KEY };

/** A virtual router that listens, with all that it remembers. */
class Listener {
  readonly config: RouterConfig;
  readonly #guard: Guard;

  constructor(auth: RouterConfig["auth"], differences: Partial<RouterConfig> = {}) {
    this.config = config({ auth, ...differences });
    if (auth.type === "hmac-sha256") {
      this.#guard = new HmacGuard(auth, new Replay(auth, { bootId: "", instant: NOW }));
    } else {
      this.#guard = new AhGuard(new HmacKey("md5", AH_KEY), new AhNumbers());
    }
  }

  verdict(view: DataView, arrival: Instant = NOW): string {
    const parsed = frame.parse(view);
    if (!parsed.ok) return parsed.error.reason;
    const whole = acceptPacket(parsed.value, this.config);
    const guarded = { guard: this.#guard, arrival };
    const result = whole.ok ? acceptAdvert(this.config, parsed.value, guarded) : whole;
    return result.ok ? "accepted" : result.error.reason;
  }
}

interface Sent {
  readonly priority?: number;
  readonly addresses?: readonly string[];
  readonly source?: string;
  readonly intervalS?: number;
  readonly keyId?: number;
  readonly key?: Uint8Array;
  readonly sequence?: Sequence;
  readonly number?: number;
  readonly authType?: number;
}

function advertOf(sent: Sent, auth: RouterConfig["auth"]): vrrp2.Vrrp2Advert {
  const advert = authenticated(auth, {
    vrid: 7,
    priority: sent.priority ?? 100,
    advertIntervalS: sent.intervalS ?? 1,
    addresses: (sent.addresses ?? ["10.9.0.100"]).map(ip),
  });
  return { ...advert, authType: sent.authType ?? advert.authType };
}

function emit(sent: Sent, auth: RouterConfig["auth"], room?: frame.SealKind) {
  const whole: frame.AdvertFrame = {
    advert: advertOf(sent, auth),
    sourceMac: mac("02:00:00:00:00:09"),
    source: ip(sent.source ?? "10.9.0.9"),
    ipId: 0,
    pad: false,
    room,
  };
  const view = new DataView(new ArrayBuffer(frame.advertSize(whole)));
  frame.emitAdvert(whole, view);
  return { view, source: whole.source, ...frame.sealableFrame(view, whole) };
}

function signed(sent: Sent = {}): DataView {
  const { view, message, trailer, source } = emit(sent, HMAC, "trailer");
  const { key = KEY, keyId = 1, sequence = sequenceAt(NOW.wallMs) } = sent;
  emitTrailer({ message, source }, trailer, { key: new HmacKey("sha256", key), keyId, sequence });
  return view;
}

function sealed(sent: Sent = {}): DataView {
  const { view, packet } = emit(sent, AH, "ah");
  sealAh(packet, { key: new HmacKey("md5", sent.key ?? AH_KEY), sequence: sent.number ?? 1 });
  return view;
}

/** Where in a frame with one address things stand. */
const TRAILER_AT = 14 + 20 + 20;
const VRRP_AT = 14 + 20;
const AH_AT = 14 + 20;

function changed(view: DataView, at: number, value: number): DataView {
  const copy = new DataView(view.buffer.slice(0) as ArrayBuffer);
  copy.setUint8(at, value);
  return copy;
}

/** With a header checksum that is right, as whoever changes the header would send it. */
function withTtl(view: DataView, ttl: number): DataView {
  const copy = changed(view, 14 + ipv4.AT.ttl, ttl);
  ipv4.patchId(new DataView(copy.buffer, 14), 0);
  return copy;
}

function withFittingChecksum(view: DataView): DataView {
  const message = new DataView(view.buffer, VRRP_AT, 20);
  message.setUint16(vrrp2.AT.checksum, 0);
  message.setUint16(vrrp2.AT.checksum, checksum.finish(checksum.sum(message)));
  return view;
}

function ago(ms: number): Sequence {
  return shifted(sequenceAt(NOW.wallMs), -ms);
}

const { AT } = hmacTrailer;

const HMAC_ROWS: readonly { why: string; view: DataView; expected: string }[] = [
  { why: "takes what is signed with the key of its id", view: signed(), expected: "accepted" },
  {
    why: "takes another key of the list",
    view: signed({ keyId: 2, key: OTHER_KEY }),
    expected: "accepted",
  },
  { why: "takes priority 0", view: signed({ priority: 0 }), expected: "accepted" },
  { why: "refuses what is not signed", view: emit({}, HMAC).view, expected: "authMissing" },
  {
    why: "refuses another type of trailer",
    view: changed(signed(), TRAILER_AT + AT.type, 2),
    expected: "authMalformed",
  },
  {
    why: "refuses reserved bits",
    view: changed(signed(), TRAILER_AT + AT.reserved, 1),
    expected: "authMalformed",
  },
  {
    why: "refuses a key that it has not",
    view: signed({ keyId: 7 }),
    expected: "authUnknownKey",
  },
  { why: "refuses key 0", view: signed({ keyId: 0 }), expected: "authUnknownKey" },
  {
    why: "refuses another key under a known id",
    view: signed({ key: OTHER_KEY }),
    expected: "authInvalid",
  },
  {
    why: "refuses another tag",
    view: changed(signed(), TRAILER_AT + AT.tag, 0),
    expected: "authInvalid",
  },
  {
    why: "refuses a priority that was changed, with a checksum that fits",
    view: withFittingChecksum(changed(signed(), VRRP_AT + vrrp2.AT.priority, 255)),
    expected: "authInvalid",
  },
  {
    why: "refuses a counter that was changed",
    view: changed(signed(), TRAILER_AT + AT.counter + 1, 1),
    expected: "authInvalid",
  },
  {
    why: "refuses what was signed too long ago",
    view: signed({ sequence: ago(6000) }),
    expected: "authStale",
  },
  {
    why: "refuses what is signed ahead of time",
    view: signed({ sequence: ago(-6000) }),
    expected: "authStale",
  },
  { why: "refuses TTL 254", view: withTtl(signed(), 254), expected: "ttl" },
  {
    why: "refuses a wrong checksum",
    view: changed(signed(), VRRP_AT + vrrp2.AT.checksum, 0xa5),
    expected: "vrrpChecksum",
  },
  {
    why: "refuses another interval",
    view: signed({ intervalS: 2 }),
    expected: "advertInterval",
  },
  {
    why: "refuses another authentication type, signed or not",
    view: signed({ authType: 1 }),
    expected: "authType",
  },
  {
    why: "refuses other addresses",
    view: signed({ addresses: ["10.9.0.101"] }),
    expected: "addressList",
  },
];

for (const { why, view, expected } of HMAC_ROWS) {
  Deno.test(`hmac-sha256 ${why}`, () => {
    assert.equal(new Listener(HMAC).verdict(view), expected);
  });
}

Deno.test("hmac-sha256 refuses a trailer that is cut, or longer, by its length", () => {
  for (const size of [-28 + 4, -16, -4, -1, 1, 2, 4]) {
    const view = signed();
    const longer = new DataView(new ArrayBuffer(view.byteLength + Math.max(size, 0)));
    new Uint8Array(longer.buffer).set(new Uint8Array(view.buffer));
    longer.setUint16(14 + ipv4.AT.totalLength, view.byteLength - 14 + size);
    ipv4.patchId(new DataView(longer.buffer, 14), 0);
    for (const mode of ["enforce", "permissive", "receive-only"] as const) {
      assert.equal(
        new Listener({ ...HMAC, mode }).verdict(longer),
        "vrrpLength",
        `${size} ${mode}`,
      );
    }
  }
});

Deno.test("hmac-sha256 takes each advertisement once", () => {
  const listener = new Listener(HMAC);
  assert.equal(listener.verdict(signed()), "accepted");
  assert.equal(listener.verdict(signed()), "authReplay");
  const later = shifted(sequenceAt(NOW.wallMs), 1);
  assert.equal(listener.verdict(signed({ sequence: later })), "accepted");
});

const MODES = [
  { mode: "enforce", plain: "authMissing" },
  { mode: "permissive", plain: "accepted" },
  { mode: "receive-only", plain: "accepted" },
] as const;

for (const { mode, plain } of MODES) {
  Deno.test(`hmac-sha256 in mode ${mode}: what is signed is judged, what is not is ${plain}`, () => {
    const listener = new Listener({ ...HMAC, mode });
    assert.equal(listener.verdict(emit({}, HMAC).view), plain);
    assert.equal(listener.verdict(signed()), "accepted");
    assert.equal(listener.verdict(signed()), "authReplay");
    assert.equal(listener.verdict(signed({ key: OTHER_KEY })), "authInvalid");
  });
}

Deno.test("a trailer is a wrong length where no authentication is configured", () => {
  const plain = config();
  const packet = frame.parse(signed());
  assert.ok(packet.ok);
  const result = acceptAdvert(plain, packet.value);
  assert.equal(result.ok ? "accepted" : result.error.reason, "vrrpLength");
});

const SPOILT: readonly { what: string; spoil: (view: DataView) => DataView; expected: string }[] = [
  {
    what: "its checksum",
    spoil: (view) => changed(view, VRRP_AT + vrrp2.AT.checksum, 0xa5),
    expected: "vrrpChecksum",
  },
  { what: "its TTL", spoil: (view) => withTtl(view, 254), expected: "ttl" },
  {
    what: "its destination",
    spoil: (view) => {
      const copy = changed(view, 14 + ipv4.AT.destination, 10);
      ipv4.patchId(new DataView(copy.buffer, 14), 0);
      return copy;
    },
    expected: "notForUs",
  },
];

for (const { what, spoil, expected } of SPOILT) {
  Deno.test(`attack: a copy that spoils ${what} does not make the true one a replay`, () => {
    const listener = new Listener(HMAC);
    assert.equal(listener.verdict(spoil(signed())), expected);
    assert.equal(listener.verdict(signed()), "accepted");
  });
}

Deno.test("attack: what is forged is never counted as old, whatever time it shows", () => {
  const listener = new Listener(HMAC);
  for (const sequence of [ago(6000), ago(-1e9), ago(0)]) {
    assert.equal(listener.verdict(signed({ sequence, key: OTHER_KEY })), "authInvalid");
  }
  assert.equal(listener.verdict(signed({ sequence: ago(6000), keyId: 7 })), "authUnknownKey");
});

Deno.test("attack: what was signed by one sender is nothing from another address", () => {
  const view = signed();
  const copy = changed(view, 14 + ipv4.AT.source + 3, 8);
  ipv4.patchId(new DataView(copy.buffer, 14), 0);
  assert.equal(new Listener(HMAC).verdict(copy), "authInvalid");
});

/** What keepalived has sent, by the configurations beside the captures. */
const KEEPALIVED_PAIRS: readonly {
  file: string;
  protocol: Partial<RouterConfig>;
  count: number;
}[] = [
  { file: "v2-ipv4", protocol: { vrid: 51, addresses: [ip("10.9.200.1")] }, count: 18 },
  {
    file: "v3-ipv4-250ms",
    protocol: { version: 3, vrid: 51, addresses: [ip("10.9.200.1")] },
    count: 44,
  },
  {
    file: "v3-ipv6",
    protocol: { version: 3, family: 6, vrid: 51, addresses: [ip("fe80::51:1")] },
    count: 18,
  },
];

/** Those of keepalived's configurations, under their ids there. */
const KEEPALIVED_KEYS: HmacAuthConfig = {
  ...HMAC,
  keys: [
    { id: 1, key: KEY },
    { id: 2, key: Uint8Array.from({ length: 32 }, (_, index) => index) },
    { id: 3, key: Uint8Array.from({ length: 64 }, (_, index) => (7 * index + 3) % 256) },
  ],
};

for (const { file, protocol, count } of KEEPALIVED_PAIRS) {
  Deno.test(`hmac-sha256 takes each advertisement of a pair of keepalived once: ${file}`, () => {
    const capture = pcap.parse(new DataView(readCapture(`auth-hmac/${file}.pcap`).buffer));
    assert.ok(capture.ok);
    const listener = new Listener(KEEPALIVED_KEYS, protocol);
    const verdicts = capture.value.flatMap(({ timestampUs, frame: view }) => {
      const arrival = { wallMs: timestampUs / 1000, steadyMs: timestampUs / 1000 };
      const isVrrp = frame.parse(view).ok;
      return isVrrp ? [listener.verdict(view, arrival), listener.verdict(view, arrival)] : [];
    });
    const [first, again] = [0, 1].map((rest) => {
      return verdicts.filter((_, index) => index % 2 === rest);
    });
    assert.equal(first?.length, count);
    assert.deepEqual(new Set(first), new Set(["accepted"]));
    assert.deepEqual(new Set(again), new Set(["authReplay"]));
  });
}

/** Signed in version 3 over IPv6, the way a kernel sums it up, or only over the message. */
function signedOverIpv6({ wholeSum }: { wholeSum: boolean }): DataView {
  const addresses = [ip("fe80::100"), ip("2001:db8::100")];
  const whole: frame.AdvertFrame = {
    advert: { vrid: 7, priority: 100, advertIntervalCs: 100, addresses },
    sourceMac: mac("02:00:00:00:00:09"),
    source: ip("fe80::9"),
    ipId: 0,
    pad: false,
    room: "trailer",
  };
  const view = new DataView(new ArrayBuffer(frame.advertSize(whole)));
  frame.emitAdvert(whole, view);
  const parts = frame.sealableFrame(view, whole);
  const signing = { key: new HmacKey("sha256", KEY), keyId: 1, sequence: sequenceAt(NOW.wallMs) };
  emitTrailer({ message: parts.message, source: whole.source }, parts.trailer, signing);
  if (wholeSum) frame.sumUpSigned(parts);
  return view;
}

Deno.test("hmac-sha256 over IPv6 asks for a checksum that covers the trailer", () => {
  const protocol = { version: 3, family: 6, addresses: [ip("fe80::100")] } as const;
  const rows = [[true, "accepted"], [false, "vrrpChecksum"]] as const;
  for (const [wholeSum, expected] of rows) {
    const listener = new Listener(HMAC, protocol);
    assert.equal(listener.verdict(signedOverIpv6({ wholeSum })), expected);
  }
});

Deno.test("attack: a spoiled checksum over IPv6 does not make the true one a replay", () => {
  const listener = new Listener(HMAC, { version: 3, family: 6, addresses: [ip("fe80::100")] });
  const view = signedOverIpv6({ wholeSum: true });
  const checksumAt = 14 + 40 + 6;
  const spoiled = changed(view, checksumAt, view.getUint8(checksumAt) ^ 1);
  assert.equal(listener.verdict(spoiled), "vrrpChecksum");
  assert.equal(listener.verdict(view), "accepted");
  assert.equal(listener.verdict(view), "authReplay");
});

const AH_ROWS: readonly { why: string; view: DataView; expected: string }[] = [
  { why: "takes what was sealed with the secret", view: sealed(), expected: "accepted" },
  {
    why: "refuses another secret",
    view: sealed({ key: new TextEncoder().encode("secret13") }),
    expected: "authInvalid",
  },
  {
    why: "refuses what has no authentication header",
    view: emit({ authType: 2 }, AH).view,
    expected: "authMissing",
  },
  {
    why: "refuses an open advertisement",
    view: emit({ authType: 0 }, AH).view,
    expected: "authType",
  },
  {
    why: "refuses another type behind the header",
    view: sealed({ authType: 0 }),
    expected: "authType",
  },
  {
    why: "refuses the security parameters of another sender",
    view: changed(sealed(), AH_AT + 7, 8),
    expected: "authMalformed",
  },
];

for (const { why, view, expected } of AH_ROWS) {
  Deno.test(`rfc2338-ah ${why}`, () => {
    assert.equal(new Listener(AH).verdict(view), expected);
  });
}

Deno.test("rfc2338-ah refuses a number that was there before, and one far beyond", () => {
  const listener = new Listener(AH);
  assert.equal(listener.verdict(sealed({ number: 100 })), "accepted");
  assert.equal(listener.verdict(sealed({ number: 100 })), "authReplay");
  assert.equal(listener.verdict(sealed({ number: 99, source: "10.9.0.8" })), "authReplay");
  assert.equal(listener.verdict(sealed({ number: 0xffffffff })), "authJump");
  assert.equal(listener.verdict(sealed({ number: 101, source: "10.9.0.8" })), "accepted");
});

Deno.test("an authentication header is refused where another authentication is configured", () => {
  const plain = config();
  const packet = frame.parse(sealed({ authType: 0 }));
  assert.ok(packet.ok);
  const result = acceptAdvert(plain, packet.value);
  assert.equal(result.ok ? "accepted" : result.error.reason, "authType");
});

Deno.test("acceptAdvert() never judges what is signed without a guard", () => {
  const packet = frame.parse(signed());
  assert.ok(packet.ok);
  assert.throws(() => acceptAdvert(config({ auth: HMAC }), packet.value), {
    name: "AssertionError",
  });
});
