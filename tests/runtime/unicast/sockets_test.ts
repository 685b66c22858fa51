import assert from "node:assert/strict";
import { libc } from "../../../ffi/libc.ts";
import { ip } from "../../../src/base/ip.ts";
import { PeerOutlets } from "../../../src/runtime/unicast/peer_outlets.ts";
import { openUnicast } from "../../../src/runtime/unicast/sockets.ts";
import { PaperLog, routerConfig } from "../fixtures.ts";

// It stays loaded, which would count as a leak of the test that happened to be the first.
libc();

/** Sockets are opened on it, and nothing is sent. */
const LOOPBACK = { name: "lo", ifindex: 1 };
const UNICAST = { unicast: { peers: [ip("10.9.0.9")] } };
const AH = { type: "rfc2338-ah", key: Uint8Array.of(1) } as const;

class Bench implements Disposable {
  readonly log = new PaperLog();
  readonly peerOutlets = new PeerOutlets(LOOPBACK);

  open(source: string, config = routerConfig(UNICAST)) {
    return openUnicast(config, { link: this, source: ip(source), log: this.log });
  }

  outlet(source: string, config = routerConfig(UNICAST)) {
    const opened = this.open(source, config);
    assert.ok(typeof opened !== "string" && opened.unicast !== undefined);
    return opened.unicast;
  }

  [Symbol.dispose](): void {
    this.peerOutlets[Symbol.dispose]();
  }
}

Deno.test("openUnicast() opens nothing for a virtual router of the multicast group", () => {
  using bench = new Bench();
  assert.deepEqual(bench.open("127.0.0.1", routerConfig()), {});
});

Deno.test("openUnicast() gives one outlet for each source and protocol", () => {
  using bench = new Bench();
  const first = bench.outlet("127.0.0.1");
  assert.equal(bench.outlet("127.0.0.1"), first);
  assert.notEqual(bench.outlet("127.0.0.2"), first);
  assert.notEqual(
    bench.outlet("127.0.0.1", routerConfig({ ...UNICAST, protocol: { auth: AH } })),
    first,
  );
  assert.deepEqual(bench.log.lines, []);
});

Deno.test("openUnicast() names a source that the machine does not have, with the mend", () => {
  using bench = new Bench();
  assert.equal(bench.open("192.0.2.77"), "refused");
  assert.equal(bench.log.lines.length, 1);
  assert.match(bench.log.lines[0] ?? "", /from 192\.0\.2\.77 on lo: EADDRNOTAVAIL.*unicast_src/);
});

Deno.test("PeerOutlets.closeAllBut() closes what no source is sent from any more", () => {
  using bench = new Bench();
  const [before, after] = [bench.outlet("127.0.0.1"), bench.outlet("127.0.0.2")];
  bench.peerOutlets.closeAllBut(new Set([after]));
  assert.deepEqual([before.closed, after.closed], [true, false]);
  assert.equal(bench.outlet("127.0.0.1").closed, false);
});

Deno.test("PeerOutlets closes all of them at its end", () => {
  const bench = new Bench();
  const outlets = [bench.outlet("127.0.0.1"), bench.outlet("127.0.0.2")];
  bench[Symbol.dispose]();
  assert.deepEqual(outlets.map(({ closed }) => closed), [true, true]);
});
