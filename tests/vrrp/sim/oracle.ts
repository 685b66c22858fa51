import type { IpAddress } from "../../../src/base/ip.ts";
import type { MacAddress } from "../../../src/base/mac.ts";
import type { RouterConfig } from "../../../src/vrrp/types.ts";

/*
 * The protocol's formulas a second time, written from RFC 3768 and RFC 9568 and without the product's
 * code, so that one mistake does not hide in both. Milliseconds are not rounded here.
 */

export interface Contender {
  readonly priority: number;
  readonly source: IpAddress;
  readonly mac: MacAddress;
}

export function priorityOf({ config, owner }: { config: RouterConfig; owner: boolean }): number {
  return owner ? 255 : config.priority;
}

/** What a Backup waits by: in version 3 `intervalMs` is that of the Master it follows. */
export interface Timing {
  readonly version: 2 | 3;
  readonly priority: number;
  readonly intervalMs: number;
}

/** Section 6.1 of either: a share of a second, or of the interval. */
export function exactSkewMs({ version, priority, intervalMs }: Timing): number {
  return ((256 - priority) / 256) * (version === 3 ? intervalMs : 1000);
}

export function exactMasterDownMs(timing: Timing): number {
  return 3 * timing.intervalMs + exactSkewMs(timing);
}

/** Section 6.4.3: whether a Master `ours` has to give way to `theirs`; owners compare MACs last. */
export function mustYield(ours: Contender, theirs: Contender): boolean {
  if (theirs.priority !== ours.priority) return theirs.priority > ours.priority;
  const mine = asNumber(ours.source.bytes);
  const other = asNumber(theirs.source.bytes);
  if (mine !== other) return other > mine;
  return ours.priority === 255 && asNumber(theirs.mac) > asNumber(ours.mac);
}

function asNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${bytes.toHex()}`);
}
