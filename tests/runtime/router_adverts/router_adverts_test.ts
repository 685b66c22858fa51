import assert from "node:assert/strict";
import { SyscallError } from "../../../ffi/errno.ts";
import { Fd } from "../../../ffi/fd.ts";
import { libc } from "../../../ffi/libc.ts";
import { formatIp, ip } from "../../../src/base/ip.ts";
import { formatMac } from "../../../src/base/mac.ts";
import { Batch } from "../../../src/runtime/batch.ts";
import type { Outlet } from "../../../src/runtime/outlet.ts";
import type { Router } from "../../../src/runtime/router.ts";
import type { Asking } from "../../../src/runtime/router_adverts/listening.ts";
import { RouterAdverts } from "../../../src/runtime/router_adverts/router_adverts.ts";
import * as ethernet from "../../../src/wire/ethernet.ts";
import * as ipv6 from "../../../src/wire/ipv6.ts";
import * as routerAdvert from "../../../src/wire/router_advert.ts";
import { valueOf, viewOf } from "../../support/bytes.ts";
import { advert, mac } from "../../vrrp/fixtures.ts";
import { NOW_MS, OWN_MAC, PaperLog, placement, router, routerConfig } from "../fixtures.ts";

// Opened once for all tests: the leak check would take it for a test's own.
libc();

const ENETDOWN = 100;
const VIRTUAL_MAC = "00:00:5e:00:02:07";

/** Hears a host ask when it is told to. */
class PaperAsking implements Asking {
  readonly fd = new Fd(0x7fff_ffff);
  closed = false;
  asked = false;
  read = () => this.asked;
  [Symbol.dispose](): void {
    this.closed = true;
  }
}

function scene({ deaf: isDeaf = false } = {}) {
  let deaf = isDeaf;
  const sent: { source: string; mac: string; lifetimeS: number | undefined }[] = [];
  const log = new PaperLog();
  const heard: PaperAsking[] = [];
  const sources = new Map<Fd, () => void>();
  let nowMs = NOW_MS;
  const adverts = new RouterAdverts({
    log,
    random: () => 0.5,
    sender: {
      send: (_link: Outlet, frame: Uint8Array) => void sent.push(read(frame)),
      flush: () => {},
    },
    watcher: {
      watch: (fd, take) => void sources.set(fd, () => take(new Batch(), nowMs)),
      unwatch: (fd) => void sources.delete(fd),
    },
    listen: () => {
      if (deaf) throw new SyscallError("bind a packet socket to eth0", ENETDOWN);
      const asking = new PaperAsking();
      heard.push(asking);
      return asking;
    },
  });
  /** Lets `ms` go by, with a turn whenever one is due. */
  const pass = (ms: number) => {
    const endMs = nowMs + ms;
    while (adverts.dueMs <= endMs) {
      nowMs = Math.max(nowMs, adverts.dueMs);
      adverts.turn(nowMs);
    }
    nowMs = endMs;
  };
  const ask = () => {
    for (const asking of heard) asking.asked = true;
    for (const tell of sources.values()) tell();
  };
  const hearAgain = () => void (deaf = false);
  return { adverts, sent, log, heard, pass, ask, hearAgain, now: () => nowMs };
}

function read(frame: Uint8Array) {
  const outer = valueOf(ethernet.parse(viewOf(frame)));
  const packet = valueOf(ipv6.parse(outer.payload));
  const { lifetimeS, sourceMac } = valueOf(routerAdvert.parse(packet.payload, packet));
  assert.equal(formatIp(packet.destination), "ff02::1");
  assert.deepEqual(sourceMac, outer.source);
  return { source: formatIp(packet.source), mac: formatMac(outer.source), lifetimeS };
}

function backup(differences: Parameters<typeof router>[0] = {}): Router {
  const addresses = [ip("fe80::100"), ip("2001:db8::100")];
  const protocol = { version: 3, family: 6, vrid: 7, addresses } as const;
  const one = router({ protocol, routerAdvert: true, ...differences });
  const source = ip("fe80::5");
  one.place(placement({ source, isIpv6Router: true }));
  one.step({ kind: "linkReady", facts: { source, mac: mac(OWN_MAC), owner: false } }, NOW_MS);
  return one;
}

