import assert from "node:assert/strict";
import { ip } from "../../src/base/ip.ts";
import { authenticated, checkAuth } from "../../src/vrrp/auth.ts";
import type { AuthConfig } from "../../src/vrrp/types.ts";
import { AUTH_TYPE, noAuthData, simplePassword } from "../../src/wire/auth.ts";
import * as checksum from "../../src/wire/checksum.ts";
import * as vrrp2 from "../../src/wire/vrrp2.ts";
import {
  emitted,
  fromHex,
  hexOf,
  valueOf,
  viewOf,
  viewOfHex,
  withFlippedBit,
} from "../support/bytes.ts";

type KeyedType = Extract<AuthConfig, { key: unknown }>["type"];

function keyed(type: KeyedType, secret: string): AuthConfig {
  return { type, key: new TextEncoder().encode(secret) };
}

function password(secret: string): AuthConfig {
  return { type: "rfc2338-simple", data: simplePassword(secret) };
}

const CONTENT = {
  vrid: 1,
  priority: 100,
  advertIntervalS: 1,
  addresses: [ip("10.9.0.100")],
};
const LEAVING = { ...CONTENT, priority: 0 };
const TWO_ADDRESSES = {
  vrid: 7,
  priority: 254,
  advertIntervalS: 3,
  addresses: [ip("10.100.100.1"), ip("10.100.100.2")],
};

/** Whole messages that other programs made. */
const VECTORS: readonly {
  readonly what: string;
  readonly auth: AuthConfig;
  readonly content: typeof CONTENT;
  readonly hex: string;
}[] = [
  {
    what: "no authentication",
    auth: { type: "none" },
    content: CONTENT,
    hex: "21016401 0001 708f 0a090064 0000000000000000",
  },
  {
    what: "a short password",
    auth: password("abc"),
    content: CONTENT,
    hex: "21016401 0101 ab2c 0a090064 6162630000000000",
  },
  {
    what: "P0 with a secret",
    auth: keyed("p0-t8-sha256", "secret12"),
    content: CONTENT,
    hex: "21016401 fa01 4848 0a090064 76326e02e9d3603d",
  },
  {
    what: "P0 with a long secret and two addresses",
    auth: keyed("p0-t8-sha256", "thissecretnolongeris"),
    content: TWO_ADDRESSES,
    hex: "2107fe02 fa03 2de2 0a646401 0a646402 9ea3dbce79b5e81b",
  },
  {
    what: "P0 without a secret, leaving",
    auth: keyed("p0-t8-sha256", ""),
    content: LEAVING,
    hex: "21010001 fa01 a5c4 0a090064 a5f23309090652c8",
  },
  {
    what: "P1 with a secret",
    auth: keyed("p1-b8-shake256", "secret12"),
    content: CONTENT,
    hex: "21016401 fb01 33b7 0a090064 190ffeb8cb565eb8",
  },
  {
    what: "P1 with a long secret and two addresses",
    auth: keyed("p1-b8-shake256", "thissecretnolongeris"),
    content: TWO_ADDRESSES,
    hex: "2107fe02 fb03 3ee0 0a646401 0a646402 caf9ff5dcd1d32d0",
  },
  {
    what: "P1 without a secret, leaving",
    auth: keyed("p1-b8-shake256", ""),
    content: LEAVING,
    hex: "21010001 fb01 c052 0a090064 0c1719c9f2340127",
  },
];

for (const { what, auth, content, hex } of VECTORS) {
  Deno.test(`authenticated() makes the known message of ${what}`, () => {
    const advert = authenticated(auth, content);
    const message = emitted(vrrp2.size(advert), (view) => vrrp2.emit(advert, view));
    assert.equal(hexOf(message), hexOf(fromHex(hex)));
  });

  Deno.test(`checkAuth() takes the known message of ${what}`, () => {
    const received = valueOf(vrrp2.read(viewOfHex(hex)));
    assert.deepEqual(checkAuth(auth, received), { ok: true, value: undefined });
  });
}

