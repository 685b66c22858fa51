import fc from "fast-check";
import assert from "node:assert/strict";
import { formatIp, ipFromBytes } from "../../src/base/ip.ts";
import { formatMac } from "../../src/base/mac.ts";
import * as checksum from "../../src/wire/checksum.ts";
import * as ethernet from "../../src/wire/ethernet.ts";
import { pseudoHeaderSum } from "../../src/wire/pseudo_header.ts";
import { viewOf } from "../support/bytes.ts";
import { mac, OWN_MAC, placement, router } from "../runtime/fixtures.ts";
import { messageAt } from "./flaws.ts";
import { type Kind, KINDS } from "./kinds.ts";

const IP_AT = ethernet.HEADER_SIZE;
/** By family. */
const GROUP = { 4: "224.0.0.18", 6: "ff02::12" } as const;
const GROUP_MAC = { 4: "01:00:5e:00:00:12", 6: "33:33:00:00:00:12" } as const;
const TTL_AT = { 4: IP_AT + 8, 6: IP_AT + 7 } as const;
const PROTOCOL_AT = { 4: IP_AT + 9, 6: IP_AT + 6 } as const;
const SOURCE_AT = { 4: IP_AT + 12, 6: IP_AT + 8 } as const;

interface Sending {
  readonly kind: Kind;
  readonly vrid: number;
  readonly priority: number;
  readonly intervalMs: number;
}

/** The frame of a virtual router on macvlan whose interface has the address `kind.source`. */
function frameBy({ kind, vrid, priority, intervalMs }: Sending): Uint8Array<ArrayBuffer> {
  const protocol = { ...kind.config, vrid, advertIntervalMs: intervalMs };
  const one = router({ interfaceType: "macvlan", padFrames: kind.version === 2, protocol });
  one.place(placement({ source: kind.source, ownMac: mac(OWN_MAC) }));
  const [bytes, ...more] = one.advertFrames(priority);
  assert.ok(bytes);
  assert.deepEqual(more, []);
  return bytes.slice();
}

function sending(kind: Kind): fc.Arbitrary<Sending> {
  const intervalMs = kind.version === 2
    ? fc.integer({ min: 1, max: 255 }).map((s) => s * 1000)
    : fc.integer({ min: 1, max: 4095 }).map((cs) => cs * 10);
  const vrid = fc.integer({ min: 1, max: 255 });
  return fc.record({ kind: fc.constant(kind), vrid, priority: fc.nat(255), intervalMs });
}

function always(kind: Kind, holds: (bytes: Uint8Array<ArrayBuffer>, by: Sending) => void): void {
  fc.assert(fc.property(sending(kind), (by) => holds(frameBy(by), by)));
}

function addressAt(bytes: Uint8Array, at: number, family: 4 | 6): string {
  return formatIp(ipFromBytes(bytes.slice(at, at + (family === 4 ? 4 : 16))));
}

function macAt(bytes: Uint8Array, at: number): string {
  return formatMac(
    mac(
      Array.from(bytes.slice(at, at + 6), (byte) => byte.toString(16).padStart(2, "0")).join(":"),
    ),
  );
}

const SENT = {
  4: {
    ttl: "with a TTL of 255 over IPv4, whatever it says [W1a demands] [W1a forbids]",
    group: "as protocol 112 to the group over IPv4 [W4a demands]",
    virtual: "from the virtual MAC over IPv4 [W5a demands] [W5a forbids] [H16 demands]",
    source: "from the address of the interface over IPv4 [W6a demands]",
  },
  6: {
    ttl: "with a hop limit of 255 over IPv6, whatever it says [W1b demands] [W1b forbids]",
    group: "as protocol 112 to the group over IPv6 [W4b demands]",
    virtual: "from the virtual MAC over IPv6 [W5b demands] [W5b forbids] [H16 demands]",
    source: "from the address of the interface over IPv6 [W6b demands]",
  },
} as const;

