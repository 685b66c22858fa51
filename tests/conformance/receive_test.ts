import fc from "fast-check";
import assert from "node:assert/strict";
import { ip } from "../../src/base/ip.ts";
import type { RejectReason } from "../../src/wire/reject.ts";
import * as vrrp2 from "../../src/wire/vrrp2.ts";
import {
  changed,
  flipped,
  messageAt,
  resealed,
  unfoundedSum,
  withoutAddresses,
  withTtl,
} from "./flaws.ts";
import { frameOf, hear, type Kind, KINDS, stateOf } from "./kinds.ts";

const LATER_MS = 200_000;
const VERSION_2 = (kind: Kind) => kind.version === 2;
const VERSION_3 = (kind: Kind) => kind.version === 3;

interface Flaw {
  /** What is dropped, with the marks of those who ask for it. */
  readonly dropped: string;
  /** The same, with the marks of those who forbid what it would do. */
  readonly harmless: string;
  readonly reason: RejectReason;
  readonly bytes: (kind: Kind) => Uint8Array<ArrayBuffer>;
  /** Default: all. */
  readonly kinds?: (kind: Kind) => boolean;
}

const FLAWS: readonly Flaw[] = [
  {
    dropped: "a TTL of 254 over IPv4 is dropped [R1 demands] [W2a demands]",
    harmless: "a TTL of 254 over IPv4 has no effect [R1 forbids] [W2a forbids]",
    reason: "ttl",
    bytes: (kind) => withTtl(kind, 254),
    kinds: ({ config }) => config.family === 4,
  },
  {
    dropped: "a hop limit of 254 over IPv6 is dropped [R1 demands] [W2b demands]",
    harmless: "a hop limit of 254 over IPv6 has no effect [R1 forbids] [W2b forbids]",
    reason: "ttl",
    bytes: (kind) => withTtl(kind, 254),
    kinds: ({ config }) => config.family === 6,
  },
  {
    dropped: "another version is dropped [R2 demands]",
    harmless: "another version has no effect [R2 forbids]",
    reason: "vrrpVersion",
    bytes: (kind) => changed(kind, { at: 0, value: kind.version === 2 ? 0x31 : 0x21 }),
  },
  {
    dropped: "another type is dropped [R3 demands] [W7 demands]",
    harmless: "another type has no effect [R3 forbids] [W7 forbids]",
    reason: "vrrpType",
    bytes: (kind) => changed(kind, { at: 0, value: (kind.version << 4) | 2 }),
  },
  {
    dropped: "a list that is not all there is dropped [R4 demands] [W16 demands]",
    harmless: "a list that is not all there has no effect [R4 forbids] [W16 forbids]",
    reason: "vrrpLength",
    bytes: (kind) => changed(kind, { at: 3, value: kind.config.addresses.length + 1 }),
  },
  {
    dropped: "a list of no address is dropped [W9 demands]",
    harmless: "a list of no address has no effect [W9 forbids]",
    reason: "vrrpLength",
    bytes: withoutAddresses,
  },
  {
    dropped: "a wrong checksum is dropped [R5 demands]",
    harmless: "a wrong checksum has no effect [R5 forbids]",
    reason: "vrrpChecksum",
    bytes: (kind) => flipped(frameOf(kind), { at: messageAt(kind) + 7 }),
  },
  {
    dropped: "one wrong bit in the authentication data is dropped [W14 demands]",
    harmless: "one wrong bit in the authentication data has no effect [W14 forbids]",
    reason: "vrrpChecksum",
    bytes: (kind) => flipped(frameOf(kind), { at: frameOf(kind).length - 1 }),
    kinds: VERSION_2,
  },
  {
    dropped: "a checksum without pseudo-header over IPv6 is dropped [W11 demands]",
    harmless: "a checksum without pseudo-header over IPv6 has no effect [W11 forbids]",
    reason: "vrrpChecksum",
    bytes: unfoundedSum,
    kinds: ({ config }) => config.family === 6,
  },
  {
    dropped: "an interval of 0 in version 3 is dropped [R8 demands]",
    harmless: "an interval of 0 in version 3 has no effect [R8 forbids]",
    reason: "advertInterval",
    bytes: (kind) => frameOf(kind, { intervalMs: 0 }),
    kinds: VERSION_3,
  },
  {
    dropped: "another interval in version 2 is dropped [R10 demands]",
    harmless: "another interval in version 2 has no effect [R10 forbids]",
    reason: "advertInterval",
    bytes: (kind) => frameOf(kind, { intervalMs: 2000 }),
    kinds: VERSION_2,
  },
  {
    dropped: "another authentication type in version 2 is dropped [W15b demands] [R14 demands]",
    harmless: "another authentication type in version 2 has no effect [W15b forbids] [R14 forbids]",
    reason: "authType",
    bytes: (kind) => changed(kind, { at: vrrp2.AT.authType, value: 1 }),
    kinds: VERSION_2,
  },
  {
    dropped: "another list in version 2 is dropped [R11b demands]",
    harmless: "another list in version 2 has no effect [R11b forbids]",
    reason: "addressList",
    bytes: (kind) => frameOf(kind, { addresses: [ip("10.9.0.99")] }),
    kinds: VERSION_2,
  },
  {
    dropped: "what is sent to another address than the group is dropped",
    harmless:
      "what is sent to another address than the group has no effect [W4a forbids] [W4b forbids]",
    reason: "notForUs",
    bytes: (kind) => frameOf(kind, { destination: kind.source }),
  },
];

