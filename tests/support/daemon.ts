import type { Family } from "../../src/base/ip.ts";
import type { TestProcess } from "./process.ts";
import type { Machine, World } from "./world.ts";

/** One virtual router in the words that every daemon's configuration is written from. */
export interface RouterSpec {
  /** Default `eth0`. */
  readonly interface?: string;
  /** Default 2; IPv6 needs 3. */
  readonly version?: 2 | 3;
  readonly vrid: number;
  readonly priority: number;
  /** As the configuration takes them: with or without prefix length. */
  readonly addresses: readonly string[];
  /** Seconds, whole ones in version 2; default 1. */
  readonly advertS?: number;
  /** Default true. */
  readonly preempt?: boolean;
  /** Whether a Master takes packets to the virtual addresses; default: the daemon's own. */
  readonly accept?: boolean;
  readonly password?: string;
  /** The password is the key of an authentication header and not sent; default false. */
  readonly authHeader?: boolean;
  readonly virtualMac?: VirtualMac;
  /** Whom it speaks to instead of the multicast group, and from where. */
  readonly unicast?: { readonly source: string; readonly peers: readonly string[] };
}

/** Who carries the virtual MAC while Master: nobody, the interface itself, a macvlan on it. */
export type VirtualMac = "none" | "interface" | "macvlan";

export interface StartOptions {
  readonly world: World;
  readonly machine: Machine;
  readonly routers: readonly RouterSpec[];
}

export interface WaitForStateOptions {
  /** Default: that of the only router. */
  readonly vrid?: number;
  /** Lines of the daemon's output before this one do not count. */
  readonly since?: number;
}

/** A running VRRP daemon of either make. */
export interface Daemon extends AsyncDisposable {
  readonly process: TestProcess;
  /** Waits until the daemon has said that a router entered the state; all states count, also earlier ones. */
  waitFor(state: "Backup" | "Master", options?: WaitForStateOptions): Promise<void>;
  /** SIGTERM, and waits for its end. */
  stop(): Promise<void>;
  /** SIGKILL: nothing is said, nothing is put back. */
  kill(): Promise<void>;
}

export interface DaemonKind {
  readonly name: "rvrrpd" | "vrrpd" | "keepalived" | "frr";
  /** Returns when every router has said that it is Backup or Master. */
  start(options: StartOptions): Promise<Daemon>;
}

/** The virtual MAC of a router, of IPv4 unless said otherwise (RFC 9568 section 7.3). */
export function virtualMac(vrid: number, family: Family = 4): string {
  const kind = family === 4 ? "01" : "02";
  return `00:00:5e:00:${kind}:${vrid.toString(16).padStart(2, "0")}`;
}
