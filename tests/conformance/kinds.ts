import { assert } from "../../src/base/assert.ts";
import { ip, type IpAddress } from "../../src/base/ip.ts";
import { MS_PER_CS, MS_PER_S } from "../../src/base/units.ts";
import { initialState, step } from "../../src/vrrp/machine.ts";
import { acceptAdvert, acceptPacket } from "../../src/vrrp/receive.ts";
import type { LinkFacts, RouterConfig, RouterState, VrrpVersion } from "../../src/vrrp/types.ts";
import { AUTH_TYPE, noAuthData } from "../../src/wire/auth.ts";
import * as ethernet from "../../src/wire/ethernet.ts";
import * as frame from "../../src/wire/frame.ts";
import type { RejectReason } from "../../src/wire/reject.ts";
import * as fixtures from "../vrrp/fixtures.ts";

/** One of the protocols that share the rules: version 2, version 3 over IPv4 and over IPv6. */
export interface Kind {
  readonly name: string;
  readonly version: VrrpVersion;
  readonly config: RouterConfig;
  /** Ours, and another router's, which is greater. */
  readonly source: IpAddress;
  readonly other: IpAddress;
  readonly ipSize: number;
}

const V4 = { source: ip("10.9.0.5"), other: ip("10.9.0.9"), ipSize: 20 } as const;
const V6 = { source: ip("fe80::5"), other: ip("fe80::9"), ipSize: 40 } as const;

export const KINDS: readonly Kind[] = [
  { name: "version 2", version: 2, config: fixtures.config(), ...V4 },
  { name: "version 3 over IPv4", version: 3, config: fixtures.config({ version: 3 }), ...V4 },
  {
    name: "version 3 over IPv6",
    version: 3,
    config: fixtures.config({
      version: 3,
      family: 6,
      addresses: [ip("fe80::100"), ip("fd00:9::100")],
    }),
    ...V6,
  },
];

export interface Sent {
  readonly priority?: number;
  readonly vrid?: number;
  readonly intervalMs?: number;
  readonly addresses?: readonly IpAddress[];
  readonly checksumForm?: frame.AdvertFrame["checksumForm"];
  readonly destination?: IpAddress;
}

/** The other router's advertisement of priority 254, unless it differs. */
export function frameOf(
  { version, config, other }: Kind,
  { checksumForm, destination, ...differences }: Sent = {},
): Uint8Array<ArrayBuffer> {
  const { vrid, addresses, advertIntervalMs } = config;
  const { intervalMs = advertIntervalMs, ...given } = differences;
  const common = { vrid, priority: 254, addresses, ...given };
  const whole: frame.AdvertFrame = {
    advert: version === 3 ? { ...common, advertIntervalCs: intervalMs / MS_PER_CS } : {
      ...common,
      advertIntervalS: intervalMs / MS_PER_S,
      authType: AUTH_TYPE.none,
      authData: noAuthData(),
    },
    sourceMac: ethernet.virtualMac({ family: config.family, vrid: common.vrid }),
    source: other,
    ipId: 1,
    pad: false,
    ...(checksumForm === undefined ? {} : { checksumForm }),
    ...(destination === undefined ? {} : { destination }),
  };
  const bytes = new Uint8Array(frame.advertSize(whole));
  frame.emitAdvert(whole, new DataView(bytes.buffer));
  return bytes;
}

/** Priority 100, as Master or Backup since {@linkcode fixtures.NOW_MS}. */
export function stateOf(
  { config, source }: Kind,
  name: "Master" | "Backup",
  facts: Partial<LinkFacts> = {},
): RouterState {
  const init = initialState(config, fixtures.NOW_MS);
  const ready = fixtures.linkReady({ source, ...facts });
  const backup = step(config, init, ready, fixtures.NOW_MS);
  if (name === "Backup" || facts.owner === true) return backup.state;
  const { state } = step(config, backup.state, fixtures.TIMER, backup.deadlineMs);
  assert(state.name === "Master", "silence makes a Master");
  return state;
}

export interface Heard {
  /** The same object as before where nothing has changed it. */
  readonly state: RouterState;
  readonly dropped: RejectReason | undefined;
}

/** A frame on its way from the wire to the state machine, at `nowMs`. */
export function hear(
  { config }: Kind,
  { state, bytes, nowMs }: {
    readonly state: RouterState;
    readonly bytes: Uint8Array<ArrayBuffer>;
    readonly nowMs: number;
  },
): Heard {
  const packet = frame.parse(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  if (!packet.ok) return { state, dropped: packet.error.reason };
  const heeded = acceptPacket(packet.value, config);
  if (!heeded.ok) return { state, dropped: heeded.error.reason };
  const accepted = acceptAdvert(config, heeded.value);
  if (!accepted.ok) return { state, dropped: accepted.error.reason };
  const { advert } = accepted.value;
  return {
    state: step(config, state, { kind: "advert", advert }, nowMs).state,
    dropped: undefined,
  };
}
