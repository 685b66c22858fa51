import type { Family } from "../../src/base/ip.ts";
import type { CapturedFrame } from "../../tests/support/capture.ts";
import type { RouterSpec, VirtualMac } from "../../tests/support/daemon.ts";
import { isUnsolicited, neighbors } from "../../tests/support/neighbors.ts";
import { adverts, claims } from "../../tests/support/traffic.ts";
import { adverts3 } from "../../tests/support/v3_traffic.ts";
import { ADDRESS, LINK_LOCAL } from "../../tests/support/world.ts";
import type { Observed } from "./take_over.ts";
import {
  addressOf,
  INTERVAL_MS,
  MASTER_DOWN_MS,
  NETWORK,
  PRIORITY,
  VRIDS,
  vrouters,
} from "./vrouters.ts";

/** A sort of virtual routers that figures are about: one address each, on one interface. */
export interface Kind {
  readonly family: Family;
  readonly vrids: readonly number[];
  readonly intervalMs: number;
  /** What the Backup waits, unrounded. */
  readonly masterDownMs: number;
  /** Every virtual address lies in here, and nothing else does. */
  readonly network: string;
  /** By which the advertisements of either router are known. */
  readonly sources: Readonly<Record<"r1" | "r2", string>>;
  routers(options: { readonly priority: number; readonly virtualMac?: VirtualMac }): RouterSpec[];
  observed(frames: readonly CapturedFrame[]): Observed;
}

/** Version 2, an advertisement a second. */
export const SECOND: Kind = {
  family: 4,
  vrids: VRIDS,
  intervalMs: INTERVAL_MS,
  masterDownMs: MASTER_DOWN_MS,
  network: NETWORK,
  sources: ADDRESS,
  routers: vrouters,
  observed: (frames) => ({ adverts: adverts(frames), claims: claims(frames) }),
};

const DECISECOND_MS = 100;

/** Version 3 over IPv4, ten advertisements a second. */
export const DECISECOND: Kind = {
  ...SECOND,
  intervalMs: DECISECOND_MS,
  masterDownMs: masterDownMs(DECISECOND_MS),
  routers: (options) =>
    vrouters(options).map((spec) => ({ ...spec, version: 3, advertS: DECISECOND_MS / 1000 })),
  observed: (frames) => ({ adverts: adverts3(frames), claims: claims(frames) }),
};

const CENTISECOND_MS = 10;
const CENTISECOND_VRIDS = VRIDS.slice(0, 20);
const NETWORK6 = "fe80::9:0/112";

/** Version 3 at its shortest interval. */
export function centisecond(family: Family): Kind {
  const addressed = family === 4
    ? { network: NETWORK, addressOf: (vrid: number) => `${addressOf(vrid)}/32`, sources: ADDRESS }
    : { network: NETWORK6, addressOf: linkLocalOf, sources: LINK_LOCAL };
  return {
    family,
    vrids: CENTISECOND_VRIDS,
    intervalMs: CENTISECOND_MS,
    masterDownMs: masterDownMs(CENTISECOND_MS),
    network: addressed.network,
    sources: addressed.sources,
    routers: ({ priority, virtualMac = "none" }) =>
      CENTISECOND_VRIDS.map((vrid) => ({
        version: 3,
        vrid,
        priority,
        advertS: CENTISECOND_MS / 1000,
        addresses: [addressed.addressOf(vrid)],
        virtualMac,
      })),
    observed: (frames) => ({
      adverts: adverts3(frames).filter((advert) => advert.family === family),
      claims: family === 4 ? claims(frames) : neighborClaims(frames),
    }),
  };
}

/** The skew is a share of the interval (RFC 9568 section 6.1). */
function masterDownMs(intervalMs: number): number {
  return intervalMs * (3 + (256 - PRIORITY.backup) / 256);
}

function linkLocalOf(vrid: number): string {
  return `fe80::9:${vrid.toString(16)}/64`;
}

function neighborClaims(frames: readonly CapturedFrame[]): Observed["claims"] {
  return neighbors(frames).filter(isUnsolicited)
    .map(({ tMs, target }) => ({ tMs, address: target }));
}