const KEYED = VECTORS.filter(({ auth }) => "key" in auth);

for (const { what, auth, hex } of KEYED) {
  Deno.test(`checkAuth() refuses every change of one bit in ${what}`, () => {
    const message = fromHex(hex);
    for (let bit = 0; bit < message.length * 8; bit++) {
      const forged = vrrp2.read(resealed(withFlippedBit(message, bit)));
      // Most changes of the form are refused before; the checksum is no part of what is covered.
      if (!forged.ok || isChecksumBit(bit)) continue;
      assert.equal(checkAuth(auth, forged.value).ok, false, `bit ${bit}`);
    }
  });
}

function isChecksumBit(bit: number): boolean {
  const at = bit >> 3;
  return at >= vrrp2.AT.checksum && at < vrrp2.AT.addresses;
}

/** The same bytes with a checksum that fits them, as a forger would send them. */
function resealed(message: Uint8Array<ArrayBuffer>): DataView {
  const view = viewOf(message);
  view.setUint16(vrrp2.AT.checksum, 0);
  view.setUint16(vrrp2.AT.checksum, checksum.finish(checksum.sum(view)));
  return view;
}

const P0 = keyed("p0-t8-sha256", "secret12");
const P1 = keyed("p1-b8-shake256", "secret12");

const REFUSED: readonly {
  readonly what: string;
  readonly ours: AuthConfig;
  readonly theirs: vrrp2.Vrrp2Advert;
  readonly reason: string;
  readonly detail: string;
}[] = [
  {
    what: "another secret of P0",
    ours: P0,
    theirs: authenticated(keyed("p0-t8-sha256", "secret13"), CONTENT),
    reason: "authData",
    detail: "another secret",
  },
  {
    what: "a secret of P0 that is equal in its first 8 bytes only",
    ours: P0,
    theirs: authenticated(keyed("p0-t8-sha256", "secret123"), CONTENT),
    reason: "authData",
    detail: "another secret",
  },
  {
    what: "another secret of P1",
    ours: P1,
    theirs: authenticated(keyed("p1-b8-shake256", "secret13"), CONTENT),
    reason: "authData",
    detail: "another secret",
  },
  {
    what: "P1 where P0 is asked for",
    ours: P0,
    theirs: authenticated(P1, CONTENT),
    reason: "authType",
    detail: "authentication type 251, ours is 250",
  },
  {
    what: "P0 where P1 is asked for",
    ours: P1,
    theirs: authenticated(P0, CONTENT),
    reason: "authType",
    detail: "authentication type 250, ours is 251",
  },
  {
    what: "P0's data under the type of P1",
    ours: P1,
    theirs: { ...authenticated(P0, CONTENT), authType: AUTH_TYPE.p1 },
    reason: "authData",
    detail: "another secret",
  },
  {
    what: "no data under the type of P0 without a secret",
    ours: keyed("p0-t8-sha256", ""),
    theirs: { ...authenticated(P0, CONTENT), authData: noAuthData() },
    reason: "authData",
    detail: "another secret",
  },
  {
    what: "no authentication where P0 is asked for",
    ours: P0,
    theirs: authenticated({ type: "none" }, CONTENT),
    reason: "authType",
    detail: "authentication type 0, ours is 250",
  },
  {
    what: "P0 where none is asked for",
    ours: { type: "none" },
    theirs: authenticated(P0, CONTENT),
    reason: "authType",
    detail: "authentication type 250, ours is 0",
  },
  {
    what: "another password",
    ours: password("secret12"),
    theirs: authenticated(password("secret13"), CONTENT),
    reason: "authData",
    detail: "another password",
  },
];

for (const { what, ours, theirs, reason, detail } of REFUSED) {
  Deno.test(`checkAuth() refuses ${what}`, () => {
    const message = emitted(vrrp2.size(theirs), (view) => vrrp2.emit(theirs, view));
    assert.deepEqual(checkAuth(ours, valueOf(vrrp2.read(message))), {
      ok: false,
      error: { reason, detail },
    });
  });
}
