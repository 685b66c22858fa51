import type { DaemonKind, VirtualMac } from "./daemon.ts";
import { frr } from "./frr.ts";
import { keepalived } from "./keepalived.ts";
import { rvrrpd } from "./rvrrpd.ts";

export type Router = "r1" | "r2";

/** Who runs on a router, and what its virtual addresses are reached by. */
export interface Side {
  readonly kind: DaemonKind;
  readonly mac: VirtualMac;
}

export interface Sides {
  readonly r1: Side;
  readonly r2: Side;
}

export const OURS: Side = { kind: rvrrpd, mac: "none" };
export const OURS_MACVLAN: Side = { kind: rvrrpd, mac: "macvlan" };
export const OURS_ETHER: Side = { kind: rvrrpd, mac: "interface" };
export const KEEPALIVED: Side = { kind: keepalived, mac: "none" };
export const KEEPALIVED_VMAC: Side = { kind: keepalived, mac: "macvlan" };
export const FRR: Side = { kind: frr, mac: "macvlan" };

/** Ours in either place. */
export const BESIDE_KEEPALIVED: readonly Sides[] = [
  { r1: OURS, r2: KEEPALIVED },
  { r1: KEEPALIVED, r2: OURS },
];
export const BESIDE_FRR: readonly Sides[] = [
  { r1: OURS_MACVLAN, r2: FRR },
  { r1: FRR, r2: OURS_MACVLAN },
];

export const INTERVAL_MS = 500;
export const V4 = {
  version: 3,
  vrid: 51,
  addresses: ["10.9.0.100/24"],
  advertS: INTERVAL_MS / 1000,
} as const;
/** The first address is link-local, as RFC 9568 section 5.2.9 demands. */
export const V6 = {
  version: 3,
  vrid: 61,
  addresses: ["fe80::100/64", "fd00:9::100/64"],
  advertS: INTERVAL_MS / 1000,
} as const;

/** Skew times of 6 and 109 ms; FRR rounds down to whole centiseconds. */
export const HIGH = 250;
export const LOW = 200;
export const LOW_SKEW_MS = 100;
export const LOW_MASTER_DOWN_MS = 3 * INTERVAL_MS + LOW_SKEW_MS;
