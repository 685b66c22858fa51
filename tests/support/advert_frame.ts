import { assert } from "../../src/base/assert.ts";
import { ip } from "../../src/base/ip.ts";
import { parseMac } from "../../src/base/mac.ts";
import { AUTH_TYPE, noAuthData } from "../../src/wire/auth.ts";
import * as frame from "../../src/wire/frame.ts";
import type { Vrrp2Advert } from "../../src/wire/vrrp2.ts";
import { ADDRESS, MAC } from "./world.ts";

export interface AdvertDifferences {
  readonly advert?: Partial<Vrrp2Advert>;
  readonly destination?: string;
  readonly source?: string;
  readonly sourceMac?: string;
}

/** From r2 for group 1 with 10.9.0.100 and priority 254, and right unless the differences make it wrong. */
export function advertFrame(differences: AdvertDifferences = {}): Uint8Array<ArrayBuffer> {
  const { source = ADDRESS.r2, sourceMac = MAC.r2, destination } = differences;
  const mac = parseMac(sourceMac);
  assert(mac !== undefined, `"${sourceMac}" is no MAC address`);
  const whole: frame.AdvertFrame = {
    advert: {
      vrid: 1,
      priority: 254,
      authType: AUTH_TYPE.none,
      advertIntervalS: 1,
      addresses: [ip("10.9.0.100")],
      authData: noAuthData(),
      ...differences.advert,
    },
    sourceMac: mac,
    source: ip(source),
    ...(destination === undefined ? {} : { destination: ip(destination) }),
    ipId: 1,
    pad: false,
  };
  const bytes = new Uint8Array(frame.advertSize(whole));
  frame.emitAdvert(whole, new DataView(bytes.buffer));
  return bytes;
}