for (const kind of KINDS) {
  const { name, config: { family } } = kind;
  const { ttl, group, virtual, source } = SENT[family];

  Deno.test(`sending ${name}: ${ttl}`, () => {
    always(kind, (bytes) => assert.equal(bytes[TTL_AT[family]], 255));
  });

  Deno.test(`sending ${name}: ${group}`, () => {
    always(kind, (bytes) => {
      assert.equal(bytes[PROTOCOL_AT[family]], 112);
      assert.equal(macAt(bytes, 0), GROUP_MAC[family]);
      const at = SOURCE_AT[family] + (family === 4 ? 4 : 16);
      assert.equal(addressAt(bytes, at, family), GROUP[family]);
    });
  });

  Deno.test(`sending ${name}: ${virtual}`, () => {
    always(kind, (bytes, { vrid }) => {
      const last = vrid.toString(16).padStart(2, "0");
      assert.equal(macAt(bytes, 6), `00:00:5e:00:0${family === 4 ? 1 : 2}:${last}`);
    });
  });

  Deno.test(`sending ${name}: ${source}`, () => {
    always(kind, (bytes) => {
      assert.equal(addressAt(bytes, SOURCE_AT[family], family), formatIp(kind.source));
    });
  });

  Deno.test(`sending ${name}: its message is what is configured, with a count that fits [W16 demands] [W7 demands]`, () => {
    always(kind, (bytes, { vrid, priority }) => {
      const at = messageAt(kind);
      const { addresses } = kind.config;
      assert.deepEqual(
        Array.from(bytes.subarray(at, at + 4)),
        [(kind.version << 4) | 1, vrid, priority, addresses.length],
      );
      for (const [index, address] of addresses.entries()) {
        const place = at + 8 + index * (family === 4 ? 4 : 16);
        assert.equal(addressAt(bytes, place, family), formatIp(address));
      }
    });
  });
}

for (const kind of KINDS.filter(({ version }) => version === 3)) {
  Deno.test(`sending ${kind.name}: the reserved bits are 0 beside any interval [W10 demands]`, () => {
    always(kind, (bytes, { intervalMs }) => {
      const cs = new DataView(bytes.buffer).getUint16(messageAt(kind) + 4);
      assert.equal(cs, intervalMs / 10);
      assert.ok(cs <= 0x0fff);
    });
  });
}

Deno.test("sending version 2: the authentication data is 0 without authentication [W15a demands]", () => {
  const [kind] = KINDS;
  assert.ok(kind);
  always(kind, (bytes) => {
    const at = messageAt(kind);
    assert.equal(bytes[at + 4], 0);
    assert.deepEqual(Array.from(bytes.subarray(at + 12, at + 20)), new Array(8).fill(0));
  });
});

Deno.test("sending version 2: the checksum covers all of the message [W14 demands]", () => {
  const [kind] = KINDS;
  assert.ok(kind);
  always(kind, (bytes) => {
    const message = new DataView(bytes.buffer, messageAt(kind), 20);
    assert.equal(checksum.finish(checksum.sum(message)), 0);
  });
});

for (const form of ["auto", "rfc5798", "rfc9568"] as const) {
  Deno.test(`sending version 3 over IPv6: with v3_checksum ${form} too the checksum covers the pseudo-header [W11 demands]`, () => {
    const kind = KINDS.find(({ config }) => config.family === 6);
    assert.ok(kind);
    always({ ...kind, config: { ...kind.config, checksum: form } }, (bytes) => {
      const message = new DataView(bytes.buffer, messageAt(kind));
      const destination = ipFromBytes(bytes.slice(IP_AT + 24, IP_AT + 40));
      const length = message.byteLength;
      const beside = pseudoHeaderSum({ source: kind.source, destination, protocol: 112, length });
      assert.equal(checksum.finish(checksum.combine(beside, checksum.sum(message))), 0);
    });
  });
}

Deno.test("sending version 3 over IPv4: with v3_checksum rfc9568 the checksum covers the message alone [W12 demands]", () => {
  const kind = KINDS.find(({ version, config }) => version === 3 && config.family === 4);
  assert.ok(kind);
  const config = { ...kind.config, checksum: "rfc9568" } as const;
  always({ ...kind, config }, (bytes) => {
    const message = viewOf(bytes.subarray(messageAt(kind), messageAt(kind) + 12));
    assert.equal(checksum.finish(checksum.sum(message)), 0);
  });
});