for (const { dropped, harmless, reason, bytes, kinds = () => true } of FLAWS) {
  for (const kind of KINDS.filter(kinds)) {
    Deno.test(`hearing ${kind.name}: ${dropped}`, () => {
      const state = stateOf(kind, "Backup");
      assert.equal(hear(kind, { state, bytes: bytes(kind), nowMs: LATER_MS }).dropped, reason);
    });

    Deno.test(`hearing ${kind.name}: ${harmless}`, () => {
      for (const name of ["Backup", "Master"] as const) {
        const state = stateOf(kind, name);
        assert.equal(hear(kind, { state, bytes: bytes(kind), nowMs: LATER_MS }).state, state);
        const mended = hear(kind, { state, bytes: frameOf(kind), nowMs: LATER_MS }).state;
        assert.notDeepEqual(mended, state, "without the flaw it does have one");
      }
    });
  }
}

for (const kind of KINDS.filter(VERSION_3)) {
  Deno.test(`hearing ${kind.name}: another interval is no reason to drop [R9b forbids]`, () => {
    for (const intervalMs of [10, 990, 40_950]) {
      const bytes = frameOf(kind, { intervalMs });
      const heard = hear(kind, { state: stateOf(kind, "Master"), bytes, nowMs: LATER_MS });
      assert.equal(heard.dropped, undefined);
      assert.equal(heard.state.name, "Backup", "and it is heeded");
    }
  });

  Deno.test(`hearing ${kind.name}: another list goes on [R11a demands]`, () => {
    const [first] = kind.config.addresses;
    assert.ok(first);
    const bytes = frameOf(kind, { addresses: [first, first, kind.other] });
    const heard = hear(kind, { state: stateOf(kind, "Master"), bytes, nowMs: LATER_MS });
    assert.equal(heard.state.name, "Backup");
  });

  Deno.test(`hearing ${kind.name}: the reserved bits are not looked at [W10 forbids]`, () => {
    const bytes = changed(kind, { at: 4, value: 0xf0 });
    const heard = hear(kind, { state: stateOf(kind, "Backup"), bytes, nowMs: LATER_MS });
    assert.equal(heard.dropped, undefined);
    const plain = hear(kind, {
      state: stateOf(kind, "Backup"),
      bytes: frameOf(kind),
      nowMs: LATER_MS,
    });
    assert.deepEqual(heard.state, plain.state);
  });
}

Deno.test("hearing version 2: another list of an owner is heeded [R11b forbids]", () => {
  const [kind] = KINDS;
  assert.ok(kind);
  const bytes = frameOf(kind, { addresses: [ip("10.9.0.99")], priority: 255 });
  const heard = hear(kind, { state: stateOf(kind, "Master"), bytes, nowMs: LATER_MS });
  assert.equal(heard.state.name, "Backup");
});

for (const checksumForm of ["rfc5798", "rfc9568"] as const) {
  Deno.test(`hearing version 3 over IPv4: a checksum as in ${checksumForm} is right [W12 forbids]`, () => {
    const [, kind] = KINDS;
    assert.ok(kind);
    const bytes = frameOf(kind, { checksumForm });
    const heard = hear(kind, { state: stateOf(kind, "Master"), bytes, nowMs: LATER_MS });
    assert.equal(heard.dropped, undefined);
    assert.equal(heard.state.name, "Backup");
  });
}

for (const kind of KINDS) {
  Deno.test(`hearing ${kind.name}: padding behind the packet is nothing [W16 forbids]`, () => {
    const bytes = new Uint8Array([...frameOf(kind), 0xa5, 0xa5, 0xa5]);
    const heard = hear(kind, { state: stateOf(kind, "Master"), bytes, nowMs: LATER_MS });
    assert.equal(heard.state.name, "Backup");
  });

  Deno.test(`hearing ${kind.name}: a frame cut short anywhere is dropped [R4 demands]`, () => {
    const whole = frameOf(kind);
    for (let length = 0; length < whole.length; length++) {
      const state = stateOf(kind, "Master");
      const heard = hear(kind, { state, bytes: whole.slice(0, length), nowMs: LATER_MS });
      assert.notEqual(heard.dropped, undefined, `${length} bytes`);
      assert.equal(heard.state, state, `${length} bytes`);
    }
  });

  Deno.test(`hearing ${kind.name}: no bytes make it throw [W17 demands]`, () => {
    const state = stateOf(kind, "Master");
    fc.assert(fc.property(fc.uint8Array({ maxLength: 1500 }), (noise) => {
      assert.ok(hear(kind, { state, bytes: noise.slice(), nowMs: LATER_MS }));
    }));
  });

  Deno.test(`hearing ${kind.name}: any bytes in a right envelope change nothing unless all checks pass [W17 forbids] [R12 forbids]`, () => {
    const state = stateOf(kind, "Backup");
    const whole = frameOf(kind);
    const noise = fc.uint8Array({ minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(noise, fc.nat(), fc.boolean(), (message, place, isSealed) => {
        const bytes = whole.slice();
        const room = whole.length - messageAt(kind) - message.length + 1;
        bytes.set(message, messageAt(kind) + place % room);
        if (isSealed) resealed(kind, bytes);
        const heard = hear(kind, { state, bytes, nowMs: LATER_MS });
        assert.equal(heard.state === state, heard.dropped !== undefined);
        if (heard.dropped !== undefined) return;
        assert.equal(bytes[messageAt(kind)], (kind.version << 4) | 1);
        assert.equal(bytes[messageAt(kind) + 3], kind.config.addresses.length);
      }),
      { numRuns: 2000 },
    );
  });
}

Deno.test("hearing: checks are made in one order, so that each packet has one reason [R12 demands]", () => {
  for (const kind of KINDS) {
    const badTtl = withTtl(kind, 1);
    const both = flipped(badTtl, { at: messageAt(kind) + 7 });
    const state = stateOf(kind, "Master");
    assert.equal(hear(kind, { state, bytes: both, nowMs: LATER_MS }).dropped, "ttl", kind.name);
  }
});