function master(differences: Parameters<typeof router>[0] = {}): Router {
  const one = backup(differences);
  one.step({ kind: "timer" }, one.deadlineMs);
  assert.equal(one.state.name, "Master");
  return one;
}

function giveWay(one: Router): void {
  one.step(advert({ priority: 255, from: ip("fe80::9") }), NOW_MS + 5000);
  assert.equal(one.state.name, "Backup");
}

function setForwarding(one: Router, isIpv6Router: boolean): void {
  one.place({ ...(one.placement ?? placement()), isIpv6Router });
}

interface Successor {
  readonly interface?: string;
  readonly vrid?: number;
  readonly routerAdvert?: undefined;
  readonly addresses?: readonly string[];
}

/** What is wanted in the place of {@linkcode master}. */
function successor(differences: Successor) {
  const { interface: name = "eth0", vrid = 7, addresses = ["fe80::100"] } = differences;
  const protocol = { version: 3, family: 6, vrid, addresses: addresses.map(ip) } as const;
  const silent = "routerAdvert" in differences;
  return routerConfig({ interface: name, protocol, ...(silent ? {} : { routerAdvert: true }) });
}

const LIVING = { source: "fe80::100", mac: VIRTUAL_MAC, lifetimeS: 1800 };

Deno.test("RouterAdverts speaks for the virtual router from its becoming Master on [A4 demands]", () => {
  const { adverts, sent, pass, now } = scene();
  adverts.review([master()], now());
  pass(0);
  assert.deepEqual(sent, [LIVING]);
  pass(32_000);
  assert.equal(sent.length, 3);
  pass(399_999);
  assert.equal(sent.length, 3);
  pass(1);
  assert.equal(sent.length, 4);
});

Deno.test("RouterAdverts has the interface's MAC where that is the Master's", () => {
  const { adverts, sent, pass, now } = scene();
  adverts.review([master({ virtualMac: false })], now());
  pass(0);
  assert.deepEqual(sent, [{ ...LIVING, mac: OWN_MAC }]);
});

Deno.test("RouterAdverts says and hears nothing for a Backup, and where nobody wants it [B3 forbids]", () => {
  const { adverts, sent, heard, pass, now } = scene();
  const { routerAdvert: _, ...silent } = master().config;
  const unwanted = master();
  unwanted.reconfigure(silent);
  adverts.review([backup(), unwanted], now());
  pass(1_000_000);
  assert.deepEqual(sent, []);
  assert.deepEqual(heard, []);
});

Deno.test("RouterAdverts falls silent with the Master, and takes nothing back", () => {
  const { adverts, sent, heard, pass, now } = scene();
  const one = master();
  adverts.review([one], now());
  pass(20_000);
  giveWay(one);
  adverts.review([one], now());
  pass(1_000_000);
  assert.deepEqual(sent, [LIVING, LIVING]);
  assert.ok(heard[0]?.closed);
});

Deno.test("RouterAdverts takes nothing back at an orderly stop: a Backup may be there", () => {
  const { adverts, sent, pass, now } = scene();
  const one = master();
  adverts.review([one], now());
  pass(20_000);
  one.step({ kind: "stop" }, NOW_MS + 30_000);
  adverts.review([one], now());
  pass(1_000_000);
  assert.deepEqual(sent, [LIVING, LIVING]);
});

Deno.test("RouterAdverts takes back, once, what a Master is not to say any more", () => {
  const { adverts, sent, heard, pass, now } = scene();
  const one = master();
  adverts.review([one], now());
  pass(20_000);
  const { routerAdvert: _, ...silent } = one.config;
  one.reconfigure(silent);
  adverts.review([one], now());
  adverts.review([one], now());
  pass(1_000_000);
  assert.deepEqual(sent, [LIVING, LIVING, { ...LIVING, lifetimeS: 0 }]);
  assert.ok(heard[0]?.closed);
});

Deno.test("RouterAdverts answers hosts that ask, for every virtual router there is", () => {
  const { adverts, sent, heard, pass, ask, now } = scene();
  const other = { version: 3, family: 6, vrid: 8, addresses: [ip("fe80::200")] } as const;
  adverts.review([master(), master({ protocol: other })], now());
  pass(20_000);
  sent.length = 0;
  assert.equal(heard.length, 1, "one socket for an interface");
  ask();
  ask();
  pass(500);
  assert.deepEqual(sent.map(({ source }) => source), ["fe80::100", "fe80::200"]);
});

