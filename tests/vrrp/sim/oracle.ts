import type { IpAddress } from "../../../src/base/ip.ts";
import type { MacAddress } from "../../../src/base/mac.ts";
import type { RouterConfig } from "../../../src/vrrp/types.ts";

/*
 * The protocol's formulas a second time, written from RFC 3768 and without the product's code, so
 * that one mistake does not hide in both. Milliseconds are not rounded here.
 */

export interface Contender {
  readonly priority: number;
  readonly source: IpAddress;
  readonly mac: MacAddress;
}

export function priorityOf({ config, owner }: { config: RouterConfig; owner: boolean }): number {
  return owner ? 255 : config.priority;
}

/** Section 6.1. */
export function exactSkewMs(priority: number): number {
  return ((256 - priority) / 256) * 1000;
}

export function exactMasterDownMs(
  { priority, intervalMs }: { priority: number; intervalMs: number },
): number {
  return 3 * intervalMs + exactSkewMs(priority);
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
