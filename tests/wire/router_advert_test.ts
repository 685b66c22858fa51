import assert from "node:assert/strict";
import { ip } from "../../src/base/ip.ts";
import { mac } from "../vrrp/fixtures.ts";
import * as routerAdvert from "../../src/wire/router_advert.ts";
import {
  checkSolicitation,
  emitRouterAdvert,
  routerAdvertSize,
  solicitationFilter,
} from "../../src/wire/router_discovery.ts";
import { runBpf } from "../support/bpf_interpreter.ts";
import {
  emitted,
  fromHex,
  hexOf,
  reasonOf,
  valueOf,
  viewOf,
  withBytes,
  withFlippedBit,
} from "../support/bytes.ts";

const VIRTUAL = { address: ip("fe80::100"), mac: mac("00:00:5e:00:02:07") };
const ENDS = { source: VIRTUAL.address, destination: ip("ff02::1") };
const MESSAGE_AT = 14 + 40;

/** Written by hand after RFC 4861 section 4.2. */
const ADVERT = [
  "333300000001 00005e000207 86dd",
  "60000000 0018 3a ff fe80000000000000 0000000000000100 ff02000000000000 0000000000000001",
  "86 00 1318 00 00 0708 00000000 00000000 01 01 00005e000207",
].join("");

Deno.test("emitRouterAdvert() speaks for the virtual router in every address", () => {
  const view = emitted(routerAdvertSize(), (view) => {
    emitRouterAdvert({ ...VIRTUAL, lifetimeS: 1800 }, view);
  });
  assert.equal(hexOf(view), hexOf(fromHex(ADVERT)));
});

Deno.test("parse() reads what emit() writes, lifetime 0 too", () => {
  for (const lifetimeS of [0, 1800, 0xffff]) {
    const view = emitted(routerAdvert.size(), (view) => {
      routerAdvert.emit({ lifetimeS, sourceMac: VIRTUAL.mac }, ENDS, view);
    });
    assert.deepEqual(valueOf(routerAdvert.parse(view, ENDS)), {
      lifetimeS,
      sourceMac: VIRTUAL.mac,
    });
  }
});

Deno.test("parse() refuses an advertisement cut short anywhere, and every flipped bit", () => {
  const message = fromHex(ADVERT).slice(MESSAGE_AT);
  for (let length = 0; length < message.length; length++) {
    assert.ok(!routerAdvert.parse(viewOf(message.slice(0, length)), ENDS).ok, `${length} bytes`);
  }
  for (let bit = 0; bit < 8 * message.length; bit++) {
    const found = routerAdvert.parse(viewOf(withFlippedBit(message, bit)), ENDS);
    assert.ok(!found.ok, `bit ${bit}`);
  }
});

/** From fe80::1 with its hardware address, and from nobody. */
const ASKED = [
  "333300000002 020000000003 86dd",
  "60000000 0010 3a ff fe80000000000000 0000000000000001 ff02000000000000 0000000000000002",
  "85 00 7a2a 00000000 01 01 020000000003",
].join("");
const ASKED_BY_NOBODY = [
  "333300000002 020000000003 86dd",
  "60000000 0008 3a ff 0000000000000000 0000000000000000 ff02000000000000 0000000000000002",
  "85 00 7bb8 00000000",
].join("");
const HOP_LIMIT_AT = 14 + 7;
const NEXT_HEADER_AT = 14 + 6;

const ROWS: readonly {
  readonly row: string;
  readonly frame: Uint8Array;
  readonly reason?: string;
  readonly passes?: boolean;
}[] = [
  { row: "one with a hardware address", frame: fromHex(ASKED) },
  { row: "one from a host without an address", frame: fromHex(ASKED_BY_NOBODY) },
  {
    row: "one that a router has passed on",
    frame: withBytes(fromHex(ASKED), HOP_LIMIT_AT, [254]),
    reason: "ttl",
  },
  {
    row: "one with a wrong checksum",
    frame: withBytes(fromHex(ASKED), MESSAGE_AT + 2, [0, 0]),
    reason: "neighborHeader",
  },
  {
    row: "an option of no length",
    frame: withBytes(fromHex(ASKED), MESSAGE_AT + 2, [0x7a, 0x2b, 0, 0, 0, 0, 1, 0]),
    reason: "neighborHeader",
  },
  {
    row: "an advertisement",
    frame: fromHex(ADVERT),
    reason: "neighborHeader",
    passes: false,
  },
  {
    row: "another protocol",
    frame: withBytes(fromHex(ASKED), NEXT_HEADER_AT, [17]),
    reason: "protocol",
    passes: false,
  },
];

for (const { row, frame, reason, passes = true } of ROWS) {
  const does = reason === undefined ? "takes" : "refuses";
  Deno.test(`checkSolicitation() ${does} ${row}`, () => {
    assert.equal(reasonOf(checkSolicitation(viewOf(frame))), reason);
    assert.equal(runBpf(solicitationFilter(), viewOf(frame)) > 0, passes);
  });
}

Deno.test("checkSolicitation() refuses a hardware address of nobody", () => {
  const unspecified = new Array<number>(16).fill(0);
  const anonymous = withBytes(fromHex(ASKED), 14 + 8, unspecified);
  // The checksum is right again.
  const frame = withBytes(anonymous, MESSAGE_AT + 2, [0x78, 0xac]);
  assert.equal(reasonOf(checkSolicitation(viewOf(frame))), "neighborHeader");
});

Deno.test("checkSolicitation() never takes a frame cut short", () => {
  const whole = fromHex(ASKED);
  for (let length = 0; length < whole.length; length++) {
    assert.ok(!checkSolicitation(viewOf(whole.slice(0, length))).ok, `${length} bytes`);
  }
});