Deno.test("RouterAdverts goes on where it cannot hear who asks, and says so once", () => {
  const { adverts, sent, log, pass, now } = scene({ deaf: true });
  const one = master();
  adverts.review([one], now());
  adverts.review([one], now());
  pass(20_000);
  assert.equal(sent.length, 2);
  assert.deepEqual(log.lines, [
    "warning: Cannot bind a packet socket to eth0: ENETDOWN: router solicitations are not answered there",
  ]);
});

Deno.test("RouterAdverts hears who asks as soon as the system lets it again", () => {
  const { adverts, sent, log, heard, pass, ask, hearAgain, now } = scene({ deaf: true });
  adverts.review([master()], now());
  pass(0);
  hearAgain();
  pass(15_000);
  assert.equal(heard.length, 0, "no advertisement is due before");
  pass(5000);
  ask();
  pass(500);
  assert.equal(sent.length, 3, "at once, by itself, and as an answer");
  assert.equal(log.lines.length, 1);
});

Deno.test("RouterAdverts promises no router where the interface does not forward, and says why", () => {
  const { adverts, sent, log, pass, now } = scene();
  const one = master();
  setForwarding(one, false);
  adverts.review([one], now());
  adverts.review([one], now());
  pass(1_000_000);
  assert.deepEqual(sent, []);
  assert.equal(log.lines.length, 1);
  assert.match(log.lines[0] ?? "", /^warning: VR fe80::100 .* - Not advertised .*: eth0 does not /);
});

Deno.test("RouterAdverts takes back what the interface does not forward any more, until it does again", () => {
  const { adverts, sent, pass, now } = scene();
  const one = master();
  adverts.review([one], now());
  pass(20_000);
  setForwarding(one, false);
  adverts.review([one], now());
  pass(1_000_000);
  assert.deepEqual(sent, [LIVING, LIVING, { ...LIVING, lifetimeS: 0 }]);
  setForwarding(one, true);
  adverts.review([one], now());
  pass(0);
  assert.deepEqual(sent.at(-1), LIVING);
});

const WANTED = [
  ["it is removed", [], true],
  ["its successor does not advertise", [{ routerAdvert: undefined }], true],
  ["its successor has another link-local address", [{ addresses: ["fe80::200"] }], true],
  ["its successor is on another interface", [{ interface: "eth1" }], true],
  ["its successor advertises the same", [{}], false],
  ["a successor with another number advertises the same", [{ vrid: 9 }], false],
] as const;
for (const [when, wanted, isTakenBack] of WANTED) {
  const does = isTakenBack ? "takes back at once" : "does not take back";
  Deno.test(`RouterAdverts ${does} what a leaving Master has said where ${when}`, () => {
    const { adverts, sent, pass, now } = scene();
    const one = master();
    adverts.review([one], now());
    pass(100);
    adverts.withdraw([one], { wanted: wanted.map(successor), nowMs: now() });
    one.step({ kind: "stop" }, now());
    adverts.review([one], now());
    pass(1_000_000);
    assert.deepEqual(sent, [LIVING, ...(isTakenBack ? [{ ...LIVING, lifetimeS: 0 }] : [])]);
  });
}

Deno.test("RouterAdverts takes back nothing that a leaving Backup has not said", () => {
  const { adverts, sent, now } = scene();
  const one = backup();
  adverts.review([one], now());
  adverts.withdraw([one], { wanted: [], nowMs: now() });
  assert.deepEqual(sent, []);
});

Deno.test("RouterAdverts keeps the distance to what the router before a reload has sent", () => {
  const { adverts, sent, pass, now } = scene();
  const before = master();
  adverts.review([before], now());
  pass(100);
  adverts.withdraw([before], { wanted: [before.config], nowMs: now() });
  before.step({ kind: "stop" }, now());
  const after = master();
  adverts.review([before, after], now());
  pass(2899);
  assert.deepEqual(sent, [LIVING]);
  pass(1);
  assert.deepEqual(sent, [LIVING, LIVING]);
});
